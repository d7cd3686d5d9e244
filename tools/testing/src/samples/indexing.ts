import type { IndexSpec, Tensor } from '@metagrad/tensor'
import { bucketize, isin, ones, searchsorted, slice, tensor, where, zeros } from '@metagrad/tensor'
import type { Input, Sample } from './sample.ts'
import { distinctIndex, index, mask, real, values, whole } from './sample.ts'

const ints = ['int64', 'int32', 'uint8'] as const
const all = ['float32', 'float64', 'int64', 'bool'] as const

/** One index in both languages: `specs` here, the text between the brackets there. */
interface IndexCase {
  readonly torch: string
  readonly specs: (...tensors: Tensor[]) => IndexSpec[]
  readonly shape: readonly number[]
  readonly tensors?: readonly Input[]
  /** PyTorch has no negative steps. */
  readonly torchRead?: string
  /** Positions may repeat: writing there has no defined order, so only reading and adding up are compared. */
  readonly repeats?: boolean
}

const indexCases: readonly IndexCase[] = [
  { torch: '1', specs: () => [1], shape: [3, 4] },
  { torch: '-1', specs: () => [-1], shape: [5] },
  { torch: '0, -2', specs: () => [0, -2], shape: [2, 3] },
  { torch: '...', specs: () => ['...'], shape: [] },
  { torch: '1:3', specs: () => ['1:3'], shape: [5, 2] },
  { torch: '1:', specs: () => [slice(1)], shape: [4] },
  { torch: ':-1, ::2', specs: () => [slice(null, -1), slice(null, null, 2)], shape: [3, 5] },
  { torch: '-9:9, 3:1', specs: () => ['-9:9', '3:1'], shape: [3, 5] },
  { torch: '..., 1', specs: () => ['...', 1], shape: [2, 3, 4] },
  { torch: '1, ..., 0', specs: () => [1, '...', 0], shape: [2, 3, 4] },
  { torch: ':, None, 1', specs: () => [':', null, 1], shape: [2, 3] },
  { torch: 'None, ..., None', specs: () => [null, '...', null], shape: [2, 3] },
  { torch: '[0, 2]', specs: () => [[0, 2]], shape: [3, 4] },
  { torch: ':, [2, 0, -1]', specs: () => [':', [2, 0, -1]], shape: [2, 4], repeats: false },
  {
    torch: '[[0, 1], [1, 0]], [1, 2]',
    specs: () => [
      [
        [0, 1],
        [1, 0],
      ],
      [1, 2],
    ],
    shape: [2, 3, 2],
    repeats: false,
  },
  { torch: 'b', specs: (b) => [b!], tensors: [index([4], 3)], shape: [3, 2], repeats: true },
  { torch: 'b', specs: (b) => [b!], tensors: [index([2, 3], 4)], shape: [4], repeats: true },
  { torch: 'b', specs: (b) => [b!], tensors: [index([0], 4)], shape: [4, 2] },
  {
    torch: 'b, c',
    specs: (b, c) => [b!, c!],
    tensors: [index([2, 1], 3), index([3], 4)],
    shape: [3, 4],
    repeats: true,
  },
  {
    torch: ':, b, c',
    specs: (b, c) => [':', b!, c!],
    tensors: [index([2], 3), index([2], 4)],
    shape: [2, 3, 4],
    repeats: true,
  },
  {
    torch: 'b, :, c',
    specs: (b, c) => [b!, ':', c!],
    tensors: [index([2], 2), index([2], 4)],
    shape: [2, 3, 4],
    repeats: true,
  },
  {
    torch: ':, b, :, c',
    specs: (b, c) => [':', b!, ':', c!],
    tensors: [index([2], 3), index([2], 2)],
    shape: [2, 3, 2, 2],
    repeats: true,
  },
  {
    torch: ':, b, None, c',
    specs: (b, c) => [':', b!, null, c!],
    tensors: [index([2], 3), index([2], 2)],
    shape: [2, 3, 2],
    repeats: true,
  },
  { torch: '0, :, b', specs: (b) => [0, ':', b!], tensors: [index([3], 4)], shape: [2, 3, 4], repeats: true },
  { torch: 'b, 1', specs: (b) => [b!, 1], tensors: [index([3], 4)], shape: [4, 3], repeats: true },
  { torch: '1:, b', specs: (b) => ['1:', b!], tensors: [index([2, 2], 4)], shape: [3, 4], repeats: true },
  { torch: 'None, b', specs: (b) => [null, b!], tensors: [index([2], 3)], shape: [3, 2], repeats: true },
  { torch: 'b', specs: (b) => [b!], tensors: [mask([3, 4])], shape: [3, 4] },
  { torch: 'b', specs: (b) => [b!], tensors: [mask([3])], shape: [3, 4] },
  { torch: ':, b', specs: (b) => [':', b!], tensors: [mask([4])], shape: [3, 4] },
  { torch: 'b, ..., 0', specs: (b) => [b!, '...', 0], tensors: [mask([3])], shape: [3, 4, 2] },
  { torch: '1, b', specs: (b) => [1, b!], tensors: [mask([3, 2])], shape: [2, 3, 2] },
  { torch: 'b', specs: (b) => [b!], tensors: [values([4], [0, 0, 0, 0], 'bool')], shape: [4, 2] },
  { torch: 'b', specs: (b) => [b!], tensors: [mask([0])], shape: [0, 2] },
  {
    torch: '[True, False, True], [0, 1]',
    specs: () => [
      [true, false, true],
      [0, 1],
    ],
    shape: [3, 2],
  },
  { torch: 'True', specs: () => [true], shape: [2] },
  { torch: 'False', specs: () => [false], shape: [2] },
  { torch: 'b', specs: (b) => [b!], tensors: [values([], [1], 'int64')], shape: [3, 2] },
  { torch: ':, b, :, 1', specs: (b) => [':', b!, ':', 1], tensors: [values([], [-1], 'int64')], shape: [2, 3, 2, 2] },
  { torch: 'b', specs: (b) => [b!], tensors: [values([], [1], 'bool')], shape: [2] },
]

const backward: readonly IndexCase[] = [
  { torch: '::-1', torchRead: 'a.flip(0)', specs: () => ['::-1'], shape: [4, 2] },
  { torch: '', torchRead: 'a.flip(0)[::2]', specs: () => ['::-2'], shape: [5] },
  { torch: '', torchRead: 'a[:, 1:4].flip(1)', specs: () => [':', '3:0:-1'], shape: [2, 5] },
  { torch: '', torchRead: 'a[1:1]', specs: () => ['1:3:-1'], shape: [5] },
]

const readSamples = [...indexCases, ...backward].map(({ torch, torchRead, specs, shape, tensors = [] }, i): Sample => ({
  name: 'index',
  form: `${i}: ${torchRead ?? torch}`,
  torch: torchRead ?? `a[${torch}]`,
  run: (a, ...rest) => a.index(...specs(...rest)).clone(),
  cases: [[real(shape), ...tensors]],
  dtypes: i % 5 === 0 ? all : ['float32', 'float64'],
}))

/** Writes into a copy of `a`, a scalar and then values of the place's own shape. */
const writeSamples = indexCases
  // Where all is overwritten, the old values get no gradient here and zeros in PyTorch.
  .filter(({ torch, repeats }) => repeats !== true && torch !== '...')
  .flatMap(({ torch, specs, shape, tensors = [] }, i): Sample[] => {
    const v = 'bcd'[tensors.length]!
    const cases = [[real(shape), ...tensors, real([])]]
    return [
      {
        name: 'set',
        form: `${i}: ${torch} = 0-d`,
        torch: `x = a.clone(); x[${torch}] = ${v}; x`,
        run: (a, ...rest) => a.clone().set(specs(...rest.slice(0, -1)), rest.at(-1)!),
        cases,
        dtypes: i % 5 === 0 ? all : ['float32'],
      },
      {
        name: 'set',
        form: `${i}: ${torch} = its shape`,
        torch: `x = a.clone(); x[${torch}] = a[${torch}] * ${v}; x`,
        run: (a, ...rest) => {
          const place = specs(...rest.slice(0, -1))
          return a.clone().set(place, a.index(...place).mul(rest.at(-1)!))
        },
        cases,
        dtypes: ['float64'],
      },
    ]
  })

const accumulateSamples: readonly Sample[] = [
  {
    name: 'indexPut',
    form: 'accumulate',
    torch: 'a.index_put((b, c), d, accumulate=True)',
    run: (a, b, c, d) => a.indexPut([b!, c!], d!, { accumulate: true }),
    cases: [
      [real([3, 4]), index([5], 3), index([5], 4), real([5])],
      [real([3, 4, 2]), index([2, 1], 3), index([3], 4), real([2])],
      [real([3, 4]), index([0], 3), index([0], 4), real([0])],
    ],
  },
  {
    name: 'indexPut_',
    form: 'accumulate',
    torch: 'x = a * 1; x.index_put_((b,), c, accumulate=True); x',
    run: (a, b, c) => a.mul(1).indexPut_([b!], c!, { accumulate: true }),
    cases: [
      [real([4]), index([6], 4), real([6])],
      [real([4, 3]), index([6], 4), real([])],
      [real([4, 3]), mask([4]), real([3])],
    ],
  },
  {
    name: 'indexPut_',
    form: 'into a view',
    torch: 'x = a * 1; x[:, 1].index_put_((b,), c, accumulate=True); x',
    run: (a, b, c) => {
      const x = a.mul(1)
      x.select(1, 1).indexPut_([b!], c!, { accumulate: true })
      return x
    },
    cases: [[real([4, 3]), index([6], 4), real([6])]],
  },
]

const scatterCases: Input[][] = [
  [real([3, 4]), values([2, 3], [0, 2, 1, 3, 1, 0], 'int64'), real([2, 3])],
  [real([2, 3]), values([1, 2], [2, 0], 'int64'), real([1, 2])],
  [real([2, 3]), index([2, 0], 3), real([2, 0])],
]

/** Positions named twice. */
const combineCases: Input[][] = [
  [real([3, 4]), index([3, 5], 4), real([3, 5])],
  [real([2, 3]), values([1, 4], [0, 0, 2, 0], 'int64'), real([1, 4])],
]

const zero = () => zeros(2, 3)
const position = (...list: number[]) => tensor(list, { dtype: 'int64' })

const alongSamples: readonly Sample[] = [
  {
    name: 'gather',
    torch: 'torch.gather(a, 1, b)',
    run: (a, b) => a.gather(1, b!),
    cases: [
      [real([3, 4]), index([3, 2], 4)],
      [real([2, 3]), index([1, 6], 3)],
      [real([2, 3]), index([2, 0], 3)],
      [real([2, 1]), index([2, 3], 1)],
    ],
    dtypes: [...all, 'int32'],
    bad: {
      'an index out of range': () => zero().gather(1, tensor([[3]], { dtype: 'int64' })),
      'a negative index': () => zero().gather(1, tensor([[-1]], { dtype: 'int64' })),
      'a float index': () => zero().gather(1, tensor([[0]])),
      'too few dims': () => zero().gather(1, position(0)),
      'an index that is too large': () => zero().gather(1, zeros([3, 1], { dtype: 'int64' })),
      'a dim out of range': () => zero().gather(2, tensor([[0]], { dtype: 'int64' })),
    },
  },
  {
    name: 'gather',
    form: 'dim=0',
    torch: 'torch.gather(a, 0, b)',
    run: (a, b) => a.gather(0, b!),
    cases: [
      [real([3, 4]), index([2, 4], 3)],
      [real([]), index([], 1)],
    ],
  },
  {
    name: 'takeAlongDim',
    torch: 'torch.take_along_dim(a, b, 1)',
    run: (a, b) => a.takeAlongDim(b!, 1),
    cases: [
      [real([3, 4]), index([3, 2], 4)],
      [real([1, 4]), index([3, 2], 4)],
      [real([3, 4]), index([1, 6], 4)],
    ],
    bad: {
      'shapes that do not broadcast': () => zero().takeAlongDim(zeros([3, 1], { dtype: 'int64' }), 1),
      'too few dims': () => zero().takeAlongDim(position(0), 1),
    },
    tier: 2,
  },
  {
    name: 'takeAlongDim',
    form: 'flat',
    torch: 'torch.take_along_dim(a, b)',
    run: (a, b) => a.takeAlongDim(b!),
    cases: [[real([3, 4]), index([5], 12)]],
    tier: 2,
  },
  {
    name: 'take',
    torch: 'torch.take(a, b)',
    run: (a, b) => a.take(b!),
    cases: [
      [real([3, 4]), index([2, 3], 12)],
      [real([]), index([2], 1)],
      [real([2, 2]), index([0], 4)],
      [real([5]), values([2], [-1, -5], 'int64')],
    ],
    bad: {
      'an index out of range': () => zero().take(position(6)),
      'a float index': () => zero().take(tensor([1])),
      'a mask': () => zero().take(tensor([true])),
    },
    tier: 2,
  },
  {
    name: 'indexSelect',
    torch: 'torch.index_select(a, 1, b)',
    run: (a, b) => a.indexSelect(1, b!),
    cases: [
      [real([3, 4]), index([5], 4)],
      [real([2, 3, 2]), index([0], 3)],
      [real([0, 3]), index([2], 3)],
      [real([2, 3]), index([], 3)],
    ],
    dtypes: [...all, 'uint8'],
    bad: {
      'an index out of range': () => zero().indexSelect(1, position(3)),
      'a negative index': () => zero().indexSelect(1, position(-1)),
      'a 2-d index': () => zero().indexSelect(1, zeros([1, 1], { dtype: 'int64' })),
      'a float index': () => zero().indexSelect(1, tensor([0.5])),
      'a dim out of range': () => zero().indexSelect(-3, position(0)),
    },
  },
  {
    name: 'indexSelect',
    form: 'dim=-2',
    torch: 'torch.index_select(a, -2, b)',
    run: (a, b) => a.indexSelect(-2, b!),
    cases: [[real([3, 4]), index([5], 3)]],
  },
  {
    name: 'indexSelect',
    form: '0-d',
    torch: 'torch.index_select(a, 0, b)',
    run: (a, b) => a.indexSelect(0, b!),
    cases: [[real([]), index([1], 1)]],
  },
  {
    name: 'scatter',
    torch: 'torch.scatter(a, 1, b, c)',
    run: (a, b, c) => a.scatter(1, b!, c!),
    cases: scatterCases,
    dtypes: all,
    bad: {
      'an index out of range': () => zero().scatter(1, tensor([[3]], { dtype: 'int64' }), 1),
      'values that do not cover the index': () => zero().scatter(1, zeros([2, 2], { dtype: 'int64' }), ones(2, 1)),
      'floats into ints': () =>
        zeros([2, 3], { dtype: 'int64' }).scatter(1, zeros([2, 2], { dtype: 'int64' }), ones(2, 2)),
      'a fraction into ints': () =>
        zeros([2, 3], { dtype: 'int64' }).scatter(1, zeros([2, 2], { dtype: 'int64' }), 0.5),
      'an array for an index': () => zero().scatter(1, [[0]] as never, 1),
    },
  },
  {
    name: 'scatter',
    form: 'value',
    torch: 'torch.scatter(a, 0, b, 2.5)',
    run: (a, b) => a.scatter(0, b!, 2.5),
    cases: [[real([3, 2]), values([2, 2], [0, 2, 1, 0], 'int64')]],
  },
  {
    name: 'scatter_',
    torch: 'x = a * 1; x.scatter_(1, b, c); x',
    run: (a, b, c) => a.mul(1).scatter_(1, b!, c!),
    cases: scatterCases,
  },
  {
    name: 'scatterAdd',
    torch: 'torch.scatter_add(a, 1, b, c)',
    run: (a, b, c) => a.scatterAdd(1, b!, c!),
    cases: [...combineCases, [real([]), index([], 1), real([])]].slice(0, 2),
    dtypes: ['float32', 'float64', 'int64'],
  },
  {
    name: 'scatterAdd',
    form: '0-d',
    torch: 'torch.scatter_add(a, 0, b, c)',
    run: (a, b, c) => a.scatterAdd(0, b!, c!),
    cases: [[real([]), index([], 1), real([])]],
  },
  {
    name: 'scatterAdd_',
    torch: 'x = a * 1; x.scatter_add_(1, b, c); x',
    run: (a, b, c) => a.mul(1).scatterAdd_(1, b!, c!),
    cases: combineCases,
  },
  ...(['sum', 'prod', 'mean', 'amax', 'amin'] as const).flatMap((reduce): Sample[] => [
    {
      name: 'scatterReduce',
      form: reduce,
      torch: `torch.scatter_reduce(a, 1, b, c, '${reduce}')`,
      run: (a, b, c) => a.scatterReduce(1, b!, c!, reduce),
      cases: combineCases,
      ...(reduce === 'sum'
        ? {
            bad: {
              'an unknown reduction': () =>
                zero().scatterReduce(1, zeros([1, 1], { dtype: 'int64' }), ones(1, 1), 'max' as never),
            },
          }
        : {}),
    },
    {
      name: 'scatterReduce',
      form: `${reduce}, without self`,
      torch: `torch.scatter_reduce(a, 1, b, c, '${reduce}', include_self=False)`,
      run: (a, b, c) => a.scatterReduce(1, b!, c!, reduce, { includeSelf: false }),
      cases: combineCases,
    },
    {
      name: 'scatterReduce_',
      form: reduce,
      torch: `x = a * 1; x.scatter_reduce_(1, b, c, '${reduce}'); x`,
      run: (a, b, c) => a.mul(1).scatterReduce_(1, b!, c!, reduce),
      cases: combineCases.slice(0, 1),
    },
    {
      name: 'scatterReduce',
      form: `${reduce}, ints`,
      torch: `torch.scatter_reduce(a, 1, b, c, '${reduce}')`,
      run: (a, b, c) => a.scatterReduce(1, b!, c!, reduce),
      cases: [[whole([3, 4], -5, 5), index([3, 5], 4), whole([3, 5], -5, 5)]],
      dtypes: ['int64', 'int32'],
      differentiable: false,
    },
  ]),
  {
    name: 'scatterReduce',
    form: 'prod, zeros',
    torch: "torch.scatter_reduce(a, 0, b, c, 'prod')",
    run: (a, b, c) => a.scatterReduce(0, b!, c!, 'prod'),
    cases: [[values([3], [2, 0, 3]), values([5], [0, 0, 1, 2, 2], 'int64'), values([5], [0, 4, 5, 0, 0])]],
    second: false,
  },
  {
    name: 'indexAdd',
    torch: 'torch.index_add(a, 0, b, c)',
    run: (a, b, c) => a.indexAdd(0, b!, c!),
    cases: [
      [real([3, 2]), index([5], 3), real([5, 2])],
      [real([]), index([1], 1), real([1])],
      [real([2, 0]), index([2], 2), real([2, 0])],
    ],
    dtypes: ['float32', 'float64', 'int64'],
    bad: {
      'values of another shape': () => zero().indexAdd(0, position(0, 1), ones(1, 3)),
      'an index out of range': () => zero().indexAdd(0, position(2), ones(1, 3)),
      'floats into ints': () => zeros([2], { dtype: 'int64' }).indexAdd(0, position(0), ones(1)),
    },
    tier: 2,
  },
  {
    name: 'indexAdd',
    form: 'alpha',
    torch: 'torch.index_add(a, 1, b, c, alpha=-2)',
    run: (a, b, c) => a.indexAdd(1, b!, c!, { alpha: -2 }),
    cases: [[real([2, 3]), index([4], 3), real([2, 4])]],
    tier: 2,
  },
  {
    name: 'indexAdd_',
    torch: 'x = a * 1; x.index_add_(-1, b, c); x',
    run: (a, b, c) => a.mul(1).indexAdd_(-1, b!, c!),
    cases: [[real([2, 3]), index([4], 3), real([2, 4])]],
    tier: 2,
  },
  {
    name: 'indexFill',
    torch: 'torch.index_fill(a, 1, b, 3.)',
    run: (a, b) => a.indexFill(1, b!, 3),
    cases: [
      [real([3, 4]), index([2], 4)],
      [real([0, 4]), index([2], 4)],
    ],
    dtypes: ['float32', 'float64', 'int64'],
    bad: {
      'a value with dims': () => zero().indexFill(0, position(0), ones(3)),
      'an index out of range': () => zero().indexFill(0, position(2), 1),
      'a fraction into ints': () => zeros([2], { dtype: 'int64' }).indexFill(0, position(0), 1.5),
    },
    tier: 2,
  },
  {
    name: 'indexFill',
    form: '0-d value',
    torch: 'torch.index_fill(a, 0, b, c)',
    run: (a, b, c) => a.indexFill(0, b!, c!),
    cases: [
      [real([3, 4]), distinctIndex(2, 3), real([])],
      [real([]), index([1], 1), real([])],
    ],
    tier: 2,
  },
  {
    name: 'indexFill_',
    torch: 'x = a * 1; x.index_fill_(0, b, -1.); x',
    run: (a, b) => a.mul(1).indexFill_(0, b!, -1),
    cases: [[real([3, 4]), index([2], 3)]],
    tier: 2,
  },
  {
    name: 'indexCopy',
    torch: 'torch.index_copy(a, 1, b, c)',
    run: (a, b, c) => a.indexCopy(1, b!, c!),
    cases: [[real([3, 4]), distinctIndex(2, 4), real([3, 2])]],
    bad: { 'values of another shape': () => zero().indexCopy(0, position(0, 1), ones(1, 3)) },
    tier: 2,
  },
  {
    name: 'indexCopy_',
    torch: 'x = a * 1; x.index_copy_(0, b, c); x',
    run: (a, b, c) => a.mul(1).indexCopy_(0, b!, c!),
    cases: [[real([3, 4]), distinctIndex(2, 3), real([2, 4])]],
    tier: 2,
  },
  {
    name: 'put',
    torch: 'torch.Tensor.put(a, b, c)',
    run: (a, b, c) => a.put(b!, c!),
    cases: [[real([3, 4]), distinctIndex(3, 12), real([3])]],
    bad: {
      'too few values': () => zero().put(position(0, 1), ones(1)),
      'an index out of range': () => zero().put(position(6), ones(1)),
    },
    tier: 2,
  },
  {
    name: 'put_',
    form: 'accumulate, strided',
    torch: 'x = a.t() * 1; y = x.t(); y.put_(b, c, accumulate=True); x',
    run: (a, b, c) => {
      const x = a.T.mul(1)
      x.T.put_(b!, c!, { accumulate: true })
      return x
    },
    cases: [[real([3, 4]), index([6], 12), real([6])]],
    tier: 2,
  },
]

const maskSamples: readonly Sample[] = [
  {
    name: 'maskedSelect',
    torch: 'torch.masked_select(a, b)',
    run: (a, b) => a.maskedSelect(b!),
    cases: [
      [real([3, 4]), mask([3, 4])],
      [real([3, 4]), mask([4])],
      [real([4]), mask([3, 1])],
      [real([]), mask([])],
      [real([0]), mask([0])],
    ],
    dtypes: all,
    bad: {
      'a mask of ints': () => zero().maskedSelect(zeros([2, 3], { dtype: 'uint8' })),
      'a mask that does not broadcast': () => zero().maskedSelect(zeros([2], { dtype: 'bool' })),
    },
  },
  {
    name: 'maskedFill',
    torch: 'torch.masked_fill(a, b, 7)',
    run: (a, b) => a.maskedFill(b!, 7),
    cases: [
      [real([3, 4]), mask([3, 4])],
      [real([3, 4]), mask([3, 1])],
      [real([4]), mask([3, 1])],
      [real([]), mask([])],
      [real([2, 0]), mask([0])],
    ],
    dtypes: [...all, 'uint8'],
    bad: {
      'a mask of floats': () => zero().maskedFill(ones(2, 3), 1),
      'a fraction into ints': () => zeros([2], { dtype: 'int64' }).maskedFill(tensor([true, false]), 0.5),
      'NaN into ints': () => zeros([2], { dtype: 'int32' }).maskedFill(tensor([true, false]), Number.NaN),
      'an array for a value': () => zero().maskedFill(zero().eq(0), [1] as never),
    },
  },
  {
    name: 'maskedFill',
    form: '0-d value',
    torch: 'torch.masked_fill(a, b, c)',
    run: (a, b, c) => a.maskedFill(b!, c!),
    cases: [[real([3, 4]), mask([3, 4]), real([])]],
  },
  {
    name: 'maskedFill_',
    torch: 'x = a * 1; x.masked_fill_(b, -2.); x',
    run: (a, b) => a.mul(1).maskedFill_(b!, -2),
    cases: [[real([3, 4]), mask([4])]],
    bad: { 'a mask that is larger': () => zeros(3).maskedFill_(zeros([2, 3], { dtype: 'bool' }), 1) },
  },
  {
    name: 'maskedScatter',
    torch: 'torch.masked_scatter(a, b, c)',
    run: (a, b, c) => a.maskedScatter(b!, c!),
    cases: [
      [real([3, 4]), mask([3, 4]), real([3, 4])],
      [real([3, 4]), mask([4]), real([12])],
    ],
    bad: { 'too few values': () => zero().maskedScatter(zero().eq(0), ones(5)) },
    tier: 2,
  },
  {
    name: 'maskedScatter',
    form: 'empty',
    torch: 'torch.masked_scatter(a, b, c)',
    run: (a, b, c) => a.maskedScatter(b!, c!),
    cases: [
      [real([0]), mask([0]), real([3])],
      [real([2]), values([2], [0, 0], 'bool'), real([0])],
    ],
    differentiable: false,
    tier: 2,
  },
  {
    name: 'maskedScatter_',
    torch: 'x = a * 1; x.masked_scatter_(b, c); x',
    run: (a, b, c) => a.mul(1).maskedScatter_(b!, c!),
    cases: [[real([3, 4]), mask([3, 4]), real([3, 4])]],
    tier: 2,
  },
  {
    name: 'selectScatter',
    torch: 'torch.select_scatter(a, b, 1, 2)',
    run: (a, b) => a.selectScatter(b!, 1, 2),
    cases: [[real([2, 3]), real([2])]],
    bad: { 'values of another shape': () => zero().selectScatter(ones(3), 1, 2) },
    tier: 2,
  },
  {
    name: 'sliceScatter',
    torch: 'torch.slice_scatter(a, b, 1, 1, 5, 2)',
    run: (a, b) => a.sliceScatter(b!, 1, 1, 5, 2),
    cases: [[real([2, 6]), real([2, 2])]],
    tier: 2,
  },
  {
    name: 'diagonalScatter',
    torch: 'torch.diagonal_scatter(a, b, 1)',
    run: (a, b) => a.diagonalScatter(b!, 1),
    cases: [[real([3, 4]), real([3])]],
    tier: 2,
  },
  {
    name: 'nonzero',
    torch: 'torch.nonzero(a)',
    run: (a) => a.nonzero(),
    cases: [
      [whole([3, 4], 0, 1)],
      [whole([2, 2, 3], 0, 2)],
      [whole([5], 0, 0)],
      [whole([], 1, 1)],
      [whole([], 0, 0)],
      [whole([0, 3], 0, 1)],
    ],
    dtypes: [...all, ...ints.slice(1)],
    differentiable: false,
  },
  {
    name: 'nonzero',
    form: 'asTuple',
    torch: 'torch.nonzero(a, as_tuple=True)',
    run: (a) => a.nonzero({ asTuple: true }),
    cases: [[whole([3, 4], 0, 1)], [whole([], 1, 1)]],
    differentiable: false,
  },
  {
    name: 'where',
    form: 'condition alone',
    torch: 'torch.where(a)',
    run: (a) => where(a),
    cases: [[mask([3, 4])]],
    dtypes: ['bool'],
    differentiable: false,
    bad: { 'one alternative': () => where(zero().eq(0), zero(), undefined as never) },
  },
  {
    name: 'argwhere',
    torch: 'torch.argwhere(a)',
    run: (a) => a.argwhere(),
    cases: [[whole([3, 4], 0, 1)]],
    differentiable: false,
    tier: 2,
  },
]

const sortedRow = (numel: number): Input => ({
  shape: [numel],
  draw: (g, n) => Array.from({ length: n }, () => Math.round(8 * g.uniform24()) / 2).sort((a, b) => a - b),
})
const sortedRows = (rows: number, size: number): Input => ({
  shape: [rows, size],
  draw: (g) =>
    Array.from({ length: rows }, () =>
      Array.from({ length: size }, () => Math.round(8 * g.uniform24())).sort((a, b) => a - b),
    ).flat(),
})

const searchSamples: readonly Sample[] = [
  {
    name: 'unique',
    torch: 'torch.unique(a, return_inverse=True, return_counts=True)',
    run: (a) => {
      const { values: v, inverse, counts } = a.unique({ returnInverse: true, returnCounts: true })
      return [v, inverse, counts]
    },
    cases: [[whole([3, 5], -3, 3)], [whole([7], 0, 0)], [whole([], 2, 2)], [whole([1], 2, 2)]],
    dtypes: ['float32', 'float64', ...ints],
    differentiable: false,
    bad: { 'a dim out of range': () => zero().unique({ dim: 2 }) },
    tier: 2,
  },
  {
    name: 'unique',
    form: 'values',
    torch: 'torch.unique(a)',
    run: (a) => a.unique(),
    cases: [[mask([4])], [whole([0], 0, 1)]],
    dtypes: ['bool'],
    differentiable: false,
    tier: 2,
  },
  ...[0, 1].map((dim): Sample => ({
    name: 'unique',
    form: `dim=${dim}`,
    torch: `torch.unique(a, dim=${dim}, return_inverse=True, return_counts=True)`,
    run: (a) => {
      const { values: v, inverse, counts } = a.unique({ dim, returnInverse: true })
      return [v, inverse, counts]
    },
    cases: [[whole([6, 2], 0, 1)], [whole([2, 7, 2], 0, 1)]],
    dtypes: ['float32', 'int64'],
    differentiable: false,
    tier: 2,
  })),
  {
    name: 'uniqueConsecutive',
    torch: 'torch.unique_consecutive(a, return_inverse=True, return_counts=True)',
    run: (a) => {
      const { values: v, inverse, counts } = a.uniqueConsecutive({ returnCounts: true })
      return [v, inverse, counts]
    },
    cases: [[whole([12], 0, 1)], [whole([3, 4], 0, 1)], [whole([1], 0, 1)]],
    differentiable: false,
    tier: 2,
  },
  {
    name: 'bincount',
    torch: 'torch.bincount(a)',
    run: (a) => a.bincount(),
    cases: [[whole([9], 0, 5)], [whole([0], 0, 5)], [whole([1], 0, 0)]],
    dtypes: ints,
    differentiable: false,
    bad: {
      'a negative element': () => position(1, -1).bincount(),
      floats: () => ones(3).bincount(),
      'two dims': () => zeros([2, 2], { dtype: 'int64' }).bincount(),
      'weights of another shape': () => position(1, 2).bincount({ weights: ones(3) }),
      'a negative length': () => position(1).bincount({ minLength: -1 }),
    },
    tier: 2,
  },
  {
    name: 'bincount',
    form: 'weights, minLength',
    torch: 'torch.bincount(b, a, 8)',
    run: (a, b) => b!.bincount({ weights: a, minLength: 8 }),
    cases: [[real([9]), index([9], 5)]],
    dtypes: ['float32', 'float64', 'int32'],
    differentiable: false,
    tier: 2,
  },
  {
    name: 'histc',
    torch: 'torch.histc(a, 7)',
    run: (a) => a.histc(7),
    cases: [[real([40])], [real([4, 5])], [values([3], [2, 2, 2])], [real([1])]],
    differentiable: false,
    bad: {
      'no bins': () => ones(3).histc(0),
      'min above max': () => ones(3).histc(4, { min: 2, max: 1 }),
      'NaN bounds': () => ones(3).histc(4, { min: Number.NaN, max: 1 }),
      'NaN in the data': () => tensor([1, Number.NaN]).histc(4),
      ints: () => position(1, 2).histc(4),
    },
    tier: 2,
  },
  {
    name: 'histc',
    form: 'bounds',
    torch: 'torch.histc(a, 10, -1, 1)',
    run: (a) => a.histc(10, { min: -1, max: 1 }),
    cases: [[real([40])], [values([5], [-1, 1, 0, 0.2, 1.01])], [real([0])]],
    differentiable: false,
    tier: 2,
  },
  ...[false, true].flatMap((right): Sample[] => {
    const python = right ? 'True' : 'False'
    return [
      {
        name: 'searchsorted',
        form: `right=${right}`,
        torch: `torch.searchsorted(a, b, right=${python})`,
        run: (a, b) => searchsorted(a, b!, { right }),
        cases: [
          [sortedRow(7), whole([2, 3], -1, 5)],
          [sortedRow(7), whole([], 0, 4)],
          [sortedRow(0), whole([3], 0, 4)],
          [sortedRow(4), whole([0], 0, 4)],
          [sortedRows(2, 5), whole([2, 4], -1, 9)],
        ],
        dtypes: ['float32', 'float64', 'int64'],
        differentiable: false,
        tier: 2,
        ...(right
          ? {}
          : {
              bad: {
                'a 0-d sequence': () => searchsorted(tensor(1), ones(2)),
                'leading dims that differ': () => searchsorted(ones(2, 3), ones(3, 3)),
              },
            }),
      },
      {
        name: 'bucketize',
        form: `right=${right}`,
        torch: `torch.bucketize(b, a, right=${python})`,
        run: (a, b) => bucketize(b!, a, { right }),
        cases: [[sortedRow(5), whole([2, 3], -1, 5)]],
        differentiable: false,
        tier: 2,
        ...(right ? {} : { bad: { 'boundaries of 2 dims': () => bucketize(ones(2), ones(2, 2)) } }),
      },
    ]
  }),
  {
    name: 'isin',
    torch: 'torch.isin(a, b)',
    run: (a, b) => isin(a, b!),
    cases: [
      [whole([3, 4], 0, 9), whole([5], 0, 9)],
      [whole([4], 0, 3), whole([0], 0, 3)],
      [whole([0], 0, 3), whole([2], 0, 3)],
      [whole([], 0, 3), whole([2, 2], 0, 3)],
    ],
    dtypes: ['float32', 'int64'],
    differentiable: false,
    tier: 2,
    bad: { 'two numbers': () => isin(1, 2) },
  },
  {
    name: 'isin',
    form: 'invert, number',
    torch: 'torch.isin(a, 2, invert=True)',
    run: (a) => isin(a, 2, { invert: true }),
    cases: [[whole([6], 0, 3)]],
    dtypes: ['float32', 'int64'],
    differentiable: false,
    tier: 2,
  },
]

const badIndexing: Sample = {
  name: 'index',
  form: 'wrong',
  run: (a) => a.index('...'),
  cases: [[real([2])]],
  bad: {
    'a position out of range': () => zero().index(2),
    'a position out of range in dim 1': () => zero().index(0, -4),
    'a fraction': () => zero().index(0.5),
    NaN: () => zero().index(Number.NaN),
    'too many': () => zero().index(0, 0, 0),
    'two ellipses': () => zero().index('...', '...'),
    'a text that is no slice': () => zero().index('1-3'),
    'a step of 0': () => zero().index('::0'),
    'a fractional slice': () => zero().index(slice(0.5, 2)),
    'an unknown object': () => zero().index({ begin: 1 } as never),
    'a function': () => zero().index((() => 1) as never),
    undefined: () => zero().index(undefined as never),
    'a float tensor': () => zero().index(tensor([0, 1])),
    'a uint8 tensor': () => zero().index(tensor([0, 1], { dtype: 'uint8' })),
    'an array of fractions': () => zero().index([0.5]),
    'an array of both kinds': () => zero().index([0, true]),
    'ragged arrays': () => zero().index([[0, 1], [0]]),
    'an index out of range': () => zero().index([2]),
    'an index out of range from the end': () => zero().index(':', [-4]),
    'a mask that does not fit': () => zero().index(tensor([true, false, true])),
    'a mask with too many dims': () => zero().index(zeros([2, 3, 1], { dtype: 'bool' })),
    'indices that do not broadcast': () => zero().index([0, 1], [0, 1, 2]),
  },
}

const badWriting: Sample = {
  name: 'set',
  form: 'wrong',
  run: (a) => a.clone().set('...', 1),
  cases: [[real([2])]],
  bad: {
    'values that do not broadcast': () => zero().set(0, ones(2)),
    'values with more dims': () => zero().set(0, ones(2, 3)),
    'values that do not broadcast to picks': () => zero().set([[0, 1]], ones(3, 3)),
    'floats into ints': () => zeros([2], { dtype: 'int64' }).set(0, ones()),
    'a fraction into ints': () => zeros([2], { dtype: 'int32' }).set(0, 1.5),
    'too large a number': () => zeros([2], { dtype: 'uint8' }).set(0, 256),
    'an array of values': () => zero().set(0, [1, 2, 3] as never),
    'a position out of range': () => zero().set([0, 3], 1),
    'an index out of range': () => zero().set([[5]], 1),
    'a leaf that requires grad': () => zeros([2], { requiresGrad: true }).set(0, 1),
    'a leaf that requires grad, picked': () => zeros([2], { requiresGrad: true }).set([[0]], 1),
    'an expanded tensor': () => zeros(1).expand(3).set(0, 1).set(':', 1),
  },
}

export const indexingSamples: readonly Sample[] = [
  ...readSamples,
  ...writeSamples,
  ...accumulateSamples,
  ...alongSamples,
  ...maskSamples,
  ...searchSamples,
  badIndexing,
  badWriting,
]
