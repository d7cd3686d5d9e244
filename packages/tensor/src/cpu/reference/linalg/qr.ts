import { applyReflector, makeReflector } from './householder.ts'
import { setIdentity } from './matrix.ts'

/**
 * Factors A = Q R by Householder reflections, in place.
 *
 * Afterwards `a` (m x n) holds R on and above the diagonal, and the reflectors below it; `tau` holds min(m, n) factors.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), Algorithm 5.2.1; the layout is that of LAPACK's `dgeqrf`.
 */
export function qrFactor(a: Float64Array, m: number, n: number, tau: Float64Array): void {
  const work = new Float64Array(n)
  for (let k = 0; k < Math.min(m, n); k++) eliminate(a, m, n, k, tau, work)
}

/**
 * Factors A P = Q R with column pivoting, in place: each step takes the longest remaining column, so the diagonal of R
 * falls in absolute value and shows the rank. Column j of A P is column `permutation[j]` of A.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), Algorithm 5.4.1, with norms computed anew instead of updated
 */
export function qrFactorPivoted(
  a: Float64Array,
  m: number,
  n: number,
  tau: Float64Array,
  permutation: Int32Array,
): void {
  const work = new Float64Array(n)
  for (let j = 0; j < n; j++) permutation[j] = j
  for (let k = 0; k < Math.min(m, n); k++) {
    const longest = longestColumn(a, m, n, k, work)
    if (longest !== k) {
      for (let i = 0; i < m; i++) {
        const value = a[i * n + k]!
        a[i * n + k] = a[i * n + longest]!
        a[i * n + longest] = value
      }
      const column = permutation[k]!
      permutation[k] = permutation[longest]!
      permutation[longest] = column
    }
    eliminate(a, m, n, k, tau, work)
  }
}

/**
 * Overwrites `b` (m x k) with `Q B`, or `Q^T B`, for the Q of packed factors (m x n).
 */
export function qrMultiply(
  packed: Float64Array,
  m: number,
  n: number,
  tau: Float64Array,
  b: Float64Array,
  k: number,
  transposed: boolean,
): void {
  const work = new Float64Array(k)
  const count = Math.min(m, n)
  for (let step = 0; step < count; step++) {
    const i = transposed ? step : count - 1 - step
    applyReflector(packed, i * n + i, n, m - i, tau[i]!, b, i * k, k, k, work)
  }
}

/**
 * Writes the first `columns` columns of Q (m x columns) from packed factors: min(m, n) for the reduced form, m for the complete one.
 */
export function qrFormQ(
  packed: Float64Array,
  m: number,
  n: number,
  tau: Float64Array,
  q: Float64Array,
  columns: number,
): void {
  setIdentity(q, m, columns)
  const work = new Float64Array(columns)
  for (let i = Math.min(m, n) - 1; i >= 0; i--) {
    // Columns left of i are still those of the identity and zero in these rows.
    applyReflector(packed, i * n + i, n, m - i, tau[i]!, q, i * columns + i, columns, columns - i, work)
  }
}

/**
 * Writes the first `rows` rows of R (rows x n) from packed factors.
 */
export function qrFormR(packed: Float64Array, m: number, n: number, r: Float64Array, rows: number): void {
  r.fill(0, 0, rows * n)
  for (let i = 0; i < Math.min(m, n); i++) {
    for (let j = i; j < n; j++) r[i * n + j] = packed[i * n + j]!
  }
}

/**
 * QR decomposition with the signs of `torch.linalg.qr`; `a` (m x n) is used as workspace.
 *
 * Reduced: `q` is m x k and `r` is k x n, k = min(m, n). Complete: `q` is m x m and `r` is m x n. A null `q` is not formed.
 */
export function qr(
  a: Float64Array,
  m: number,
  n: number,
  q: Float64Array | null,
  r: Float64Array,
  complete: boolean,
): void {
  const k = complete ? m : Math.min(m, n)
  const tau = new Float64Array(Math.min(m, n))
  qrFactor(a, m, n, tau)
  qrFormR(a, m, n, r, k)
  if (q !== null) qrFormQ(a, m, n, tau, q, k)
}

function eliminate(a: Float64Array, m: number, n: number, k: number, tau: Float64Array, work: Float64Array): void {
  const head = k * n + k
  tau[k] = makeReflector(a, head, n, m - k)
  applyReflector(a, head, n, m - k, tau[k]!, a, head + 1, n, n - k - 1, work)
}

function longestColumn(a: Float64Array, m: number, n: number, k: number, squares: Float64Array): number {
  squares.fill(0)
  for (let i = k; i < m; i++) {
    for (let j = k; j < n; j++) squares[j]! += a[i * n + j]! ** 2
  }
  let longest = k
  for (let j = k + 1; j < n; j++) {
    if (squares[j]! > squares[longest]!) longest = j
  }
  return longest
}
