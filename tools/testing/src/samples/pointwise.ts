import type { DType } from '@metagrad/tensor'
import { where, zeros } from '@metagrad/tensor'
import type { Input, Sample } from './sample.ts'
import { binaryCases, mask, real, unaryCases, values, whole } from './sample.ts'

const floats: readonly DType[] = ['float32', 'float64']
const numbers: readonly DType[] = ['float32', 'float64', 'int32', 'int64', 'uint8']
const ints: readonly DType[] = ['int32', 'int64', 'uint8']
const everyDType: readonly DType[] = ['float32', 'float64', 'int32', 'int64', 'uint8', 'bool']

type Unary =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'square'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'trunc'
  | 'reciprocal'
  | 'sqrt'
  | 'rsqrt'
  | 'exp'
  | 'exp2'
  | 'expm1'
  | 'log'
  | 'log2'
  | 'log10'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'sigmoid'
  | 'relu'
  | 'erf'
  | 'erfc'
  | 'erfinv'
  | 'lgamma'
  | 'digamma'

/** Function, domain where it is smooth, and what differs from the common row. */
const unaryTable: readonly (readonly [Unary, number, number, Partial<Sample>?])[] = [
  ['neg', -2, 2, { dtypes: numbers }],
  ['abs', 0.2, 3, { dtypes: ['float32', 'float64', 'int32', 'int64'] }],
  ['sign', 0.2, 3, { dtypes: numbers }],
  ['square', -2, 2, { dtypes: numbers }],
  ['floor', 0.2, 0.8],
  ['ceil', 1.2, 1.8],
  ['round', 0.6, 1.4],
  ['trunc', -1.8, -1.2],
  ['reciprocal', 0.5, 3],
  ['sqrt', 0.2, 4],
  ['rsqrt', 0.3, 4],
  ['exp', -2, 2],
  ['exp2', -2, 2],
  ['expm1', -2, 2],
  ['log', 0.3, 5],
  ['log2', 0.3, 5],
  ['log10', 0.3, 5],
  ['log1p', -0.6, 3],
  ['sin', -3, 3],
  ['cos', -3, 3],
  ['tan', -1, 1],
  ['asin', -0.8, 0.8],
  ['acos', -0.8, 0.8],
  ['atan', -3, 3],
  ['sinh', -2, 2],
  ['cosh', -2, 2],
  ['tanh', -2, 2],
  ['asinh', -3, 3],
  ['acosh', 1.3, 4],
  ['atanh', -0.8, 0.8],
  ['sigmoid', -4, 4],
  ['relu', 0.2, 2],
  ['erf', -2, 2],
  ['erfc', -2, 2],
  ['erfinv', -0.8, 0.8, { tier: 2 }],
  ['lgamma', 0.5, 5, { tier: 2 }],
  // PyTorch's trigamma, the gradient, is good to 1e-9 only; ours is checked against exact values beside its source.
  ['digamma', 0.5, 5, { tier: 2, second: false, tolerance: { float64: 1e-8 } }],
]

const unary: Sample[] = unaryTable.map(([name, low, high, more]) => ({
  name,
  torch: `torch.${name}(a)`,
  run: (a) => a[name](),
  cases: unaryCases(low, high),
  ...more,
}))

/** Values where formulas break: signed zeros, infinities, NaN, the largest and the smallest. */
const edges = (name: Unary): Sample => ({
  name,
  form: 'edges',
  torch: `torch.${name}(a)`,
  run: (a) => a[name](),
  cases: [[values([14], [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, Infinity, -Infinity, NaN, 1e30, -1e30, 1e-30])]],
  differentiable: false,
})

type Binary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'maximum'
  | 'minimum'
  | 'atan2'
  | 'fmod'
  | 'remainder'
  | 'hypot'
  | 'copysign'
  | 'floorDivide'

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const badShapes = (name: Binary | Comparison): NonNullable<Sample['bad']> => ({
  'shapes that do not broadcast': () => zeros(2, 3)[name](zeros(4)),
  'no tensor': () => zeros(2)[name]([1, 2] as never),
})

const binaryTable: readonly (readonly [
  Binary,
  readonly [number, number],
  readonly [number, number],
  Partial<Sample>?,
])[] = [
  ['add', [-2, 2], [-2, 2], { dtypes: everyDType }],
  ['sub', [-2, 2], [-2, 2], { dtypes: numbers }],
  ['mul', [-2, 2], [-2, 2], { dtypes: everyDType }],
  ['div', [-2, 2], [0.5, 3]],
  ['pow', [0.3, 3], [-2, 2]],
  ['maximum', [-3, 3], [-3, 3], { dtypes: everyDType }],
  ['minimum', [-3, 3], [-3, 3], { dtypes: everyDType }],
  ['atan2', [0.3, 2], [-2, 2]],
  ['fmod', [4.6, 4.9], [1.25, 1.5], { tier: 2 }],
  ['remainder', [-4.9, -4.6], [1.25, 1.5], { tier: 2 }],
  ['hypot', [0.3, 2], [0.3, 2], { tier: 2 }],
  ['copysign', [0.3, 2], [-2, -1], { tier: 2 }],
  ['floorDivide', [4.6, 4.9], [1.25, 1.5], { tier: 2, differentiable: false }],
]

const binary: Sample[] = binaryTable.map(([name, first, second, more]) => ({
  name,
  torch: `torch.${snake(name)}(a, b)`,
  run: (a, b) => a[name](b!),
  cases: binaryCases(first, second),
  bad: badShapes(name),
  ...more,
}))

type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'logicalAnd' | 'logicalOr' | 'logicalXor'

const comparisons: Sample[] = (
  ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalXor'] as const
).map((name) => ({
  name,
  torch: `torch.${snake(name)}(a, b)`,
  run: (a, b) => a[name](b!),
  cases: [
    [whole([3, 4], -1, 1), whole([3, 4], -1, 1)],
    [whole([3, 4], -1, 1), whole([4], -1, 1)],
    [whole([], -1, 1), whole([2, 1, 5], -1, 1)],
    [values([6], [NaN, Infinity, -0, 0, 1, NaN]), values([6], [NaN, Infinity, 0, -1, 1, 1])],
  ].slice(0, 4) as Input[][],
  dtypes: name === 'eq' ? floats : everyDType.filter((dtype) => dtype !== 'int32'),
  differentiable: false,
  bad: badShapes(name),
}))

/** Ints have no NaN: their rows leave that case out. */
const withoutEdges = (sample: Sample): Sample => ({ ...sample, cases: sample.cases.slice(0, 3) })

export const pointwiseSamples: readonly Sample[] = [
  ...unary,
  ...(
    [
      'sign',
      'round',
      'sqrt',
      'exp',
      'expm1',
      'log',
      'log1p',
      'tanh',
      'sigmoid',
      'erf',
      'atan',
      'relu',
      'floor',
      'ceil',
      'trunc',
      'sinh',
      'asinh',
    ] as const
  ).map(edges),
  ...binary,
  ...comparisons.map((sample) => (sample.name === 'eq' ? sample : withoutEdges(sample))),
  {
    name: 'add',
    form: 'alpha',
    torch: 'torch.add(a, b, alpha=2.5)',
    run: (a, b) => a.add(b!, { alpha: 2.5 }),
    cases: binaryCases(),
  },
  { name: 'add', form: 'number', torch: 'a + 1.5', run: (a) => a.add(1.5), cases: unaryCases() },
  { name: 'sub', form: 'number', torch: 'a - 1.5', run: (a) => a.sub(1.5), cases: unaryCases() },
  { name: 'mul', form: 'number', torch: 'a * -2.5', run: (a) => a.mul(-2.5), cases: unaryCases() },
  {
    name: 'div',
    form: 'number',
    torch: 'a / 3',
    run: (a) => a.div(3),
    cases: unaryCases(),
    dtypes: ['float32', 'float64', 'int32', 'int64', 'uint8', 'bool'],
  },
  {
    name: 'div',
    form: 'floor',
    torch: "torch.div(a, b, rounding_mode='floor')",
    run: (a, b) => a.div(b!, { rounding: 'floor' }),
    cases: [
      [whole([4, 5], -9, 9), whole([5], 1, 4)],
      [whole([4, 5], 1, 9), whole([5], -4, -1)],
    ],
    dtypes: ['float32', 'float64', 'int32', 'int64'],
    differentiable: false,
  },
  {
    name: 'div',
    form: 'trunc',
    torch: "torch.div(a, b, rounding_mode='trunc')",
    run: (a, b) => a.div(b!, { rounding: 'trunc' }),
    cases: [
      [whole([4, 5], -9, 9), whole([5], 1, 4)],
      [whole([4, 5], 1, 9), whole([5], -4, -1)],
    ],
    dtypes: ['float32', 'float64', 'int32', 'int64'],
    differentiable: false,
  },
  {
    name: 'pow',
    form: 'number',
    torch: 'a ** 3',
    run: (a) => a.pow(3),
    cases: unaryCases(),
    dtypes: ['float32', 'float64', 'int32', 'int64'],
  },
  { name: 'pow', form: 'number 0.5', torch: 'a ** 0.5', run: (a) => a.pow(0.5), cases: unaryCases(0.3, 3) },
  {
    name: 'pow',
    form: 'ints',
    torch: 'torch.pow(a, b)',
    run: (a, b) => a.pow(b!),
    cases: [[whole([3, 4], -5, 5), whole([4], 0, 4)]],
    dtypes: ['int32', 'int64'],
    differentiable: false,
  },
  {
    name: 'remainder',
    form: 'signs',
    torch: 'torch.remainder(a, b)',
    run: (a, b) => a.remainder(b!),
    cases: [[whole([4, 5], -9, 9), values([5], [1, 2, -3, 4, -2])]],
    dtypes: ['float32', 'float64', 'int32', 'int64'],
    differentiable: false,
    tier: 2,
  },
  {
    name: 'fmod',
    form: 'signs',
    torch: 'torch.fmod(a, b)',
    run: (a, b) => a.fmod(b!),
    cases: [[whole([4, 5], -9, 9), values([5], [1, 2, -3, 4, -2])]],
    dtypes: ['float32', 'float64', 'int32', 'int64'],
    differentiable: false,
    tier: 2,
  },
  {
    name: 'maximum',
    form: 'ties and NaN',
    torch: 'torch.maximum(a, b)',
    run: (a, b) => a.maximum(b!),
    cases: [[values([5], [1, 2, NaN, 4, -0]), values([5], [1, 3, 0, NaN, 0])]],
    second: false,
    differentiable: false,
  },
  {
    name: 'logicalNot',
    torch: 'torch.logical_not(a)',
    run: (a) => a.logicalNot(),
    cases: [[whole([3, 4], -1, 1)], [mask([5])]],
    dtypes: everyDType,
    differentiable: false,
  },
  {
    name: 'bitwiseNot',
    torch: 'torch.bitwise_not(a)',
    run: (a) => a.bitwiseNot(),
    cases: [[whole([3, 4], 0, 9)]],
    dtypes: [...ints, 'bool'],
    differentiable: false,
    tier: 2,
  },
  ...(['bitwiseAnd', 'bitwiseOr', 'bitwiseXor'] as const).map((name): Sample => ({
    name,
    torch: `torch.${snake(name)}(a, b)`,
    run: (a, b) => a[name](b!),
    cases: [[whole([3, 4], 0, 20), whole([4], 0, 20)]],
    dtypes: [...ints, 'bool'],
    differentiable: false,
    tier: 2,
    bad: { floats: () => zeros(2)[name](zeros(2)) },
  })),
  ...(['bitwiseLeftShift', 'bitwiseRightShift'] as const).map((name): Sample => ({
    name,
    torch: `torch.${snake(name)}(a, b)`,
    run: (a, b) => a[name](b!),
    cases: [[whole([3, 4], 0, 20), whole([4], 0, 3)]],
    dtypes: ints,
    differentiable: false,
    tier: 2,
  })),
  ...(['isnan', 'isinf', 'isfinite'] as const).map((name): Sample => ({
    name,
    torch: `torch.${name}(a)`,
    run: (a) => a[name](),
    cases: [[values([2, 3], [NaN, Infinity, -Infinity, 0, 1, -2])]],
    differentiable: false,
  })),
  {
    name: 'clamp',
    torch: 'torch.clamp(a, -0.5, 0.7)',
    run: (a) => a.clamp(-0.5, 0.7),
    cases: [[values([5], [-2, -0.3, 0.1, 0.6, 2])], [values([2, 0], [])]],
    bad: { 'no bound': () => zeros(2).clamp() },
  },
  {
    name: 'clamp',
    form: 'min',
    torch: 'torch.clamp(a, min=0)',
    run: (a) => a.clamp(0),
    cases: [[values([5], [-2, -0.3, 0.1, 0.6, 2])]],
    dtypes: ['float32', 'float64', 'int32', 'int64'],
  },
  {
    name: 'clamp',
    form: 'tensors',
    torch: 'torch.clamp(a, b, c)',
    run: (a, b, c) => a.clamp(b!, c!),
    cases: [[real([3, 4], -3, 3), real([4], -1, -0.5), real([3, 1], 0.5, 1)]],
  },
  {
    name: 'where',
    torch: 'torch.where(a, b, c)',
    run: (a, b, c) => where(a, b!, c!),
    cases: [
      [mask([3, 4]), real([3, 4]), real([3, 4])],
      [mask([3, 1]), real([4]), real([])],
    ],
    bad: { 'a condition of floats': () => where(zeros(2), zeros(2), zeros(2)) },
  },
  { name: 'softplus', torch: 'F.softplus(a)', run: (a) => a.softplus(), cases: unaryCases(-4, 4) },
  {
    name: 'softplus',
    form: 'beta',
    torch: 'F.softplus(a, beta=2, threshold=5)',
    run: (a) => a.softplus({ beta: 2, threshold: 5 }),
    cases: [[values([6], [-50, -1, 0.3, 2, 3, 100])]],
  },
  {
    name: 'logSigmoid',
    torch: 'F.logsigmoid(a)',
    run: (a) => a.logSigmoid(),
    cases: [...unaryCases(-4, 4), [values([4], [-200, -1, 3, 200])]],
  },
  {
    name: 'nanToNum',
    torch: 'torch.nan_to_num(a, 0.5, 9.0, -9.0)',
    run: (a) => a.nanToNum(0.5, 9, -9),
    cases: [[values([5], [NaN, Infinity, -Infinity, 1, -2])]],
    tier: 2,
    differentiable: false,
  },
  {
    name: 'bceWithLogits',
    torch: "F.binary_cross_entropy_with_logits(a, b, reduction='none')",
    run: (a, b) => a.bceWithLogits(b!),
    cases: [
      [real([3, 4], -4, 4), real([3, 4], 0.1, 0.9)],
      [values([4], [-300, 300, -300, 300]), values([4], [0, 1, 1, 0])],
    ],
    tier: 2,
  },
  {
    name: 'to',
    form: 'float16',
    torch: 'a.half()',
    run: (a) => a.to('float16'),
    cases: [[real([20], -70000, 70000)], [values([8], [1e-8, 6e-8, 65504, 65520, 1.00048828125, NaN, -0, 5.96e-8])]],
    differentiable: false,
  },
  {
    name: 'to',
    form: 'int32',
    torch: 'a.int()',
    run: (a) => a.to('int32'),
    cases: [[real([20], -9, 9)]],
    dtypes: ['float32', 'float64', 'int64', 'uint8', 'bool'],
    differentiable: false,
  },
  {
    name: 'to',
    form: 'int64',
    torch: 'a.long()',
    run: (a) => a.to('int64'),
    cases: [[real([20], -9, 9)]],
    dtypes: ['float32', 'float64', 'int32', 'uint8', 'bool'],
    differentiable: false,
  },
  {
    name: 'to',
    form: 'bool',
    torch: 'a.bool()',
    run: (a) => a.to('bool'),
    cases: [[whole([20], -1, 1)]],
    dtypes: ['float32', 'float64', 'int32', 'int64'],
    differentiable: false,
  },
  {
    name: 'to',
    form: 'float64',
    torch: 'a.double()',
    run: (a) => a.to('float64'),
    cases: [[real([5])]],
    dtypes: ['float32', 'int32', 'int64', 'bool', 'float64'],
  },
  { name: 'clone', torch: 'a.clone()', run: (a) => a.clone(), cases: unaryCases(), dtypes: everyDType },
]

/** Results of mixed dtypes: one op is enough, all go through the same promotion. */
export const promotionSamples: readonly Sample[] = everyDType.flatMap((left) =>
  everyDType.map((right): Sample => ({
    name: 'add',
    form: `${left} + ${right}`,
    torch: 'a + b',
    run: (a, b) => a.add(b!),
    cases: [
      [whole([2, 3], 0, 1, left), whole([3], 0, 1, right)],
      [whole([2, 3], 0, 1, left), whole([], 0, 1, right)],
      [whole([], 0, 1, left), whole([], 0, 1, right)],
    ],
    dtypes: ['float32'],
    differentiable: false,
  })),
)
