import { add, divide, type DoubleDouble, multiply, of, subtract, sum, toNumber } from './double-double.ts'
import { PI, sinCosPi } from './double-double-functions.ts'
import { STIRLING_FROM, trigammaOfLarge } from './stirling.ts'

/**
 * The derivative of digamma, `polygamma(1, x)`; infinity at its poles 0, -1, -2, ...
 *
 * @see https://dlmf.nist.gov/5.15
 */
export function trigamma(x: number): number {
  if (Number.isNaN(x) || x === -Infinity) return Number.NaN
  if (x <= 0 && Number.isInteger(x)) return Infinity
  if (Math.abs(x) < 2 ** -60) return 1 / (x * x)
  if (x > 2 ** 60) return 1 / x
  return toNumber(x < 0 ? reflected(x) : shifted(of(x)))
}

/** By `trigamma(x + n) = trigamma(x) - 1 / x^2 - ... - 1 / (x + n - 1)^2`. */
function shifted(x: DoubleDouble): DoubleDouble {
  let squares = of(0)
  let argument = x
  for (; argument.high < STIRLING_FROM; argument = add(argument, of(1))) {
    squares = add(squares, divide(of(1), multiply(argument, argument)))
  }
  return add(trigammaOfLarge(argument), squares)
}

/** By `trigamma(x) + trigamma(1 - x) = (pi / sin(pi x))^2`. */
function reflected(x: number): DoubleDouble {
  const ratio = divide(PI, sinCosPi(x - Math.round(x)).sin)
  return subtract(multiply(ratio, ratio), shifted(sum(1, -x)))
}
