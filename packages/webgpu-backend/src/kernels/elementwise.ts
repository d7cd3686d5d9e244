import type {
  BinaryPrimitive,
  DType,
  Kernel,
  KernelOf,
  NoParams,
  ResultGradientPrimitives,
  UnaryPrimitives,
} from '@metagrad/tensor'
import { isFloat } from '@metagrad/tensor'
import { map } from './map.ts'
import { valueType } from './values.ts'

type UnaryPrimitive = keyof UnaryPrimitives

/** A WGSL expression over `a` (and `b`), for floats, for ints (the same unless given), and for bools (as ints unless given). */
interface Row {
  readonly float?: string
  readonly int?: string
  readonly bool?: string
}

const floats = (float: string): Row => ({ float })
const both = (text: string): Row => ({ float: text, int: text })

const unary: { readonly [P in UnaryPrimitive]: Row } = {
  neg: both('-a'),
  abs: both('abs(a)'),
  // As PyTorch, 0 for NaN.
  sign: { float: 'signum(a)', int: 'sign(a)' },
  square: both('a * a'),
  floor: { float: 'floor(a)', int: 'a' },
  ceil: { float: 'ceil(a)', int: 'a' },
  round: { float: 'round(a)', int: 'a' },
  trunc: { float: 'trunc(a)', int: 'a' },
  reciprocal: floats('1.0 / a'),
  sqrt: floats('sqrt(a)'),
  rsqrt: floats('1.0 / sqrt(a)'),
  exp: floats('exponential(a)'),
  exp2: floats('exponential2(a)'),
  expm1: floats('exponentialMinus1(a)'),
  log: floats('logarithm(a)'),
  log2: floats('logarithm2(a)'),
  log10: floats('logarithm10(a)'),
  log1p: floats('logarithm1p(a)'),
  sin: floats('sine(a)'),
  cos: floats('cosine(a)'),
  tan: floats('tangent(a)'),
  asin: floats('arcSine(a)'),
  acos: floats('arcCosine(a)'),
  atan: floats('arcTangent(a)'),
  sinh: floats('hyperbolicSine(a)'),
  cosh: floats('hyperbolicCosine(a)'),
  tanh: floats('hyperbolicTangent(a)'),
  asinh: floats('areaSine(a)'),
  acosh: floats('areaCosine(a)'),
  atanh: floats('areaTangent(a)'),
  sigmoid: floats('logistic(a)'),
  relu: { float: 'select(select(0.0, a, isNaN(a)), a, a > 0.0)', int: 'max(a, 0)' },
  gelu: floats('0.5 * a * errorComplement(-0.70710678118 * a)'),
  silu: floats('a * logistic(a)'),
  erf: floats('errorFunction(a)'),
  erfc: floats('errorComplement(a)'),
  erfinv: floats('errorInverse(a)'),
  lgamma: floats('logGamma(a)'),
  digamma: floats('digammaFunction(a)'),
  trigamma: floats('trigammaFunction(a)'),
  bitwiseNot: { int: '~a', bool: '1 - a' },
  logicalNot: { float: 'i32(!isTrue(a))', int: 'i32(a == 0)' },
  isnan: { float: 'i32(isNaN(a))', int: '0' },
  isinf: { float: 'i32(isInfinite(a))', int: '0' },
  isfinite: { float: 'i32(!isNaN(a) && !isInfinite(a))', int: '1' },
}

const binary: { readonly [P in BinaryPrimitive]: Row } = {
  add: { ...both('a + b'), bool: 'a | b' },
  sub: both('a - b'),
  mul: both('a * b'),
  div: floats('a / b'),
  floorDivide: { float: 'quotientDown(a, b)', int: 'intQuotientDown(a, b)' },
  pow: { float: 'powerOf(a, b)', int: 'intPower(a, b)' },
  maximum: { float: 'larger(a, b)', int: 'max(a, b)' },
  minimum: { float: 'smaller(a, b)', int: 'min(a, b)' },
  atan2: floats('arcTangent2(a, b)'),
  remainder: { float: 'remainderDown(a, b)', int: 'intRemainderDown(a, b)' },
  fmod: { float: 'remainderOf(a, b)', int: 'a % b' },
  hypot: floats('hypotenuse(a, b)'),
  copysign: floats('signOf(a, b)'),
  bitwiseAnd: { int: 'a & b' },
  bitwiseOr: { int: 'a | b' },
  bitwiseXor: { int: 'a ^ b' },
  bitwiseLeftShift: { int: 'shiftLeft(a, b)' },
  bitwiseRightShift: { int: 'shiftRight(a, b)' },
  bceWithLogits: floats('max(a, 0.0) - a * b + logarithm1p(exponential(-abs(a)))'),
  eq: both('i32(a == b)'),
  ne: { float: 'i32(differ(a, b))', int: 'i32(a != b)' },
  lt: both('i32(a < b)'),
  le: both('i32(a <= b)'),
  gt: both('i32(a > b)'),
  ge: both('i32(a >= b)'),
  logicalAnd: { float: 'i32(isTrue(a) && isTrue(b))', int: 'i32(a != 0 && b != 0)' },
  logicalOr: { float: 'i32(isTrue(a) || isTrue(b))', int: 'i32(a != 0 || b != 0)' },
  logicalXor: { float: 'i32(isTrue(a) != isTrue(b))', int: 'i32((a != 0) != (b != 0))' },
}

function expressionFor(row: Row, dtype: DType): string {
  if (isFloat(dtype)) return row.float!
  return dtype === 'bool' ? (row.bool ?? row.int!) : row.int!
}

const gradients: { readonly [P in keyof ResultGradientPrimitives]: Row } = {
  sigmoidBackward: floats('a * b * (1.0 - b)'),
  tanhBackward: floats('a * (1.0 - b * b)'),
  reluBackward: floats('select(a, 0.0, b <= 0.0)'),
}

function unaryKernel(op: string, row: Row): Kernel<UnaryPrimitive> {
  return ([out], [x]) => map({ op, out: out!, inputs: [x!], expression: expressionFor(row, x!.dtype) })
}

/** Ints have no infinity to stand for a quotient by zero. */
const dividing: ReadonlySet<string> = new Set<BinaryPrimitive>(['floorDivide', 'remainder', 'fmod'])
const divisorCheck = { kind: 'divideByZero', text: '  if (b == 0) { note(fault, 0, 0); return; }' } as const

function binaryKernel(op: string, row: Row): KernelOf<NoParams> {
  return ([out], [a, b]) => {
    const expression = expressionFor(row, a!.dtype)
    const call = { op, out: out!, inputs: [a!, b!], expression }
    map(dividing.has(op) && !isFloat(a!.dtype) ? { ...call, check: divisorCheck } : call)
  }
}

function kernelsOf<P extends string, K>(
  table: { readonly [Q in P]: Row },
  kernel: (op: string, row: Row) => K,
): { [Q in P]: K } {
  const rows = Object.entries<Row>(table).map(([op, row]) => [op, kernel(op, row)])
  return Object.fromEntries(rows) as { [Q in P]: K }
}

export const unaryKernels: { [P in UnaryPrimitive]: Kernel<P> } = kernelsOf(unary, unaryKernel)
export const binaryKernels: { [P in BinaryPrimitive]: Kernel<P> } = kernelsOf(binary, binaryKernel)

export const gradientKernels: { [P in keyof ResultGradientPrimitives]: Kernel<P> } = kernelsOf(gradients, binaryKernel)

export const where: Kernel<'where'> = ([out], inputs) =>
  map({ op: 'where', out: out!, inputs, expression: 'select(c, b, a != 0)' })

export const dropout: Kernel<'dropout'> = ([out], inputs, { scale }) =>
  map({ op: 'dropout', out: out!, inputs, expression: 'a * (f32(b) * scale)', floats: { scale } })

export const copy: Kernel<'copy'> = ([out], [x]) => map({ op: 'copy', out: out!, inputs: [x!], expression: 'a' })

/** The upper bound wins where the two cross, as in PyTorch; comparisons let NaN through. */
const clampText = 'select(select(a, low, a < low), high, select(a, low, a < low) > high)'

/** Bounds of an int beyond what it can hold are no bounds. */
const intBound = (bound: number): number => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, bound))

export const clamp: Kernel<'clamp'> = ([out], [x], { min, max }) => {
  const call = { op: 'clamp', out: out!, inputs: [x!], expression: clampText }
  if (isFloat(x!.dtype)) map({ ...call, floats: { low: min, high: max } })
  else map({ ...call, ints: { low: intBound(Math.trunc(min)), high: intBound(Math.trunc(max)) } })
}

/** Value of one kind as another: floats to ints round towards zero, anything to bool asks "not 0". */
export function castExpression(from: DType, to: DType): string {
  const [source, target] = [valueType(from), valueType(to)]
  if (to === 'bool') return source === 'f32' ? 'i32(isTrue(a))' : 'i32(a != 0)'
  if (source === target) return 'a'
  return target === 'f32' ? 'f32(a)' : 'toInt(a)'
}

export const cast: Kernel<'cast'> = ([out], [x]) =>
  map({ op: 'cast', out: out!, inputs: [x!], expression: castExpression(x!.dtype, out!.dtype) })
