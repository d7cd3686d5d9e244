import { add, divide, type DoubleDouble, multiply, of, subtract, sum, toNumber } from './double-double.ts'
import { log, PI, sinCosPi } from './double-double-functions.ts'
import { polynomial } from './polynomial.ts'
import { digammaRest, STIRLING_FROM } from './stirling.ts'
import { elementary } from '../wasm/elementary.ts'

// The positive zero, what it lies beyond its float64, and digamma over the distance from it, fitted by golden/fit.py.
const ROOT = 1.4616321449683622
const ROOT_REST = 9.549995429965697e-17
const NEAR_ROOT = [
  0.9676722454476212, -0.4427631689835921, 0.25849976095565175, -0.16394270544240705, 0.10782405069087184,
  -0.07219956125618752, 0.04880428824213663, -0.03316112652820618, 0.022597640590692827, -0.015424760677043268,
  0.01053919753490404, -0.007204812093004543, 0.004914872674307717, -0.0033616543738972677, 0.0024856864196862076,
  -0.0017004658557028425,
]

/**
 * The derivative of lgamma; NaN at the poles -1, -2, ..., infinity of the opposite sign at 0 and -0, as in PyTorch.
 *
 * Within 2 ulp, except at the few float64 numbers nearest to its negative zeros, where the absolute error is below 1e-29.
 *
 * @see https://dlmf.nist.gov/5.11
 */
export function digamma(x: number): number {
  if (x === 0) return -1 / x
  if (x === Infinity) return Infinity
  if (Number.isNaN(x) || (x < 0 && Number.isInteger(x)) || x === -Infinity) return Number.NaN
  if (Math.abs(x) < 2 ** -60) return -1 / x
  if (x > 2 ** 60) return elementary.log(x)
  const h = x - ROOT - ROOT_REST
  if (Math.abs(h) < 0.2) return h * polynomial(NEAR_ROOT, h)
  return toNumber(x < 0 ? reflected(x) : shifted(of(x)))
}

/** By `digamma(x + n) = digamma(x) + 1 / x + ... + 1 / (x + n - 1)`. */
function shifted(x: DoubleDouble): DoubleDouble {
  let inverses = of(0)
  let argument = x
  for (; argument.high < STIRLING_FROM; argument = add(argument, of(1)))
    inverses = add(inverses, divide(of(1), argument))
  return subtract(subtract(log(argument), digammaRest(argument)), inverses)
}

/** By `digamma(x) = digamma(1 - x) - pi cot(pi x)`. */
function reflected(x: number): DoubleDouble {
  const { sin, cos } = sinCosPi(x - Math.round(x))
  return subtract(shifted(sum(1, -x)), divide(multiply(PI, cos), sin))
}
