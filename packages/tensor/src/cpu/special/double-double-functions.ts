import { add, divide, type DoubleDouble, multiply, of, polynomial, scale, subtract } from './double-double.ts'
import { once } from '../../once.ts'
import { elementary } from '../wasm/elementary.ts'

const LN2: DoubleDouble = { high: Math.LN2, low: 2.3190468138462996e-17 }
const LN2_REST = 5.707708438416212e-34
export const PI: DoubleDouble = { high: Math.PI, low: 1.2246467991473532e-16 }
const HALVINGS = 8

const one = of(1)
const inverseFactorials = once(() => {
  const factorials = [one]
  for (let n = 1; n <= 40; n++) factorials.push(multiply(factorials[n - 1]!, of(n)))
  return factorials.map((factorial) => divide(one, factorial))
})
/** `sum of (-1)^k t^k / (2 k + first)!`, t = x^2: sine over x for first = 1, cosine for first = 0. */
const alternating = (first: number): (() => DoubleDouble[]) =>
  once(() => Array.from({ length: 18 }, (_, k) => scale(inverseFactorials()[2 * k + first]!, k % 2 === 0 ? 1 : -1)))
const sineSeries = alternating(1)
const cosineSeries = alternating(0)
// exp(x) - 1 over x; with |x| < 2^-9 the last term is below 2^-110.
const expm1Series = once(() => inverseFactorials().slice(1, 12))

/** exp(x) for |x| < 700. */
export function exp(x: DoubleDouble): DoubleDouble {
  const k = Math.round(x.high / LN2.high)
  const reduced = subtract(subtract(x, multiply(LN2, of(k))), of(k * LN2_REST))
  const small = scale(reduced, 2 ** -HALVINGS)
  let rest = multiply(small, polynomial(expm1Series(), small))
  // expm1(2 x) = expm1(x) (2 + expm1(x)) keeps what adding 1 too soon would lose.
  for (let i = 0; i < HALVINGS; i++) rest = multiply(rest, add(rest, of(2)))
  return scale(add(one, rest), 2 ** k)
}

/** log(x) for normal x > 0: one Newton step on the logarithm of the high part. */
export function log(x: DoubleDouble): DoubleDouble {
  const power = 2 ** Math.round(elementary.log2(x.high))
  const mantissa = scale(x, 1 / power)
  const guess = elementary.log(mantissa.high)
  const correction = subtract(multiply(mantissa, exp(of(-guess))), one)
  const k = elementary.log2(power)
  return add(add(add(multiply(LN2, of(k)), of(k * LN2_REST)), of(guess)), correction)
}

/** sin(pi r) and cos(pi r) for |r| <= 1/2, r exact. */
export function sinCosPi(r: number): { sin: DoubleDouble; cos: DoubleDouble } {
  const x = multiply(PI, of(r))
  const square = multiply(x, x)
  return { sin: multiply(x, polynomial(sineSeries(), square)), cos: polynomial(cosineSeries(), square) }
}
