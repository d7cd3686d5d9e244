import type { DType } from '@metagrad/tensor'
import { zeros } from '@metagrad/tensor'
import type { Input, Sample } from './sample.ts'
import { distinct, mask, real, values, whole } from './sample.ts'

const numbers: readonly DType[] = ['float32', 'float64', 'int32', 'int64', 'uint8']

const cases: Input[][] = [[real([2, 3])], [real([3, 1, 17], 0.3, 1.5)]]
const distinctCases: Input[][] = [[distinct([2, 3])], [distinct([3, 4, 5])]]

type Dimwise = 'sum' | 'mean' | 'prod' | 'amax' | 'amin' | 'logSumExp' | 'var' | 'std'

const pythonName: Record<Dimwise, string> = {
  sum: 'sum',
  mean: 'mean',
  prod: 'prod',
  amax: 'amax',
  amin: 'amin',
  logSumExp: 'logsumexp',
  var: 'var',
  std: 'std',
}

/** Of all, of one dim, of the last, with keepDim, of several dims. */
function dimwise(name: Dimwise, inputs: Input[][], more: Partial<Sample> = {}): Sample[] {
  const python = pythonName[name]
  const whole1: Sample[] =
    name === 'logSumExp'
      ? []
      : [
          {
            name,
            torch: `torch.${python}(a)`,
            run: (a) => a[name](),
            cases: [...inputs, [real([])]].slice(0, name === 'var' || name === 'std' ? 2 : 3),
            ...more,
          },
        ]
  const several: Sample[] =
    name === 'prod'
      ? []
      : [
          {
            name,
            form: 'dim=[0, 1]',
            torch: `torch.${python}(a, (0, 1))`,
            run: (a) => a[name]([0, 1]),
            cases: inputs,
            ...more,
          },
        ]
  return [
    ...whole1,
    {
      name,
      form: 'dim=1',
      torch: `torch.${python}(a, 1)`,
      run: (a) => a[name](1),
      cases: inputs.map(([x]) => [name === 'var' || name === 'std' ? real([3, 5]) : x!]),
      ...more,
      bad: { 'a dim out of range': () => zeros(2, 3)[name](2), 'a fractional dim': () => zeros(2, 3)[name](0.5) },
    },
    {
      name,
      form: 'dim=-1, keepDim',
      torch: `torch.${python}(a, -1, keepdim=True)`,
      run: (a) => a[name](-1, { keepDim: true }),
      cases: inputs,
      ...more,
    },
    ...several,
  ]
}

/** Lines along either dim, some longer than a thread takes alone, and large numbers. */
const lineCases: Input[][] = [
  ...cases,
  [real([40, 2])],
  [real([2, 40])],
  [values([2, 3], [1000, 1001, 1002, -1000, -1001, -1002])],
]

export const reductionSamples: readonly Sample[] = [
  ...dimwise('sum', cases, { dtypes: [...numbers, 'bool'] }),
  ...dimwise('mean', cases),
  ...dimwise('prod', cases, { dtypes: ['float32', 'float64', 'int32', 'int64'] }),
  ...dimwise('amax', distinctCases),
  ...dimwise('amin', distinctCases),
  ...dimwise('logSumExp', cases),
  // In float32 PyTorch's own gradient exp(x - out) carries the rounding of out = 1002.4, half a unit of 6e-5.
  ...dimwise('logSumExp', [[values([2, 3], [1000, 1001, 1002, -1000, -1001, -1002])]], {
    tolerance: { float32: 1e-4 },
  }).map((sample) => ({ ...sample, form: `${sample.form ?? 'all'}, large` })),
  ...dimwise('var', distinctCases),
  ...dimwise('std', distinctCases),
  {
    name: 'sum',
    form: 'empty',
    torch: 'torch.sum(a, 0)',
    run: (a) => a.sum(0),
    cases: [[real([0, 3])], [real([3, 0])]],
  },
  {
    name: 'mean',
    form: 'empty',
    torch: 'torch.mean(a)',
    run: (a) => a.mean(),
    cases: [[real([0])]],
    differentiable: false,
  },
  {
    name: 'prod',
    form: 'zeros',
    torch: 'torch.prod(a, 1)',
    run: (a) => a.prod(1),
    cases: [[values([3, 3], [1, 0, 2, 0, 0, 3, 1, 2, 3])]],
  },
  {
    name: 'amax',
    form: 'ties',
    torch: 'torch.amax(a, 1)',
    run: (a) => a.amax(1),
    cases: [[values([2, 4], [1, 3, 3, 0, 2, 2, 2, 2])]],
    second: false,
    differentiable: false,
  },
  {
    name: 'amax',
    form: 'ints',
    torch: 'torch.amax(a, 1)',
    run: (a) => a.amax(1),
    cases: [[whole([3, 7], -9, 9)]],
    dtypes: numbers,
    differentiable: false,
  },
  {
    name: 'var',
    form: 'correction=0',
    torch: 'torch.var(a, 1, unbiased=False)',
    run: (a) => a.var(1, { correction: 0 }),
    cases: [[real([3, 4])], [values([2, 3], [1e6, 1e6 + 1, 1e6 + 2, 5, 5, 5])]],
  },
  ...(['argmax', 'argmin'] as const).flatMap((name): Sample[] => [
    {
      name,
      torch: `torch.${name}(a)`,
      run: (a) => a[name](),
      cases: [...distinctCases, [whole([3, 7], -9, 9)]],
      dtypes: numbers,
      differentiable: false,
      bad: { 'an empty tensor': () => zeros(0)[name]() },
    },
    {
      name,
      form: 'dim=0, keepDim',
      torch: `torch.${name}(a, 0, keepdim=True)`,
      run: (a) => a[name](0, { keepDim: true }),
      cases: distinctCases,
      differentiable: false,
    },
  ]),
  ...(['max', 'min'] as const).flatMap((name): Sample[] => [
    { name, torch: `torch.${name}(a)`, run: (a) => a[name](), cases: distinctCases },
    {
      name,
      form: 'dim',
      torch: `list(torch.${name}(a, 1))`,
      run: (a) => {
        const { values: v, indices } = a[name](1)
        return [v, indices]
      },
      cases: distinctCases,
      bad: { 'a dim out of range': () => zeros(2, 3)[name](5) },
    },
  ]),
  {
    name: 'all',
    torch: 'torch.all(a)',
    run: (a) => a.all(),
    cases: [[mask([2, 3])], [mask([0])]],
    differentiable: false,
  },
  {
    name: 'all',
    form: 'dim',
    torch: 'torch.all(a, 1)',
    run: (a) => a.all(1),
    cases: [[mask([4, 2])]],
    differentiable: false,
  },
  {
    name: 'any',
    torch: 'torch.any(a)',
    run: (a) => a.any(),
    cases: [[mask([2, 3])], [mask([0])]],
    differentiable: false,
  },
  {
    name: 'any',
    form: 'dim',
    torch: 'torch.any(a, 1)',
    run: (a) => a.any(1),
    cases: [[mask([4, 2])]],
    differentiable: false,
  },
  ...(['cumsum', 'cumprod'] as const).map((name): Sample => ({
    name,
    torch: `torch.${name}(a, 1)`,
    run: (a) => a[name](1),
    cases: [...cases, [values([2, 4], [1, 0, 2, 3, 0, 2, 0, 1])]],
    dtypes: ['float32', 'float64', 'int32', 'int64'],
    bad: { 'a dim out of range': () => zeros(2, 3)[name](2) },
  })),
  ...(['cummax', 'cummin'] as const).map((name): Sample => ({
    name,
    torch: `list(torch.${name}(a, 1))`,
    run: (a) => {
      const { values: v, indices } = a[name](1)
      return [v, indices]
    },
    cases: distinctCases,
    tier: 2,
  })),
  {
    name: 'sort',
    torch: 'list(torch.sort(a, 1))',
    run: (a) => {
      const { values: v, indices } = a.sort(1)
      return [v, indices]
    },
    cases: distinctCases,
  },
  {
    name: 'sort',
    form: 'descending, stable',
    torch: 'list(torch.sort(a, stable=True, dim=-1, descending=True))',
    run: (a) => {
      const { values: v, indices } = a.sort(-1, { descending: true })
      return [v, indices]
    },
    cases: [[whole([3, 9], 0, 3)]],
    dtypes: numbers,
    differentiable: false,
  },
  { name: 'msort', torch: 'torch.msort(a)', run: (a) => a.msort(), cases: distinctCases, tier: 2 },
  {
    name: 'argsort',
    torch: 'torch.argsort(a, 0)',
    run: (a) => a.argsort(0),
    cases: distinctCases,
    differentiable: false,
  },
  {
    name: 'topk',
    torch: 'list(torch.topk(a, 2, 1))',
    run: (a) => {
      const { values: v, indices } = a.topk(2, 1)
      return [v, indices]
    },
    cases: distinctCases,
    bad: { 'k too large': () => zeros(3).topk(4) },
  },
  {
    name: 'topk',
    form: 'smallest',
    torch: 'list(torch.topk(a, 2, 1, largest=False))',
    run: (a) => {
      const { values: v, indices } = a.topk(2, 1, { largest: false })
      return [v, indices]
    },
    cases: distinctCases,
  },
  ...[0, 1].flatMap((dim): Sample[] => [
    {
      name: 'softmax',
      form: `dim=${dim}`,
      torch: `torch.softmax(a, ${dim})`,
      run: (a) => a.softmax(dim),
      cases: lineCases,
      bad: { 'a dim out of range': () => zeros(2, 3).softmax(2) },
    },
    {
      name: 'logSoftmax',
      form: `dim=${dim}`,
      torch: `torch.log_softmax(a, ${dim})`,
      run: (a) => a.logSoftmax(dim),
      cases: lineCases,
    },
  ]),
]
