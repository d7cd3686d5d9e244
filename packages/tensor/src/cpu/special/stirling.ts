import { add, divide, type DoubleDouble, multiply, of, polynomial } from './double-double.ts'
import { once } from '../../once.ts'

// Bernoulli numbers B2, B4, ..., as exact fractions.
const bernoulli: readonly (readonly [number, number])[] = [
  [1, 6],
  [-1, 30],
  [1, 42],
  [-1, 30],
  [5, 66],
  [-691, 2730],
  [7, 6],
  [-3617, 510],
  [43867, 798],
  [-174611, 330],
  [854513, 138],
  [-236364091, 2730],
  [8553103, 6],
]
/** From here on the series below reach 1e-30. */
export const STIRLING_FROM = 24

const series = (divisor: (n: number) => number): (() => DoubleDouble[]) =>
  once(() =>
    bernoulli.map(([numerator, denominator], k) => divide(of(numerator), of(denominator * divisor(2 * (k + 1))))),
  )
const lgammaSeries = series((n) => n * (n - 1))
const digammaSeries = series((n) => n)
const trigammaSeries = series(() => 1)

/** What lgamma(x) exceeds `(x - 1/2) log x - x + log(2 pi) / 2` by: `sum of B_n / (n (n - 1) x^(n - 1))`. */
export function lgammaRest(x: DoubleDouble): DoubleDouble {
  const inverse = divide(of(1), x)
  return multiply(inverse, polynomial(lgammaSeries(), multiply(inverse, inverse)))
}

/** What digamma(x) is below log x: `1 / (2 x) + sum of B_n / (n x^n)`. */
export function digammaRest(x: DoubleDouble): DoubleDouble {
  const inverse = divide(of(1), x)
  const square = multiply(inverse, inverse)
  return add(multiply(inverse, of(0.5)), multiply(square, polynomial(digammaSeries(), square)))
}

/** trigamma(x) for large x: `1 / x + 1 / (2 x^2) + sum of B_n / x^(n + 1)`. */
export function trigammaOfLarge(x: DoubleDouble): DoubleDouble {
  const inverse = divide(of(1), x)
  const square = multiply(inverse, inverse)
  const rest = multiply(square, polynomial(trigammaSeries(), square))
  return multiply(inverse, add(add(of(1), multiply(inverse, of(0.5))), rest))
}
