import type { View } from '../device.ts'
import { isFloat } from '../dtypes.ts'
import { DTypeError } from '../errors.ts'
import type { Layout } from '../layout.ts'
import { broadcastShapes, contiguousLayout, sameShape } from '../layout.ts'
import type { BinaryPrimitive, BinaryPrimitives, UnaryPrimitives } from '../primitives.ts'
import type { InferTable, Output } from './outputs.ts'
import { floating, freshLayout, same } from './outputs.ts'

type Pointwise = keyof UnaryPrimitives | keyof BinaryPrimitives | 'where' | 'clamp' | 'copy' | 'cast' | 'dropout'

/** The layout that two inputs broadcast to. */
function broadcastLayout(op: string, a: Layout, b: Layout): Layout {
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

/** Every element by itself, of operands that broadcast. */
export const inferPointwise: InferTable<Pointwise> = {
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
  dropout: floating('dropout'),
}
