import { moduleBytes } from './embedded.ts'
import type { KernelModule } from './instantiate.ts'
import { compile, instantiate } from './instantiate.ts'

type Unary = (x: number) => number
type Binary = (x: number, y: number) => number

/** Elementary functions of numbers. */
export interface Elementary {
  readonly sin: Unary
  readonly cos: Unary
  readonly tan: Unary
  readonly asin: Unary
  readonly acos: Unary
  readonly atan: Unary
  readonly atan2: Binary
  readonly sinh: Unary
  readonly cosh: Unary
  readonly tanh: Unary
  readonly asinh: Unary
  readonly acosh: Unary
  readonly atanh: Unary
  readonly exp: Unary
  readonly expm1: Unary
  readonly log: Unary
  readonly log1p: Unary
  readonly log2: Unary
  readonly log10: Unary
  readonly cbrt: Unary
  readonly hypot: Binary
  readonly pow: Binary
}

let loaded: Elementary | undefined

/** Started by the first call: importing the package costs nothing. */
const functions = (): Elementary => (loaded ??= instantiate(elementaryModule(), {}) as Elementary)

/** The module of the functions. */
export const elementaryModule = (): KernelModule => compile(moduleBytes('elementary'))

/**
 * JavaScript's Math functions in float64, within one unit in the last place, and with the same bits on every engine: those of
 * Math differ between engines and from one version of an engine to the next.
 */
export const elementary: Elementary = {
  sin: (x) => functions().sin(x),
  cos: (x) => functions().cos(x),
  tan: (x) => functions().tan(x),
  asin: (x) => functions().asin(x),
  acos: (x) => functions().acos(x),
  atan: (x) => functions().atan(x),
  atan2: (y, x) => functions().atan2(y, x),
  sinh: (x) => functions().sinh(x),
  cosh: (x) => functions().cosh(x),
  tanh: (x) => functions().tanh(x),
  asinh: (x) => functions().asinh(x),
  acosh: (x) => functions().acosh(x),
  atanh: (x) => functions().atanh(x),
  exp: (x) => functions().exp(x),
  expm1: (x) => functions().expm1(x),
  log: (x) => functions().log(x),
  log1p: (x) => functions().log1p(x),
  log2: (x) => functions().log2(x),
  log10: (x) => functions().log10(x),
  cbrt: (x) => functions().cbrt(x),
  hypot: (x, y) => functions().hypot(x, y),
  pow: (x, y) => functions().pow(x, y),
}
