import { dot } from './rows.ts'
import type { Status } from './status.ts'
import { triangularSolve } from './triangular.ts'

/**
 * Factors a symmetric positive definite A = L L^T in place: `a` (n x n) becomes L, with zeros above the diagonal.
 *
 * Only the lower triangle is read. Returns 0, or the 1-based order of the first leading minor that is not positive (or
 * is NaN); `a` is then half done.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), Algorithm 4.2.1, row by row
 */
export function cholesky(a: Float64Array, n: number): Status {
  for (let i = 0; i < n; i++) {
    const row = i * n
    for (let j = 0; j < i; j++) {
      a[row + j] = (a[row + j]! - dot(a, row, a, j * n, j)) / a[j * n + j]!
    }
    const square = a[row + i]! - dot(a, row, a, row, i)
    if (!(square > 0)) return i + 1
    a[row + i] = Math.sqrt(square)
    a.fill(0, row + i + 1, row + n)
  }
  return 0
}

/**
 * Solves `A X = B` from the factor L of A, overwriting `b` (n x k) with X.
 */
export function choleskySolve(l: Float64Array, n: number, b: Float64Array, k: number): void {
  triangularSolve(l, n, b, k, { upper: false })
  triangularSolve(l, n, b, k, { upper: false, transposed: true })
}
