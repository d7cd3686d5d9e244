import type { View } from './device.ts'
import { indexDType } from './device.ts'
import { isFloat } from './dtypes.ts'
import { DTypeError, ShapeError } from './errors.ts'
import type { Layout, Shape } from './layout.ts'
import {
  broadcastShapes,
  contiguousLayout,
  diagonalLayout,
  expandLayout,
  formatShape,
  permuteLayout,
  sameShape,
  scalarLayout,
  sliceLayout,
  unfoldLayout,
  viewLayout,
} from './layout.ts'
import { inferNormalization } from './infer-normalization.ts'
import type { Infer, Output } from './outputs.ts'
import { floating, fresh, freshLayout, like, same } from './outputs.ts'
import type {
  BinaryPrimitive,
  ComputePrimitive,
  ConvParams,
  PoolParams,
  RandomParams,
  ReduceParams,
  ViewPrimitive,
  ViewPrimitives,
} from './primitives.ts'

/** The layout that two inputs broadcast to. */
export function broadcastLayout(op: string, a: Layout, b: Layout): Layout {
  if (a === b || sameShape(a.shape, b.shape)) return a.isFresh ? a : freshLayout(b)
  return contiguousLayout(broadcastShapes(op, a.shape, b.shape))
}

// Plain indexing: destructuring an array goes through its iterator, and these stand in front of every op.
const predicate = (inputs: readonly View[]): Output => ({ dtype: 'bool', layout: freshLayout(inputs[0]!.layout) })

/** Functions of numbers: bool has no arithmetic of one operand. */
function numeric(op: string): (inputs: readonly View[]) => Output {
  return (inputs) => {
    if (inputs[0]!.dtype === 'bool')
      throw new DTypeError(`${op}: is not defined for bool. Use x.to('int32') or logicalNot.`)
    return same(inputs)
  }
}

function integral(op: string, ...inputs: readonly View[]): void {
  for (const { dtype } of inputs) {
    if (isFloat(dtype)) throw new DTypeError(`${op}: needs an int or bool dtype, got ${dtype}. Use x.to('int64').`)
  }
}

const binary =
  (op: BinaryPrimitive) =>
  (inputs: readonly View[]): Output => {
    const a = inputs[0]!
    const { layout } = inputs[1]!
    if (sameShape(a.layout.shape, layout.shape) && a.layout.isFresh) return a
    return { dtype: a.dtype, layout: broadcastLayout(op, a.layout, layout) }
  }

const floatBinary = (op: BinaryPrimitive) => {
  const inferred = binary(op)
  return (inputs: readonly View[]): Output => {
    if (!isFloat(inputs[0]!.dtype)) throw new DTypeError(`${op}: needs a float dtype, got ${inputs[0]!.dtype}.`)
    return inferred(inputs)
  }
}

const integerBinary = (op: BinaryPrimitive) => {
  const inferred = binary(op)
  return (inputs: readonly View[]): Output => {
    integral(op, ...inputs)
    return inferred(inputs)
  }
}

const comparison =
  (op: BinaryPrimitive) =>
  ([a, b]: readonly View[]): Output => ({ dtype: 'bool', layout: broadcastLayout(op, a!.layout, b!.layout) })

function reducedShape(shape: Shape, { dims, keepDim }: ReduceParams): Shape {
  if (!keepDim && dims.length === shape.length) return scalarLayout.shape
  return keepDim
    ? shape.map((size, dim) => (dims.includes(dim) ? 1 : size))
    : shape.filter((_, dim) => !dims.includes(dim))
}

const reduce = ([x]: readonly View[], params: ReduceParams): Output =>
  fresh(x!.dtype, reducedShape(x!.layout.shape, params))

/** Reductions without a neutral element cannot fold an empty dim. */
function nonEmpty(op: string, { layout }: View, { dims }: ReduceParams): void {
  for (const dim of dims) {
    if (layout.shape[dim] === 0) {
      throw new ShapeError(
        `${op}: dim ${dim} of ${formatShape(layout.shape)} is empty and ${op} of nothing has no value.`,
      )
    }
  }
}

const extremum = (op: string) => (inputs: readonly View[], params: ReduceParams) => {
  nonEmpty(op, inputs[0]!, params)
  return reduce(inputs, params)
}

const position =
  (op: string) =>
  ([x]: readonly View[], params: ReduceParams): Output => {
    nonEmpty(op, x!, params)
    return fresh(indexDType(x!.storage.device), reducedShape(x!.layout.shape, params))
  }

const withPositions = ([x]: readonly View[]): readonly Output[] => [
  { dtype: x!.dtype, layout: freshLayout(x!.layout) },
  { dtype: indexDType(x!.storage.device), layout: freshLayout(x!.layout) },
]

const fromParams = (_: readonly View[], { shape, dtype }: Pick<RandomParams, 'shape' | 'dtype'>): Output =>
  fresh(dtype, shape)

function batchShape({ layout }: View): Shape {
  return layout.shape.slice(0, -2)
}

/** Rows and columns of a linalg operand. @throws ShapeError for fewer than 2 dims, DTypeError for other dtypes than float32 and float64 */
export function matrixSize(op: string, { layout, dtype }: View): readonly [number, number] {
  if (layout.ndim < 2) throw new ShapeError(`${op}: needs at least 2 dims, got ${formatShape(layout.shape)}.`)
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new DTypeError(`${op}: needs float32 or float64, got ${dtype}. Use x.to('float64').`)
  }
  return [layout.shape.at(-2)!, layout.shape.at(-1)!]
}

export function squareSize(op: string, view: View): number {
  const [rows, columns] = matrixSize(op, view)
  if (rows !== columns) throw new ShapeError(`${op}: needs square matrices, got ${formatShape(view.layout.shape)}.`)
  return rows
}

/** The shape of X in A X = B. @throws ShapeError */
function solutionShape(op: string, a: View, b: View): Shape {
  const [rows, unknowns] = matrixSize(op, a)
  const [given, columns] = matrixSize(op, b)
  if (rows !== given) {
    throw new ShapeError(
      `${op}: rows differ: ${formatShape(a.layout.shape)} and ${formatShape(b.layout.shape)} have ${rows} vs ${given}.`,
    )
  }
  return [...broadcastShapes(op, batchShape(a), batchShape(b)), unknowns, columns]
}

const solving =
  (op: 'solve' | 'triangularSolve') =>
  ([a, b]: readonly View[]): Output => {
    squareSize(op, a!)
    return fresh(a!.dtype, solutionShape(op, a!, b!))
  }

function checkIndex(op: string, { dtype }: View): void {
  if (dtype !== 'int64' && dtype !== 'int32' && dtype !== 'uint8') {
    throw new DTypeError(`${op}: indices must be ints, got ${dtype}. Use index.to('int64').`)
  }
}

/** `index` may be smaller than `x` in each dim but `dim`, as PyTorch allows. */
function checkAlong(op: string, x: View, index: View, dim: number): void {
  checkIndex(op, index)
  const [shape, wanted] = [x.layout.shape, index.layout.shape]
  if (shape.length !== wanted.length || wanted.some((size, d) => d !== dim && size > shape[d]!)) {
    throw new ShapeError(
      `${op}: index does not fit: ${formatShape(wanted)} vs ${formatShape(shape)}; it needs as many dims, and no more elements except in dim ${dim}.`,
    )
  }
}

/** The shape that advanced indices pick: theirs, broadcast, then the dims they leave. */
function pickedShape(op: string, x: View, indices: readonly View[]): Shape {
  let picked: Shape = []
  for (const index of indices) {
    checkIndex(op, index)
    picked = broadcastShapes(op, picked, index.layout.shape)
  }
  return [...picked, ...x.layout.shape.slice(indices.length)]
}

/** How often a window fits along each spatial dim. */
function windowCounts(size: Shape, kernel: Shape, { stride, padding, dilation }: ConvParams): Shape {
  return size.map(
    (n, dim) => Math.floor((n + 2 * padding[dim]! - dilation[dim]! * (kernel[dim]! - 1) - 1) / stride[dim]!) + 1,
  )
}

function pooledShape({ layout: { shape } }: View, { windows }: PoolParams): Shape {
  return [...shape.slice(0, -windows.length), ...windows.map(({ outputs }) => outputs)]
}

function sameSize(op: string, a: View, b: View): void {
  if (sameShape(a.layout.shape, b.layout.shape)) return
  throw new ShapeError(
    `${op}: shapes differ: ${formatShape(a.layout.shape)} vs ${formatShape(b.layout.shape)}. Use reshape or expand.`,
  )
}

/** The parameter and what is remembered of it, all of one shape: `inputs` without the gradient. */
export function updated<V extends View>(op: string, inputs: readonly V[]): readonly V[] {
  // Plain loops: this stands in front of every step of every parameter.
  const outputs = [inputs[0]!]
  for (let i = 1; i < inputs.length; i++) {
    sameSize(op, inputs[0]!, inputs[i]!)
    if (i > 1) outputs.push(inputs[i]!)
  }
  return outputs
}

/** Shape and dtype of each computing primitive's outputs, and the checks that need all operands. */
export const infer: { readonly [P in ComputePrimitive]: Infer<P> } = {
  neg: numeric('neg'),
  abs: numeric('abs'),
  sign: same,
  square: numeric('square'),
  floor: same,
  ceil: same,
  round: same,
  trunc: same,
  reciprocal: floating('reciprocal'),
  sqrt: floating('sqrt'),
  rsqrt: floating('rsqrt'),
  exp: floating('exp'),
  exp2: floating('exp2'),
  expm1: floating('expm1'),
  log: floating('log'),
  log2: floating('log2'),
  log10: floating('log10'),
  log1p: floating('log1p'),
  sin: floating('sin'),
  cos: floating('cos'),
  tan: floating('tan'),
  asin: floating('asin'),
  acos: floating('acos'),
  atan: floating('atan'),
  sinh: floating('sinh'),
  cosh: floating('cosh'),
  tanh: floating('tanh'),
  asinh: floating('asinh'),
  acosh: floating('acosh'),
  atanh: floating('atanh'),
  sigmoid: floating('sigmoid'),
  relu: numeric('relu'),
  gelu: floating('gelu'),
  silu: floating('silu'),
  erf: floating('erf'),
  erfc: floating('erfc'),
  erfinv: floating('erfinv'),
  lgamma: floating('lgamma'),
  digamma: floating('digamma'),
  trigamma: floating('trigamma'),
  bitwiseNot: (inputs) => {
    integral('bitwiseNot', ...inputs)
    return same(inputs)
  },
  logicalNot: predicate,
  isnan: predicate,
  isinf: predicate,
  isfinite: predicate,

  add: binary('add'),
  sub: (inputs) => {
    if (inputs[0]!.dtype === 'bool')
      throw new DTypeError("sub: is not defined for bool. Use logicalXor or x.to('int32').")
    return binary('sub')(inputs)
  },
  mul: binary('mul'),
  div: floatBinary('div'),
  floorDivide: binary('floorDivide'),
  pow: binary('pow'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  atan2: floatBinary('atan2'),
  remainder: binary('remainder'),
  fmod: binary('fmod'),
  hypot: floatBinary('hypot'),
  copysign: floatBinary('copysign'),
  bitwiseAnd: integerBinary('bitwiseAnd'),
  bitwiseOr: integerBinary('bitwiseOr'),
  bitwiseXor: integerBinary('bitwiseXor'),
  bitwiseLeftShift: integerBinary('bitwiseLeftShift'),
  bitwiseRightShift: integerBinary('bitwiseRightShift'),
  bceWithLogits: floatBinary('bceWithLogits'),
  eq: comparison('eq'),
  ne: comparison('ne'),
  lt: comparison('lt'),
  le: comparison('le'),
  gt: comparison('gt'),
  ge: comparison('ge'),
  logicalAnd: comparison('logicalAnd'),
  logicalOr: comparison('logicalOr'),
  logicalXor: comparison('logicalXor'),

  sum: reduce,
  mean: reduce,
  prod: reduce,
  amax: extremum('amax'),
  amin: extremum('amin'),
  argmax: position('argmax'),
  argmin: position('argmin'),

  cumsum: same,
  cumprod: same,
  cummax: withPositions,
  cummin: withPositions,

  full: fromParams,
  arange: (_, { length, dtype }) => fresh(dtype, [length]),
  uniform: fromParams,
  normal: fromParams,
  randint: fromParams,
  randperm: fromParams,
  exponential: fromParams,
  bernoulliScalar: fromParams,

  lu: ([a]) => {
    const [rows, columns] = matrixSize('lu', a!)
    const batch = batchShape(a!)
    const index = indexDType(a!.storage.device)
    return [
      { dtype: a!.dtype, layout: freshLayout(a!.layout) },
      { dtype: 'int32', layout: contiguousLayout([...batch, Math.min(rows, columns)]) },
      { dtype: index, layout: contiguousLayout([...batch, rows]) },
    ]
  },
  cholesky: (inputs) => {
    squareSize('cholesky', inputs[0]!)
    return same(inputs)
  },
  qr: ([a], { mode }) => {
    const [rows, columns] = matrixSize('qr', a!)
    const inner = mode === 'complete' ? rows : Math.min(rows, columns)
    return [fresh(a!.dtype, [...batchShape(a!), rows, inner]), fresh(a!.dtype, [...batchShape(a!), inner, columns])]
  },
  eigh: ([a]) => {
    const size = squareSize('eigh', a!)
    return [fresh(a!.dtype, [...batchShape(a!), size]), fresh(a!.dtype, a!.layout.shape)]
  },
  svd: ([a], { fullMatrices }) => {
    const [rows, columns] = matrixSize('svd', a!)
    const batch = batchShape(a!)
    const inner = Math.min(rows, columns)
    return [
      fresh(a!.dtype, [...batch, rows, fullMatrices ? rows : inner]),
      fresh(a!.dtype, [...batch, inner]),
      fresh(a!.dtype, [...batch, fullMatrices ? columns : inner, columns]),
    ]
  },
  solve: solving('solve'),
  triangularSolve: solving('triangularSolve'),
  lstsq: ([a, b]) => {
    const shape = solutionShape('lstsq', a!, b!)
    return [fresh(a!.dtype, shape), fresh(indexDType(a!.storage.device), shape.slice(0, -2))]
  },
  pinv: ([a]) => {
    const [rows, columns] = matrixSize('pinv', a!)
    return fresh(a!.dtype, [...batchShape(a!), columns, rows])
  },
  det: ([a]) => {
    squareSize('det', a!)
    return fresh(a!.dtype, batchShape(a!))
  },
  eig: ([a]) => {
    const size = squareSize('eig', a!)
    const [values, vectors] = [fresh(a!.dtype, [...batchShape(a!), size]), fresh(a!.dtype, a!.layout.shape)]
    return [values, values, vectors, vectors]
  },
  matrixExp: (inputs) => {
    squareSize('matrixExp', inputs[0]!)
    return same(inputs)
  },

  // What calls these has checked that the operands fit.
  conv: ([x, weight], params) => {
    const [batch, , ...size] = x!.layout.shape
    const [channels, , ...kernel] = weight!.layout.shape
    return fresh(x!.dtype, [batch!, channels!, ...windowCounts(size, kernel, params)])
  },
  convTranspose: ([g, weight], { groups, size }) =>
    fresh(g!.dtype, [g!.layout.shape[0]!, weight!.layout.shape[1]! * groups, ...size]),
  convWeight: ([x, g], { groups, size }) =>
    fresh(x!.dtype, [g!.layout.shape[1]!, x!.layout.shape[1]! / groups, ...size]),
  maxPool: ([x], params) => {
    const shape = pooledShape(x!, params)
    return [fresh(x!.dtype, shape), fresh(indexDType(x!.storage.device), shape)]
  },
  avgPool: ([x], params) => fresh(x!.dtype, pooledShape(x!, params)),
  avgPoolTranspose: ([g], { size }) => fresh(g!.dtype, [...g!.layout.shape.slice(0, -size.length), ...size]),

  copy: same,
  cast: ([x], { dtype }) => ({ dtype, layout: freshLayout(x!.layout) }),
  where: ([condition, a, b]) => {
    if (condition!.dtype !== 'bool') {
      throw new DTypeError(`where: the condition must be bool, got ${condition!.dtype}. Use condition.ne(0).`)
    }
    const layout = broadcastLayout('where', condition!.layout, broadcastLayout('where', a!.layout, b!.layout))
    return { dtype: a!.dtype, layout }
  },
  clamp: numeric('clamp'),
  matmul: (inputs) => {
    const [a, b] = [inputs[0]!, inputs[1]!]
    const [x, y] = [a.layout.shape, b.layout.shape]
    if (x.length < 2 || y.length < 2) {
      throw new ShapeError(`matmul: needs at least 1 dim on both sides, got ${formatShape(x)} @ ${formatShape(y)}.`)
    }
    const [inner, rows] = [x[x.length - 1]!, y[y.length - 2]!]
    if (inner !== rows) {
      throw new ShapeError(`matmul: inner dims differ: ${formatShape(x)} @ ${formatShape(y)} has ${inner} vs ${rows}.`)
    }
    if (a.dtype === 'bool') throw new DTypeError("matmul: is not defined for bool. Use x.to('int32').")
    const [height, width] = [x[x.length - 2]!, y[y.length - 1]!]
    if (x.length === 2 && y.length === 2) return fresh(a.dtype, [height, width])
    return fresh(a.dtype, [...broadcastShapes('matmul', x.slice(0, -2), y.slice(0, -2)), height, width])
  },
  linear: (inputs) => {
    const [given, wanted] = [inputs[0]!.layout.shape, inputs[1]!.layout.shape]
    const bias = inputs[2]
    if (given.length === 0 || wanted.length !== 2 || given[given.length - 1] !== wanted[1]) {
      throw new ShapeError(
        `linear: the last dim of the input must be ${wanted.at(-1)}: got ${formatShape(given)} for weight ${formatShape(wanted)}.`,
      )
    }
    if (bias !== undefined && (bias.layout.ndim !== 1 || bias.layout.numel !== wanted[0])) {
      throw new ShapeError(`linear: the bias must be [${wanted[0]}], got ${formatShape(bias.layout.shape)}.`)
    }
    const { dtype } = inputs[0]!
    return fresh(dtype, given.length === 2 ? [given[0]!, wanted[0]!] : [...given.slice(0, -1), wanted[0]!])
  },
  dropout: floating('dropout'),
  bceWithLogitsSum: ([x, y]) => {
    sameSize('bceWithLogitsSum', x!, y!)
    return fresh(x!.dtype, [])
  },
  sigmoidBackward: same,
  tanhBackward: same,
  reluBackward: same,
  bceWithLogitsBackward: (inputs) => like(inputs[1]!),
  sgdStep: (inputs) => updated('sgdStep', inputs),
  adamStep: (inputs) => updated('adamStep', inputs),
  ...inferNormalization,
  gather: ([x, index], { dim }) => {
    checkAlong('gather', x!, index!, dim)
    return fresh(x!.dtype, index!.layout.shape)
  },
  scatter: ([x, index, values], { dim }) => {
    checkAlong('scatter', x!, index!, dim)
    if (
      index!.layout.shape.some((size, d) => size > values!.layout.shape[d]!) ||
      values!.layout.ndim !== index!.layout.ndim
    ) {
      throw new ShapeError(
        `scatter: values do not cover index: ${formatShape(values!.layout.shape)} vs ${formatShape(index!.layout.shape)}.`,
      )
    }
    return same([x!])
  },
  indexSelect: ([x, index], { dim }) => {
    checkIndex('indexSelect', index!)
    return fresh(x!.dtype, x!.layout.shape.with(dim, index!.layout.numel))
  },
  indexAdd: ([x, index, values], { dim }) => {
    checkIndex('indexAdd', index!)
    const wanted = x!.layout.shape.with(dim, index!.layout.numel)
    if (!sameShape(values!.layout.shape, wanted)) {
      throw new ShapeError(
        `indexAdd: values have the wrong shape: ${formatShape(values!.layout.shape)} vs ${formatShape(wanted)}.`,
      )
    }
    return same([x!])
  },
  index: ([x, ...indices]) => fresh(x!.dtype, pickedShape('index', x!, indices)),
  indexPut: ([x, values, ...indices]) => {
    const wanted = pickedShape('indexPut', x!, indices)
    if (!sameShape(broadcastShapes('indexPut', wanted, values!.layout.shape), wanted)) {
      throw new ShapeError(
        `indexPut: values do not broadcast to what is indexed: ${formatShape(values!.layout.shape)} vs ${formatShape(wanted)}.`,
      )
    }
    return same([x!])
  },
  cat: (inputs, { dim }) => {
    const { shape } = inputs[0]!.layout
    let size = 0
    for (const { layout } of inputs) {
      if (layout.ndim !== shape.length || layout.shape.some((n, d) => d !== dim && n !== shape[d])) {
        throw new ShapeError(
          `cat: shapes differ outside dim ${dim}: ${formatShape(shape)} vs ${formatShape(layout.shape)}.`,
        )
      }
      size += layout.shape[dim]!
    }
    return fresh(inputs[0]!.dtype, shape.with(dim, size))
  },
  pad: ([x], { before, after }) =>
    fresh(
      x!.dtype,
      x!.layout.shape.map((size, dim) => size + before[dim]! + after[dim]!),
    ),
  sort: withPositions,
  multinomial: ([x], { samples }) => fresh(indexDType(x!.storage.device), [...x!.layout.shape.slice(0, -1), samples]),
  bernoulli: same,
}

type InferView<P extends ViewPrimitive> = (layout: Layout, params: ViewPrimitives[P]) => Layout

/** The layout of each view. @throws ShapeError where `view` would need a copy. */
export const inferView: { readonly [P in ViewPrimitive]: InferView<P> } = {
  view: (layout, { shape }) => {
    const result = viewLayout(layout, shape)
    if (result === undefined) {
      throw new ShapeError(
        `view: ${formatShape(layout.shape)} with strides ${formatShape(layout.strides)} cannot be seen as ${formatShape(shape)} without a copy. Use reshape.`,
      )
    }
    return result
  },
  permute: (layout, { dims }) => permuteLayout(layout, dims),
  expand: (layout, { shape }) => expandLayout(layout, shape),
  slice: sliceLayout,
  diagonal: diagonalLayout,
  unfold: unfoldLayout,
}
