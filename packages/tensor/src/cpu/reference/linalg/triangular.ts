import { addScaled } from './rows.ts'

/** Which triangle of A holds the system, and how it is read. */
export interface TriangularOptions {
  /** Use the upper triangle; otherwise the lower one. The other triangle is never read. */
  readonly upper: boolean
  /** Solve with the transpose of that triangle. */
  readonly transposed?: boolean
  /** Take ones for the diagonal, which is then not read. */
  readonly unit?: boolean
}

/**
 * Solves `op(A) X = B` for a triangular A (n x n), overwriting `b` (n x k) with X.
 *
 * A zero on the diagonal gives infinities or NaN, as in `torch.linalg.solve_triangular`.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), Algorithms 3.1.1 to 3.1.4: by rows of A in every case.
 */
export function triangularSolve(
  a: Float64Array,
  n: number,
  b: Float64Array,
  k: number,
  { upper, transposed = false, unit = false }: TriangularOptions,
): void {
  const forward = upper === transposed
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step
    const row = i * n
    const from = upper ? i + 1 : 0
    const to = upper ? n : i
    if (!transposed) {
      for (let j = from; j < to; j++) addScaled(b, i * k, -a[row + j]!, b, j * k, k)
    }
    if (!unit) {
      const pivot = a[row + i]!
      for (let c = 0; c < k; c++) b[i * k + c]! /= pivot
    }
    if (transposed) {
      for (let j = from; j < to; j++) addScaled(b, j * k, -a[row + j]!, b, i * k, k)
    }
  }
}
