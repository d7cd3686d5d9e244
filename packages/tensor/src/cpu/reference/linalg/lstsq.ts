import { normalize, transpose } from './matrix.ts'
import { qrFactorPivoted, qrMultiply } from './qr.ts'
import { NON_FINITE, type Status } from './status.ts'
import { rankOf, svd } from './svd.ts'
import { triangularSolve } from './triangular.ts'

/** What a least-squares solve reports: the numerical rank of A, and how it went. */
export interface LeastSquaresResult {
  readonly status: Status
  readonly rank: number
}

/**
 * The X (n x k) of least norm among those that minimize `||A X - B||`, for `a` (m x n, kept) and `b` (m x k, kept).
 *
 * QR with column pivoting when that shows full rank, otherwise the SVD, where singular values not above `rtol` times the
 * largest count as zero. The status is {@link NON_FINITE} when A is not finite (`x` is then untouched), else that of {@link svd}.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), Algorithm 5.3.2, section 5.6.2 (m < n) and Theorem 5.5.1 (rank-deficient)
 */
export function lstsq(
  a: Float64Array,
  m: number,
  n: number,
  b: Float64Array,
  k: number,
  x: Float64Array,
  rtol: number,
): LeastSquaresResult {
  const rank = Math.min(m, n)
  const factors = new Float64Array(m * n)
  if (m >= n) factors.set(a.subarray(0, m * n))
  else transpose(a, m, n, factors)
  const rows = Math.max(m, n)
  const scale = normalize(factors, m * n)
  if (Number.isNaN(scale)) return { status: NON_FINITE, rank: 0 }

  const tau = new Float64Array(rank)
  const permutation = new Int32Array(rank)
  qrFactorPivoted(factors, rows, rank, tau, permutation)
  for (let i = 0; i < rank; i++) {
    const pivot = Math.abs(factors[i * rank + i]!)
    if (!(pivot > rtol * Math.abs(factors[0]!))) return viaSvd(a, m, n, b, k, x, rtol)
  }

  x.fill(0, 0, n * k)
  if (m >= n) {
    // A P = Q R: solve R y = Q^T b, then x = P y.
    const y = b.slice(0, m * k)
    qrMultiply(factors, m, n, tau, y, k, true)
    triangularSolve(factors, n, y, k, { upper: true })
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < k; c++) x[permutation[i]! * k + c] = y[i * k + c]! / scale
    }
  } else {
    // A^T P = Q R: solve R^T y = P^T b, then x = Q y.
    for (let i = 0; i < m; i++) {
      for (let c = 0; c < k; c++) x[i * k + c] = b[permutation[i]! * k + c]! / scale
    }
    triangularSolve(factors, m, x, k, { upper: true, transposed: true })
    qrMultiply(factors, n, m, tau, x, k, false)
  }
  return { status: 0, rank }
}

function viaSvd(
  a: Float64Array,
  m: number,
  n: number,
  b: Float64Array,
  k: number,
  x: Float64Array,
  rtol: number,
): LeastSquaresResult {
  const count = Math.min(m, n)
  const u = new Float64Array(m * count)
  const s = new Float64Array(count)
  const vh = new Float64Array(count * n)
  const status = svd(a.slice(0, m * n), m, n, u, s, vh, false)
  const rank = rankOf(s, rtol)
  x.fill(0, 0, n * k)
  for (let r = 0; r < rank; r++) {
    for (let c = 0; c < k; c++) {
      let projection = 0
      for (let i = 0; i < m; i++) projection += u[i * count + r]! * b[i * k + c]!
      projection /= s[r]!
      for (let j = 0; j < n; j++) x[j * k + c]! += vh[r * n + j]! * projection
    }
  }
  return { status, rank }
}
