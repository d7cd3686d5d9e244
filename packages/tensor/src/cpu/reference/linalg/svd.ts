import { multiply, normalize, setIdentity, transpose } from './matrix.ts'
import { qrFactor, qrFactorPivoted, qrFormQ, qrFormR, qrMultiply } from './qr.ts'
import { dot, norm, rotate, swapRows } from './rows.ts'
import { NON_FINITE, type Status } from './status.ts'

/**
 * Singular value decomposition `A = U diag(s) Vh` of an m x n matrix, which is used as workspace.
 *
 * With k = min(m, n): `s` holds k values, descending. Reduced: `u` is m x k and `vh` is k x n. Full: `u` is m x m and
 * `vh` is n x n. A null `u` or `vh` is not formed. Returns 0, {@link NON_FINITE}, or 1 when it did not converge.
 *
 * One-sided Jacobi on the rows of R, after QR with column pivoting: small singular values keep their digits when the
 * columns of A are badly scaled, and vectors are orthogonal to machine precision however small their value.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), section 8.6.3 (with the rotation of Algorithm 8.5.1)
 */
export function svd(
  a: Float64Array,
  m: number,
  n: number,
  u: Float64Array | null,
  s: Float64Array,
  vh: Float64Array | null,
  full: boolean,
): Status {
  if (m < n) return svdWide(a, m, n, u, s, vh, full)
  const scale = normalize(a, m * n)
  if (Number.isNaN(scale)) return NON_FINITE

  const tau = new Float64Array(n)
  const permutation = new Int32Array(n)
  qrFactorPivoted(a, m, n, tau, permutation)
  const rows = new Float64Array(n * n)
  qrFormR(a, m, n, rows, n)
  const left = u === null ? null : new Float64Array(n * n)
  if (left !== null) setIdentity(left, n, n)
  const status = orthogonalizeRows(rows, n, s, left)
  for (let i = 0; i < n; i++) bringLongest(i, n, s, rows, left)

  if (vh !== null) {
    toUnitRows(rows, n, s)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) vh[i * n + permutation[j]!] = rows[i * n + j]!
    }
  }
  if (u !== null && left !== null) {
    const columns = full ? m : n
    setIdentity(u, m, columns)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) u[i * columns + j] = left[j * n + i]!
    }
    qrMultiply(a, m, n, tau, u, columns, false)
  }
  for (let i = 0; i < n; i++) s[i]! *= scale
  return status
}

/** `A^T = U' S V'h` means `A = V'h^T S U'^T`. */
function svdWide(
  a: Float64Array,
  m: number,
  n: number,
  u: Float64Array | null,
  s: Float64Array,
  vh: Float64Array | null,
  full: boolean,
): Status {
  const columns = full ? n : m
  const flipped = new Float64Array(n * m)
  transpose(a, m, n, flipped)
  const uFlipped = vh === null ? null : new Float64Array(n * columns)
  const vhFlipped = u === null ? null : new Float64Array(m * m)
  const status = svd(flipped, n, m, uFlipped, s, vhFlipped, full)
  if (vh !== null && uFlipped !== null) transpose(uFlipped, n, columns, vh)
  if (u !== null && vhFlipped !== null) transpose(vhFlipped, m, m, u)
  return status
}

const MAX_SWEEPS = 60

/** A row shorter than this part of another is noise beside it, if the two are not orthogonal already. */
const NEGLIGIBLE = 2 ** -960

/**
 * Rotates the rows of `x` (n x n) in pairs until they are orthogonal, applying the same rotations to `left`; `lengths` become
 * their norms.
 */
function orthogonalizeRows(x: Float64Array, n: number, lengths: Float64Array, left: Float64Array | null): Status {
  const tolerance = Number.EPSILON * Math.max(4, Math.sqrt(n) / 2)
  for (let i = 0; i < n; i++) lengths[i] = norm(x, i * n, 1, n)
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false
    for (let i = 0; i < n; i++) {
      bringLongest(i, n, lengths, x, left)
      for (let j = i + 1; j < n; j++) {
        const cosine = cosineOfRows(x, n, i, j, lengths)
        if (Math.abs(cosine) <= tolerance) continue
        rotated = true
        const ratio = lengths[j]! / lengths[i]!
        if (ratio < NEGLIGIBLE || ratio > 1 / NEGLIGIBLE) {
          const shorter = ratio < 1 ? j : i
          x.fill(0, shorter * n, (shorter + 1) * n)
          lengths[shorter] = 0
          continue
        }
        const cotangent = (1 / ratio - ratio) / (2 * cosine)
        const size = Math.abs(cotangent)
        const t = Math.sign(cotangent || 1) / (size + (size > 1e8 ? size : Math.sqrt(1 + size * size)))
        const c = 1 / Math.sqrt(1 + t * t)
        const h = (c * t) / (1 + c)
        rotate(x, i * n, j * n, n, c * t, h)
        if (left !== null) rotate(left, i * n, j * n, n, c * t, h)
        lengths[i] = norm(x, i * n, 1, n)
        lengths[j] = norm(x, j * n, 1, n)
      }
    }
    if (!rotated) return 0
  }
  return 1
}

function cosineOfRows(x: Float64Array, n: number, i: number, j: number, lengths: Float64Array): number {
  const p = lengths[i]!
  const q = lengths[j]!
  if (p === 0 || q === 0) return 0
  if (p > 1e-140 && q > 1e-140) return dot(x, i * n, x, j * n, n) / (p * q)
  let sum = 0
  for (let k = 0; k < n; k++) sum += (x[i * n + k]! / p) * (x[j * n + k]! / q)
  return sum
}

/** Exchanges row i with the longest row from i on, which saves sweeps (de Rijk's pivoting). */
function bringLongest(i: number, n: number, lengths: Float64Array, x: Float64Array, left: Float64Array | null): void {
  let longest = i
  for (let j = i + 1; j < n; j++) if (lengths[j]! > lengths[longest]!) longest = j
  if (longest === i) return
  swapRows(lengths, i, longest, 1)
  swapRows(x, i * n, longest * n, n)
  if (left !== null) swapRows(left, i * n, longest * n, n)
}

/** Divides orthogonal rows by their lengths; rows of length zero become any orthonormal completion. */
function toUnitRows(rows: Float64Array, n: number, lengths: Float64Array): void {
  let rank = 0
  while (rank < n && lengths[rank]! > 0) {
    for (let j = 0; j < n; j++) rows[rank * n + j]! /= lengths[rank]!
    rank++
  }
  if (rank === n) return
  const span = new Float64Array(n * rank)
  transpose(rows, rank, n, span)
  const tau = new Float64Array(rank)
  qrFactor(span, n, rank, tau)
  const q = new Float64Array(n * n)
  qrFormQ(span, n, rank, tau, q, n)
  for (let i = rank; i < n; i++) {
    for (let j = 0; j < n; j++) rows[i * n + j] = q[j * n + i]!
  }
}

/**
 * Number of singular values (descending, as {@link svd} gives them) above `rtol` times the largest, and above `atol`.
 *
 * PyTorch's default is `rtol = max(m, n) * eps` with the eps of the dtype the data came in.
 */
export function rankOf(s: Float64Array, rtol: number, atol = 0): number {
  const threshold = Math.max(atol, rtol * (s[0] ?? 0))
  let rank = 0
  while (rank < s.length && s[rank]! > threshold) rank++
  return rank
}

/**
 * Moore-Penrose pseudo-inverse (n x m) of `a` (m x n), which is used as workspace. Singular values not above `rtol` times
 * the largest, or not above `atol`, count as zero. Returns the status of {@link svd}.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), section 5.5.2
 */
export function pinv(a: Float64Array, m: number, n: number, rtol: number, out: Float64Array, atol = 0): Status {
  const k = Math.min(m, n)
  const u = new Float64Array(m * k)
  const s = new Float64Array(k)
  const vh = new Float64Array(k * n)
  const status = svd(a, m, n, u, s, vh, false)
  if (status !== 0) return status
  const rank = rankOf(s, rtol, atol)
  const v = new Float64Array(n * k)
  const uh = new Float64Array(k * m)
  transpose(vh, k, n, v)
  transpose(u, m, k, uh)
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < m; j++) uh[i * m + j] = i < rank ? uh[i * m + j]! / s[i]! : 0
  }
  multiply(v, uh, n, k, m, out)
  return status
}
