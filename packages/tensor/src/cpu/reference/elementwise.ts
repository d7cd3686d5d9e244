import type { Kernel, KernelOf, View } from '../../device.ts'
import type { DType } from '../../dtypes.ts'
import { dtypes } from '../../dtypes.ts'
import { ArgumentError } from '../../errors.ts'
import type { BinaryPrimitive, NoParams, ResultGradientPrimitives, UnaryPrimitive } from '../../primitives.ts'
import * as special from '../special/index.ts'
import { arrayOf, hold } from '../storage.ts'
import { bigintsOf, forEachRun, map1, map2, numbersOf } from './loops.ts'
import { elementary } from '../wasm/elementary.ts'

type NumberFunction = (x: number) => number
type BigintFunction = (x: bigint) => bigint

interface UnaryFunctions {
  readonly number: NumberFunction
  /** For int64; functions of floats never see it. */
  readonly bigint?: BigintFunction
}

const same = <T>(x: T): T => x

function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

/** Keeps -0, which plain arithmetic on the way would lose. */
const keepingZero = (f: NumberFunction) => (x: number) => {
  const y = f(x)
  return y === 0 && (x < 0 || Object.is(x, -0)) ? -0 : y
}

const unary: { readonly [P in Exclude<UnaryPrimitive, Predicate>]: UnaryFunctions } = {
  neg: { number: (x) => -x, bigint: (x) => -x },
  abs: { number: Math.abs, bigint: (x) => (x < 0n ? -x : x) },
  // As PyTorch, 0 for NaN.
  sign: { number: (x) => Number(x > 0) - Number(x < 0), bigint: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n) },
  square: { number: (x) => x * x, bigint: (x) => x * x },
  floor: { number: Math.floor, bigint: same },
  ceil: { number: Math.ceil, bigint: same },
  round: { number: keepingZero(roundHalfEven), bigint: same },
  trunc: { number: Math.trunc, bigint: same },
  reciprocal: { number: (x) => 1 / x },
  sqrt: { number: Math.sqrt },
  rsqrt: { number: (x) => 1 / Math.sqrt(x) },
  exp: { number: elementary.exp },
  exp2: { number: (x) => elementary.pow(2, x) },
  expm1: { number: elementary.expm1 },
  log: { number: elementary.log },
  log2: { number: elementary.log2 },
  log10: { number: elementary.log10 },
  log1p: { number: elementary.log1p },
  sin: { number: elementary.sin },
  cos: { number: elementary.cos },
  tan: { number: elementary.tan },
  asin: { number: elementary.asin },
  acos: { number: elementary.acos },
  atan: { number: elementary.atan },
  sinh: { number: elementary.sinh },
  cosh: { number: elementary.cosh },
  tanh: { number: elementary.tanh },
  asinh: { number: elementary.asinh },
  acosh: { number: elementary.acosh },
  atanh: { number: elementary.atanh },
  sigmoid: { number: special.sigmoid },
  relu: { number: (x) => (x > 0 ? x : x === x ? 0 : x), bigint: (x) => (x > 0n ? x : 0n) },
  erf: { number: special.erf },
  // erfc keeps the digits of the left tail that 1 + erf cancels.
  gelu: { number: (x) => 0.5 * x * special.erfc(-x * Math.SQRT1_2) },
  silu: { number: (x) => x * special.sigmoid(x) },
  erfc: { number: special.erfc },
  erfinv: { number: special.erfinv },
  lgamma: { number: special.lgamma },
  digamma: { number: special.digamma },
  trigamma: { number: special.trigamma },
  bitwiseNot: { number: (x) => ~x, bigint: (x) => ~x },
}

type Predicate = 'logicalNot' | 'isnan' | 'isinf' | 'isfinite'

const predicates: { readonly [P in Predicate]: (x: number) => number } = {
  logicalNot: (x) => Number(x === 0),
  isnan: (x) => Number(Number.isNaN(x)),
  isinf: (x) => Number(x === Infinity || x === -Infinity),
  isfinite: (x) => Number(Number.isFinite(x)),
}

function unaryKernel({ number, bigint }: UnaryFunctions): Kernel<UnaryPrimitive> {
  return ([out], [x]) => {
    if (x!.dtype === 'int64') map1(out!, x!, bigintsOf(x!), bigintsOf(out!), bigint!)
    else map1(out!, x!, numbersOf(x!), numbersOf(out!), number)
  }
}

function predicateKernel(f: (x: number) => number): Kernel<UnaryPrimitive> {
  return ([out], [x]) => {
    if (x!.dtype === 'int64') map1(out!, x!, bigintsOf(x!), numbersOf(out!), (value) => f(Number(value)))
    else map1(out!, x!, numbersOf(x!), numbersOf(out!), f)
  }
}

type UnaryKernels = { [P in UnaryPrimitive]: Kernel<P> }

/** `bitwiseNot` of a bool is its negation. */
const bitwiseNot: Kernel<'bitwiseNot'> = (outputs, inputs, params) => {
  if (inputs[0]!.dtype === 'bool') predicateKernel(predicates.logicalNot)(outputs, inputs, params)
  else unaryKernel(unary.bitwiseNot)(outputs, inputs, params)
}

function mapTable<K extends string, V, W>(table: { readonly [P in K]: V }, f: (value: V) => W): { [P in K]: W } {
  return Object.fromEntries(Object.entries<V>(table).map(([key, value]) => [key, f(value)])) as { [P in K]: W }
}

export const unaryKernels: UnaryKernels = {
  ...mapTable(unary, unaryKernel),
  ...mapTable(predicates, predicateKernel),
  bitwiseNot,
}

interface BinaryFunctions {
  readonly number: (a: number, b: number) => number
  readonly bigint?: (a: bigint, b: bigint) => bigint
  /** Where 0 and 1 need another function than numbers. */
  readonly bool?: (a: number, b: number) => number
  /** Where products would leave the range in which a number is exact. */
  readonly int32?: (a: number, b: number) => number
}

/** Rounds towards minus infinity; PyTorch's way of getting there, which keeps infinities and NaN right. */
function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b
  const rest = a % b
  let quotient = (a - rest) / b
  if (rest !== 0 && b < 0 !== rest < 0) quotient -= 1
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

/** The remainder with the sign of the divisor. */
function remainder(a: number, b: number): number {
  const rest = a % b
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest
}

function bigFloorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

function bigRemainder(a: bigint, b: bigint): bigint {
  const rest = a % b
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest
}

/** Negative powers of ints: only 1 and -1 have whole ones. */
function bigPow(a: bigint, b: bigint): bigint {
  if (b >= 0n) return a ** b
  return a === 1n ? 1n : a === -1n ? (b % 2n === 0n ? 1n : -1n) : 0n
}

/** Whole power by squaring in 32 bits, so that overflow wraps as in C. */
function int32Pow(a: number, b: number): number {
  if (b < 0) return Number(bigPow(BigInt(a), BigInt(b)))
  let result = 1
  for (let base = a, n = b; n > 0; n >>>= 1, base = Math.imul(base, base)) if (n & 1) result = Math.imul(result, base)
  return result
}

function maximum(a: number, b: number): number {
  return a > b || a !== a ? a : b
}

function minimum(a: number, b: number): number {
  return a < b || a !== a ? a : b
}

const int32Shift = (shift: (a: number, b: number) => number) => (a: number, b: number) =>
  b >= 32 || b < 0 ? (a < 0 && shift(-1, 1) === -1 ? -1 : 0) : shift(a, b)

const binary: { readonly [P in Exclude<BinaryPrimitive, Comparison>]: BinaryFunctions } = {
  add: { number: (a, b) => a + b, bigint: (a, b) => a + b, bool: (a, b) => a | b },
  sub: { number: (a, b) => a - b, bigint: (a, b) => a - b },
  mul: { number: (a, b) => a * b, bigint: (a, b) => a * b, int32: Math.imul },
  div: { number: (a, b) => a / b },
  floorDivide: { number: floorDivide, bigint: bigFloorDivide },
  pow: { number: elementary.pow, bigint: bigPow, int32: int32Pow },
  maximum: { number: maximum, bigint: (a, b) => (a > b ? a : b) },
  minimum: { number: minimum, bigint: (a, b) => (a < b ? a : b) },
  atan2: { number: elementary.atan2 },
  remainder: { number: remainder, bigint: bigRemainder },
  fmod: { number: (a, b) => a % b, bigint: (a, b) => a % b },
  hypot: { number: elementary.hypot },
  copysign: { number: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)) },
  bitwiseAnd: { number: (a, b) => a & b, bigint: (a, b) => a & b },
  bitwiseOr: { number: (a, b) => a | b, bigint: (a, b) => a | b },
  bitwiseXor: { number: (a, b) => a ^ b, bigint: (a, b) => a ^ b },
  bitwiseLeftShift: { number: int32Shift((a, b) => a << b), bigint: (a, b) => a << b },
  bitwiseRightShift: { number: int32Shift((a, b) => a >> b), bigint: (a, b) => a >> b },
  bceWithLogits: { number: crossEntropy },
}

/** -(y log(p) + (1 - y) log(1 - p)) of p = sigmoid(x), without p: stable for every x. */
export function crossEntropy(x: number, y: number): number {
  return Math.max(x, 0) - x * y + elementary.log1p(elementary.exp(-Math.abs(x)))
}

/** Of the gradient g and the result y. */
const gradients: { readonly [P in keyof ResultGradientPrimitives]: BinaryFunctions } = {
  sigmoidBackward: { number: (g, y) => g * y * (1 - y) },
  tanhBackward: { number: (g, y) => g * (1 - y * y) },
  reluBackward: { number: (g, y) => (y <= 0 ? 0 : g) },
}

type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'logicalAnd' | 'logicalOr' | 'logicalXor'

const comparisons: { readonly [P in Comparison]: <T extends number | bigint>(a: T, b: T) => boolean } = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  // Numbers and bigints alike: only zero is falsy, and NaN is true as in PyTorch.
  logicalAnd: (a, b) => isTrue(a) && isTrue(b),
  logicalOr: (a, b) => isTrue(a) || isTrue(b),
  logicalXor: (a, b) => isTrue(a) !== isTrue(b),
}

function isTrue(x: number | bigint): boolean {
  return typeof x === 'bigint' ? x !== 0n : x !== 0
}

function functionFor({ number, bool, int32 }: BinaryFunctions, dtype: DType): (a: number, b: number) => number {
  if (dtype === 'bool' && bool !== undefined) return bool
  return dtype === 'int32' && int32 !== undefined ? int32 : number
}

/** Ints have no infinity to stand for a quotient by zero. */
const dividing: ReadonlySet<BinaryFunctions> = new Set([binary.floorDivide, binary.remainder, binary.fmod])

function binaryKernel(functions: BinaryFunctions): KernelOf<NoParams> {
  return ([out], [a, b]) => {
    if (dividing.has(functions) && dtypes[a!.dtype].kind !== 'float') checkDivisor(b!)
    if (a!.dtype === 'int64') map2(out!, a!, b!, bigintsOf(a!), bigintsOf(b!), bigintsOf(out!), functions.bigint!)
    else map2(out!, a!, b!, numbersOf(a!), numbersOf(b!), numbersOf(out!), functionFor(functions, a!.dtype))
  }
}

function checkDivisor(divisor: View): void {
  const array = arrayOf(divisor)
  forEachRun(divisor.layout.shape, [divisor], (offsets, steps, length) => {
    for (let k = 0, i = offsets[0]!; k < length; k++, i += steps[0]!) {
      if (!array[i]) throw new ArgumentError("div: an int is divided by zero. Use x.to('float32') for infinities.")
    }
  })
}

function comparisonKernel(f: (a: number | bigint, b: number | bigint) => boolean): Kernel<BinaryPrimitive> {
  const asNumber = (a: number | bigint, b: number | bigint) => (f(a, b) ? 1 : 0)
  return ([out], [a, b]) => {
    if (a!.dtype === 'int64') map2(out!, a!, b!, bigintsOf(a!), bigintsOf(b!), numbersOf(out!), asNumber)
    else map2(out!, a!, b!, numbersOf(a!), numbersOf(b!), numbersOf(out!), asNumber)
  }
}

export const binaryKernels: { [P in BinaryPrimitive]: Kernel<P> } = {
  ...mapTable(binary, binaryKernel),
  ...mapTable(comparisons, comparisonKernel),
}

export const gradientKernels: { [P in keyof ResultGradientPrimitives]: Kernel<P> } = mapTable(gradients, binaryKernel)

export const where: Kernel<'where'> = ([out], [condition, a, b]) => {
  const mask = arrayOf(condition!)
  const choose = <T>(from: { [i: number]: T }, other: { [i: number]: T }, to: { [i: number]: T }): void => {
    forEachRun(out!.layout.shape, [out!, condition!, a!, b!], (offsets, steps, length) => {
      let [o, c, i, j] = [offsets[0]!, offsets[1]!, offsets[2]!, offsets[3]!]
      for (let k = 0; k < length; k++, o += steps[0]!, c += steps[1]!, i += steps[2]!, j += steps[3]!) {
        to[o] = mask[c] ? from[i]! : other[j]!
      }
    })
  }
  if (out!.dtype === 'int64') choose(bigintsOf(a!), bigintsOf(b!), bigintsOf(out!))
  else choose(numbersOf(a!), numbersOf(b!), numbersOf(out!))
}

export const dropout: Kernel<'dropout'> = ([out], [x, mask], { scale }) => {
  const factor = x!.dtype === 'float64' ? scale : Math.fround(scale)
  map2(out!, x!, mask!, numbersOf(x!), numbersOf(mask!), numbersOf(out!), (value, keeps) => value * (keeps * factor))
}

export const clamp: Kernel<'clamp'> = ([out], [x], { min, max }) => {
  if (x!.dtype === 'int64') {
    const [low, high] = [Math.ceil(min), Math.floor(max)]
    map1(out!, x!, bigintsOf(x!), bigintsOf(out!), (value) =>
      value > high ? BigInt(high) : value < low ? BigInt(low) : value,
    )
    return
  }
  // The upper bound wins where the two cross, as in PyTorch; comparisons let NaN through.
  map1(out!, x!, numbersOf(x!), numbersOf(out!), (value) => {
    const raised = value < min ? min : value
    return raised > max ? max : raised
  })
}

export const copy: Kernel<'copy'> = ([out], [x]) => {
  // Called by other kernels for parts of their operands, too.
  hold([x!, out!])
  if (x!.dtype === 'int64') map1(out!, x!, bigintsOf(x!), bigintsOf(out!), same<bigint>)
  else map1(out!, x!, numbersOf(x!), numbersOf(out!), same<number>)
}

/** Numbers to an int dtype: towards zero; what no int can hold wraps as the machine's own conversion does. */
function toBigint(x: number): bigint {
  return Number.isFinite(x) ? BigInt(Math.trunc(x)) : -(2n ** 63n)
}

/** Elements in order by the engine's own conversion: floats to ints towards zero. Neither dtype is int64. */
function convert(out: View, x: View): void {
  const { offset, numel } = x.layout
  const source = arrayOf(x).subarray(offset, offset + numel) as Float32Array
  ;(arrayOf(out) as Float32Array).set(source, out.layout.offset)
}

export const cast: Kernel<'cast'> = ([out], [x]) => {
  const [from, to] = [x!.dtype, out!.dtype]
  const isInOrder = out!.layout.isContiguous && x!.layout.isContiguous
  if (to === 'bool') {
    if (from === 'int64') map1(out!, x!, bigintsOf(x!), numbersOf(out!), (value) => Number(value !== 0n))
    else map1(out!, x!, numbersOf(x!), numbersOf(out!), (value) => Number(value !== 0))
  } else if (to === 'int64') {
    if (from === 'int64') copy([out!], [x!], {})
    else map1(out!, x!, numbersOf(x!), bigintsOf(out!), toBigint)
  } else if (from === 'int64') {
    map1(out!, x!, bigintsOf(x!), numbersOf(out!), (value) =>
      Number(dtypes[to].kind === 'int' ? BigInt.asIntN(32, value) : value),
    )
  } else if (isInOrder) {
    convert(out!, x!)
  } else if (dtypes[to].kind === 'int') {
    map1(out!, x!, numbersOf(x!), numbersOf(out!), Math.trunc)
  } else {
    copy([out!], [x!], {})
  }
}
