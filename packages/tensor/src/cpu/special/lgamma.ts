import { add, type DoubleDouble, multiply, of, subtract, sum, toNumber } from './double-double.ts'
import { log, sinCosPi } from './double-double-functions.ts'
import { lgammaRoots } from './lgamma-roots.ts'
import { polynomial } from './polynomial.ts'
import { lgammaRest, STIRLING_FROM } from './stirling.ts'
import { elementary } from '../wasm/elementary.ts'

const LOG_PI: DoubleDouble = { high: 1.1447298858494002, low: 1.026595116270783e-17 }
const HALF_LOG_2_PI: DoubleDouble = { high: 0.9189385332046728, low: -3.8782941580672414e-17 }

// lgamma(x) / ((x - 1) (x - 2)) in powers of x - 1 and of x - 2, to a distance of 1/4, fitted by golden/fit.py.
const NEAR_1 = [
  0.5772156649015329, -0.2452513685225804, 0.1554342658639511, -0.11514654256380095, 0.09223900846480947,
  -0.07731816854170498, 0.06673172824500107, -0.058777940123432175, 0.05255632346895715, -0.04754321322192822,
  0.04341096085758984, -0.039939716315299065, 0.03698646733800217, -0.03452198683406026, 0.03230034315854782,
  -0.029154303329444686, 0.02747814939530423, -0.03552862589600777, 0.03375517659884939,
]
const NEAR_2 = [
  0.42278433509846713, -0.10031730167435392, 0.03296500062115583, -0.012384192193371278, 0.004998641164697293,
  -0.002108130833955783, 0.000915376922252515, -0.00040570739750776867, 0.00018255263905507505, -8.30951263915939e-5,
  3.8168889592142197e-5, -1.766167198526856e-5, 8.222186201573742e-6, -3.847438802438431e-6, 1.8081619418681002e-6,
  -8.512624417717502e-7, 4.0290379634697883e-7, -2.0508889874944985e-7, 9.76416482720944e-8,
]

/**
 * The logarithm of the absolute value of the gamma function; infinity at its poles 0, -1, -2, ...
 *
 * Stirling's series from 24 on, below by the recurrence; polynomials near the zeros 1 and 2, Taylor series at the negative zeros.
 *
 * @see https://dlmf.nist.gov/5.11
 */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  if (x <= 0 && Number.isInteger(x)) return Infinity
  if (Math.abs(x) < 2 ** -60) return -elementary.log(Math.abs(x))
  if (x > 2 ** 60) return x * (elementary.log(x) - 1)
  if (x === -Infinity) return Infinity
  if (Math.abs(x - 1) <= 0.25) return (x - 1) * (x - 2) * polynomial(NEAR_1, x - 1)
  if (Math.abs(x - 2) <= 0.25) return (x - 1) * (x - 2) * polynomial(NEAR_2, x - 2)
  return nearRoot(x) ?? toNumber(x < -STIRLING_FROM ? reflected(x) : shifted(x))
}

function nearRoot(x: number): number | undefined {
  for (const [root, rest, ...taylor] of lgammaRoots) {
    const h = x - root - rest
    if (Math.abs((h * taylor[1]!) / taylor[0]!) < 2 ** -9) return h * polynomial(taylor, h)
  }
  return undefined
}

/** By `gamma(x + n) = x (x + 1) ... (x + n - 1) gamma(x)`. */
function shifted(x: number): DoubleDouble {
  let factor = of(1)
  let n = 0
  for (; x + n < STIRLING_FROM; n++) factor = multiply(factor, sum(x, n))
  const large = ofLarge(sum(x, n))
  return n === 0 ? large : subtract(large, log(factor.high < 0 ? { high: -factor.high, low: -factor.low } : factor))
}

/** By `gamma(x) gamma(1 - x) = pi / sin(pi x)`. */
function reflected(x: number): DoubleDouble {
  const { sin } = sinCosPi(x - Math.round(x))
  const size = sin.high < 0 ? { high: -sin.high, low: -sin.low } : sin
  return subtract(subtract(LOG_PI, log(size)), ofLarge(sum(1, -x)))
}

function ofLarge(x: DoubleDouble): DoubleDouble {
  const main = subtract(multiply(subtract(x, of(0.5)), log(x)), x)
  return add(add(main, HALF_LOG_2_PI), lgammaRest(x))
}
