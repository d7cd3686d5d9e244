import type { ClassLossParams, ComputePrimitive, ComputePrimitives, DType, Shape, Tensor } from '@metagrad/tensor'
import { Generator, dispatchAll, zeros } from '@metagrad/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { functionNames } from '../wgsl/functions.ts'
import { moduleText } from '../wgsl/module.ts'
import { storageOf } from '../engine/storage.ts'
import { webgpu } from '../webgpu.ts'
import { chooseMethod } from './matmul.ts'

/** Dawn without a GPU: it computes nothing and checks every kernel and every call. */
const gpu = await webgpu({ flags: ['backend=null'], debug: true })
afterAll(() => gpu.destroy())

type NoParams = ComputePrimitives['neg']
type ReduceParams = ComputePrimitives['sum']
type DimParams = ComputePrimitives['cumsum']

const generator = new Generator(1)

/** One call: the dtypes and shapes of its inputs, and parameters. A dtype `x` runs in each of the primitive's dtypes. */
interface Call<Params> {
  readonly dtypes?: readonly DType[]
  readonly inputs: readonly (readonly [DType | 'x', Shape])[]
  readonly params: Params
}

const floats: readonly DType[] = ['float32', 'float16']
const numbers: readonly DType[] = [...floats, 'int32', 'uint8']
const all: readonly DType[] = [...numbers, 'bool']
const ints: readonly DType[] = ['int32', 'uint8', 'bool']
const single: readonly DType[] = ['float32']

const shape: Shape = [3, 4, 5]
const unary = (dtypes: readonly DType[]): Call<NoParams>[] => [{ dtypes, inputs: [['x', shape]], params: {} }]
const binary = (dtypes: readonly DType[]): Call<NoParams>[] => [
  { dtypes, inputs: [['x', shape], ['x', shape]], params: {} },
  { dtypes, inputs: [['x', shape], ['x', [4, 1]]], params: {} },
] // prettier-ignore
/** A thread, a workgroup, and parts of a row each. */
const reduced = (dtypes: readonly DType[]): Call<ReduceParams>[] => [
  { dtypes, inputs: [['x', shape]], params: { dims: [1], keepDim: false } },
  { dtypes, inputs: [['x', [2, 500]]], params: { dims: [1], keepDim: true } },
  { dtypes, inputs: [['x', [40_000]]], params: { dims: [0], keepDim: false } },
]
const scanned = (dtypes: readonly DType[]): Call<DimParams>[] => [
  { dtypes, inputs: [['x', shape]], params: { dim: 1 } },
  { dtypes, inputs: [['x', [2, 500]]], params: { dim: 1 } },
]
const pairedLines: readonly Call<DimParams>[] = [
  { dtypes: floats, inputs: [['x', shape], ['x', shape]], params: { dim: 1 } },
  { dtypes: floats, inputs: [['x', [2, 500]], ['x', [2, 500]]], params: { dim: 1 } },
] // prettier-ignore
const classLosses: readonly { readonly params: ClassLossParams; readonly items: Shape; readonly size: number }[] = [
  { params: { ignoreIndex: -100, reduction: 'mean' }, items: [6], size: 5 },
  { params: { ignoreIndex: -100, reduction: 'sum' }, items: [2], size: 500 },
  { params: { ignoreIndex: -100, reduction: 'none' }, items: [2, 3], size: 5 },
]
const random = { shape, dtype: 'float32', generator } as const
const matrix = (
  inputs: readonly Shape[],
): { inputs: readonly (readonly ['x', Shape])[]; dtypes: readonly DType[] } => ({
  dtypes: single,
  inputs: inputs.map((size) => ['x', size] as const),
})
const square = { ...matrix([[2, 3, 3]]), params: {} }

const single2d = { stride: [2, 1], padding: [1, 1], dilation: [1, 1], groups: 1 } as const
const window = { outputs: 3, step: 2, per: 1, reach: 2, padding: 0, dilation: 1 } as const
const average = { windows: [window], countIncludePad: true, divisor: 0 } as const

const alike: Call<NoParams>[] = [
  {
    dtypes: floats,
    inputs: [
      ['x', shape],
      ['x', shape],
    ],
    params: {},
  },
]
const descent = { lr: 0.1, momentum: 0, dampening: 0, weightDecay: 0.1, nesterov: false, isFirst: true } as const
const adam = {
  lr: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0.1,
  correction1: 0.1,
  correction2: 0.001,
} as const

/** Total over the primitives: a new one without a call does not compile. */
const calls: { readonly [P in ComputePrimitive]: readonly Call<ComputePrimitives[P]>[] } = {
  conv: [
    { ...matrix([[2, 4, 5, 6], [3, 4, 2, 3]]), params: single2d },
    { ...matrix([[2, 4, 5, 6], [3, 4, 2, 3], [3]]), params: single2d },
  ], // prettier-ignore
  convTranspose: [{ ...matrix([[2, 3, 3, 6], [3, 4, 2, 3]]), params: { ...single2d, size: [5, 6] } }], // prettier-ignore
  convWeight: [{ ...matrix([[2, 4, 5, 6], [2, 3, 3, 6]]), params: { ...single2d, size: [2, 3] } }], // prettier-ignore
  maxPool: [{ ...matrix([[2, 4, 6]]), params: { windows: [window] } }],
  avgPool: [
    { ...matrix([[2, 4, 6]]), params: average },
    { ...matrix([[2, 4, 6]]), params: { ...average, countIncludePad: false } },
    { ...matrix([[2, 4, 6]]), params: { ...average, divisor: 3 } },
  ],
  avgPoolTranspose: [{ ...matrix([[2, 4, 3]]), params: { ...average, size: [6] } }],
  neg: unary(numbers),
  abs: unary(numbers),
  sign: unary(all),
  square: unary(numbers),
  floor: unary(all),
  ceil: unary(all),
  round: unary(all),
  trunc: unary(all),
  reciprocal: unary(floats),
  sqrt: unary(floats),
  rsqrt: unary(floats),
  exp: unary(floats),
  exp2: unary(floats),
  expm1: unary(floats),
  log: unary(floats),
  log2: unary(floats),
  log10: unary(floats),
  log1p: unary(floats),
  sin: unary(floats),
  cos: unary(floats),
  tan: unary(floats),
  asin: unary(floats),
  acos: unary(floats),
  atan: unary(floats),
  sinh: unary(floats),
  cosh: unary(floats),
  tanh: unary(floats),
  asinh: unary(floats),
  acosh: unary(floats),
  atanh: unary(floats),
  sigmoid: unary(floats),
  relu: unary(numbers),
  gelu: unary(floats),
  silu: unary(floats),
  erf: unary(floats),
  erfc: unary(floats),
  erfinv: unary(floats),
  lgamma: unary(floats),
  digamma: unary(floats),
  trigamma: unary(floats),
  bitwiseNot: unary(ints),
  logicalNot: unary(all),
  isnan: unary(all),
  isinf: unary(all),
  isfinite: unary(all),
  add: binary(all),
  sub: binary(numbers),
  mul: binary(all),
  div: binary(floats),
  floorDivide: binary(numbers),
  pow: binary(numbers),
  maximum: binary(all),
  minimum: binary(all),
  atan2: binary(floats),
  remainder: binary(numbers),
  fmod: binary(numbers),
  hypot: binary(floats),
  copysign: binary(floats),
  bitwiseAnd: binary(ints),
  bitwiseOr: binary(ints),
  bitwiseXor: binary(ints),
  bitwiseLeftShift: binary(['int32', 'uint8']),
  bitwiseRightShift: binary(['int32', 'uint8']),
  bceWithLogits: binary(floats),
  eq: binary(all),
  ne: binary(all),
  lt: binary(all),
  le: binary(all),
  gt: binary(all),
  ge: binary(all),
  logicalAnd: binary(all),
  logicalOr: binary(all),
  logicalXor: binary(all),
  sum: reduced(all),
  mean: reduced(floats),
  prod: reduced(all),
  amax: reduced(all),
  amin: reduced(all),
  argmax: reduced(all),
  argmin: reduced(all),
  cumsum: scanned(all),
  cumprod: scanned(all),
  cummax: scanned(all),
  cummin: scanned(all),
  full: all.map((dtype) => ({ inputs: [], params: { shape, dtype, value: 1 } })),
  arange: [{ inputs: [], params: { length: 5, start: 0, step: 2, dtype: 'int32' } }],
  uniform: floats.map((dtype) => ({ inputs: [], params: { ...random, dtype, from: 0, to: 1 } })),
  normal: floats.map((dtype) => ({ inputs: [], params: { ...random, dtype, mean: 0, std: 1 } })),
  randint: [{ inputs: [], params: { ...random, dtype: 'int32', from: 0, to: 9 } }],
  randperm: [{ inputs: [], params: { ...random, dtype: 'int32', shape: [9] } }],
  exponential: [{ inputs: [], params: { ...random, lambda: 1 } }],
  bernoulliScalar: [{ inputs: [], params: { ...random, probability: 0.5 } }],
  lu: [{ ...matrix([[2, 3, 4]]), params: {} }],
  cholesky: [square],
  qr: (['reduced', 'complete'] as const).map((mode) => ({ ...matrix([[2, 4, 3]]), params: { mode } })),
  eigh: [square],
  svd: [
    { ...matrix([[2, 4, 3]]), params: { fullMatrices: true } },
    { ...matrix([[2, 3, 4]]), params: { fullMatrices: false } },
  ],
  solve: [{ ...matrix([[3, 3], [2, 3, 2]]), params: {} }],
  triangularSolve: [{ ...matrix([[3, 3], [2, 3, 2]]), params: { upper: true, unitriangular: false } }],
  lstsq: [{ ...matrix([[4, 3], [2, 4, 2]]), params: { rtol: 1e-6 } }],
  pinv: [{ ...matrix([[2, 4, 3]]), params: { rtol: 1e-6, atol: 0 } }],
  det: [square],
  eig: [],
  matrixExp: [square],
  copy: unary(all),
  cast: all.map((dtype) => ({ dtypes: all, inputs: [['x', shape]], params: { dtype } })),
  dropout: [{ dtypes: floats, inputs: [['x', shape], ['bool', [4, 5]]], params: { scale: 2 } }],
  where: [{ dtypes: all, inputs: [['bool', [4, 5]], ['x', shape], ['x', []]], params: {} }],
  clamp: [{ dtypes: numbers, inputs: [['x', shape]], params: { min: -Infinity, max: 2 } }],
  matmul: [
    { dtypes: numbers, inputs: [['x', [2, 3, 4]], ['x', [4, 5]]], params: {} },
    { dtypes: numbers, inputs: [['x', [2, 100]], ['x', [100, 3]]], params: {} },
    { dtypes: numbers, inputs: [['x', [64, 64]], ['x', [64, 64]]], params: {} },
    { dtypes: numbers, inputs: [['x', [65, 63]], ['x', [63, 65]]], params: {} },
    { dtypes: numbers, inputs: [['x', [256, 64]], ['x', [64, 256]]], params: {} },
    { dtypes: numbers, inputs: [['x', [257, 63]], ['x', [63, 257]]], params: {} },
  ],
  linear: [
    { dtypes: floats, inputs: [['x', [2, 3, 4]], ['x', [5, 4]], ['x', [5]]], params: {} },
    { dtypes: floats, inputs: [['x', [4]], ['x', [5, 4]]], params: {} },
  ],
  bceWithLogitsSum: [{ dtypes: floats, inputs: [['x', shape], ['x', shape]], params: { scale: 0.5 } }],
  bceWithLogitsBackward: [
    { dtypes: floats, inputs: [['x', []], ['x', shape], ['x', shape]], params: { scale: 0.5 } },
    { dtypes: floats, inputs: [['x', shape], ['x', shape], ['x', shape]], params: { scale: 1 } },
  ],
  sigmoidBackward: alike,
  tanhBackward: alike,
  reluBackward: alike,
  sgdStep: [
    { dtypes: floats, inputs: [['x', shape], ['x', shape]], params: descent },
    ...[true, false].map((nesterov) => ({
      dtypes: floats,
      inputs: [['x', shape], ['x', shape], ['x', shape]] as const,
      params: { ...descent, momentum: 0.9, nesterov, isFirst: nesterov },
    })),
  ],
  adamStep: [true, false].map((isDecoupled) => ({
    dtypes: floats,
    inputs: [['x', shape], ['x', shape], ['x', shape], ['x', shape]],
    params: { ...adam, isDecoupled },
  })),
  softmax: scanned(floats),
  logSoftmax: scanned(floats),
  softmaxBackward: pairedLines,
  logSoftmaxBackward: pairedLines,
  crossEntropy: classLosses.map(({ params, items, size }) => ({
    dtypes: floats,
    inputs: [['x', [...items, size]], ['int32', items]],
    params,
  })),
  crossEntropyBackward: classLosses.map(({ params, items, size }) => ({
    dtypes: floats,
    inputs: [['x', params.reduction === 'none' ? items : []], ['x', [...items, size]], ['x', items], ['int32', items]],
    params,
  })),
  layerNorm: [
    { dtypes: floats, inputs: [['x', shape]], params: { dims: 2, eps: 1e-5 } },
    { dtypes: floats, inputs: [['x', shape], ['x', [4, 5]]], params: { dims: 2, eps: 1e-5 } },
    { dtypes: floats, inputs: [['x', [2, 500]], ['x', [500]], ['x', [500]]], params: { dims: 1, eps: 1e-5 } },
  ],
  layerNormBackward: [
    { dtypes: floats, inputs: [['x', shape], ['x', shape], ['x', [3, 4, 1]], ['x', [3, 4, 1]]], params: { dims: 1, eps: 1e-5 } },
    {
      dtypes: floats,
      inputs: [['x', [2, 500]], ['x', [2, 500]], ['x', [2, 1]], ['x', [2, 1]], ['x', [500]]],
      params: { dims: 1, eps: 1e-5 },
    },
  ],
  batchNorm: [
    { dtypes: floats, inputs: [['x', shape]], params: { eps: 1e-5 } },
    { dtypes: floats, inputs: [['x', shape], ['x', [4]], ['x', [4]]], params: { eps: 1e-5 } },
  ],
  batchNormBackward: [
    { dtypes: floats, inputs: [['x', shape], ['x', shape], ['x', [4]], ['x', [4]]], params: { eps: 1e-5 } },
    { dtypes: floats, inputs: [['x', shape], ['x', shape], ['x', [4]], ['x', [4]], ['x', [4]]], params: { eps: 1e-5 } },
  ],
  gather: [{ dtypes: all, inputs: [['x', shape], ['int32', [3, 2, 5]]], params: { dim: 1 } }],
  scatter: (['replace', 'add', 'multiply', 'amax', 'amin'] as const).map((reduce) => ({
    dtypes: all,
    inputs: [['x', shape], ['int32', [3, 2, 5]], ['x', [3, 2, 5]]],
    params: { dim: 1, reduce },
  })),
  indexSelect: [{ dtypes: all, inputs: [['x', shape], ['uint8', [7]]], params: { dim: 2 } }],
  indexAdd: [{ dtypes: all, inputs: [['x', shape], ['int32', [700]], ['x', [3, 700, 5]]], params: { dim: 1 } }],
  index: [{ dtypes: all, inputs: [['x', shape], ['int32', [2, 1]], ['int32', [6]]], params: {} }],
  indexPut: [true, false].map((accumulate) => ({
    dtypes: all,
    inputs: [['x', shape], ['x', [5]], ['int32', [2, 1]], ['int32', [6]]],
    params: { accumulate },
  })),
  cat: [{ dtypes: all, inputs: [['x', shape], ['x', [3, 1, 5]]], params: { dim: 1 } }],
  pad: [{ dtypes: all, inputs: [['x', shape]], params: { before: [0, 1, 2], after: [1, 0, 0], value: 1 } }],
  sort: [
    { dtypes: all, inputs: [['x', shape]], params: { dim: 1, descending: true } },
    { dtypes: all, inputs: [['x', [2, 600]]], params: { dim: 1, descending: false } },
  ],
  multinomial: [true, false].map((replacement) => ({
    dtypes: floats,
    inputs: [['x', [2, 6]]],
    params: { samples: 3, replacement, generator },
  })),
  bernoulli: [{ dtypes: floats, inputs: [['x', shape]], params: { generator } }],
} // prettier-ignore

/** The same shape lying otherwise, so that kernels of a higher rank are compiled. */
function permuted(x: Tensor): Tensor {
  const dims = x.shape.map((_, dim) => dim).toReversed()
  return zeros(x.shape.toReversed(), { dtype: x.dtype, device: gpu }).permute(dims)
}

async function run<P extends ComputePrimitive>(primitive: P): Promise<number> {
  let count = 0
  for (const { dtypes = single, inputs, params } of calls[primitive]) {
    for (const dtype of dtypes) {
      const plain = inputs.map(([own, size]) => zeros(size, { dtype: own === 'x' ? dtype : own, device: gpu }))
      for (const variant of [plain, plain.map(permuted)]) {
        const outputs = dispatchAll(primitive, variant, params, gpu)
        expect(outputs.length).toBeGreaterThan(0)
        count++
      }
    }
  }
  // A read would throw a fault: the null backend gives zeros, which some kernels rightly complain about only on a GPU.
  await gpu.synchronize()
  return count
}

describe('kernels on the null backend', () => {
  for (const primitive of Object.keys(calls) as ComputePrimitive[]) {
    it(`${primitive}: every variant compiles and is called as WebGPU wants it`, async () => {
      const count = await run(primitive)
      expect(count > 0 || primitive === 'eig').toBe(true)
    })
  }

  it('eig(x) says that the GPU has no algorithm for it', () => {
    expect(() => dispatchAll('eig', [zeros([2, 2], { device: gpu })], {})).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: eig: device "webgpu" cannot decompose general matrices. Move the matrix first: fromData(await a.data(), a.shape, a.dtype).]`,
    )
  })

  it('every function of the library compiles', async () => {
    const { engine } = storageOf(zeros([1], { device: gpu }))
    for (const name of functionNames) {
      const faults = { name: 'faults', cell: 'atomic<i32>', writes: true }
      const code = moduleText({ bindings: [faults], words: [], lanes: 64, body: `  // ${name}` })
      const { messages } = await engine.device.createShaderModule({ code }).getCompilationInfo()
      expect(
        messages.map(({ message }) => message),
        name,
      ).toEqual([])
    }
  })
})

describe('chooseMethod(sizes, columnStep)', () => {
  const of = (rows: number, inner: number, columns: number, batch = 1): string =>
    chooseMethod({ batch, rows, inner, columns }, 1)

  it('gives long sums with few results to workgroups', () => {
    expect([of(1, 1000, 10), of(1000, 1000, 1), of(8, 1000, 8)]).toEqual(['workgroup', 'workgroup', 'workgroup'])
  })
  it('gives tiny products, and rows times wide matrices, to threads', () => {
    expect([of(4, 4, 4), of(1, 1000, 1000), of(1, 8, 1)]).toEqual(['thread', 'thread', 'thread'])
  })
  it('gives the others to tiles, large ones from 256 on', () => {
    expect([of(64, 64, 64), of(256, 64, 256), of(16, 64, 16, 100)]).toEqual(['smallTile', 'largeTile', 'smallTile'])
  })
})
