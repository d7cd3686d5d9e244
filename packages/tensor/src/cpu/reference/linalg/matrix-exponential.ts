import { luFactor, luSolve } from './lu.ts'
import { multiply, setIdentity } from './matrix.ts'
import { addScaled } from './rows.ts'
import { elementary } from '../../wasm/elementary.ts'

/** Degree of the Pade approximant; at norm 1/2 its relative error is below 1e-19. */
const DEGREE = 8

/**
 * Matrix exponential `e^A = sum A^k / k!` of `a` (n x n), which is used as workspace; `out` is another array.
 *
 * NaN or an infinity anywhere in A makes the whole result NaN.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), Algorithm 9.3.1: Pade approximation, scaling and squaring
 */
export function matrixExponential(a: Float64Array, n: number, out: Float64Array): void {
  let largestRowSum = 0
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < n; j++) sum += Math.abs(a[i * n + j]!)
    largestRowSum = Math.max(largestRowSum, sum)
  }
  if (!Number.isFinite(largestRowSum)) {
    out.fill(NaN, 0, n * n)
    return
  }
  const squarings = largestRowSum === 0 ? 0 : Math.max(0, 2 + Math.floor(elementary.log2(largestRowSum)))
  for (let i = 0; i < n * n; i++) a[i]! /= 2 ** squarings

  const numerator = new Float64Array(n * n)
  const denominator = new Float64Array(n * n)
  let power = new Float64Array(n * n)
  let next = new Float64Array(n * n)
  setIdentity(numerator, n, n)
  setIdentity(denominator, n, n)
  setIdentity(power, n, n)
  let coefficient = 1
  for (let k = 1; k <= DEGREE; k++) {
    coefficient *= (DEGREE - k + 1) / ((2 * DEGREE - k + 1) * k)
    multiply(a, power, n, n, n, next)
    ;[power, next] = [next, power]
    addScaled(numerator, 0, coefficient, power, 0, n * n)
    addScaled(denominator, 0, k % 2 === 0 ? coefficient : -coefficient, power, 0, n * n)
  }
  const pivots = new Int32Array(n)
  luFactor(denominator, n, n, pivots)
  luSolve(denominator, pivots, n, numerator, n)

  let result = numerator
  for (let i = 0; i < squarings; i++) {
    multiply(result, result, n, n, n, next)
    ;[result, next] = [next, result]
  }
  out.set(result)
}
