import { makeReflector } from './householder.ts'
import { normalize, transposeSquare } from './matrix.ts'
import { addScaled, dot, rotate, swapRows } from './rows.ts'
import { NON_FINITE, type Status } from './status.ts'
import { elementary } from '../../wasm/elementary.ts'

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: `A = V diag(values) V^T`.
 *
 * Only the lower triangle of `a` (n x n) is read. Afterwards its columns are the orthonormal eigenvectors; `values`
 * (n values) ascend. Returns 0, {@link NON_FINITE}, or the number of values that did not converge.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), Algorithm 8.3.3 (tridiagonal by 8.3.1, steps by 8.3.2)
 */
export function eigh(a: Float64Array, n: number, values: Float64Array): Status {
  return decompose(a, n, values, true)
}

/**
 * Ascending eigenvalues of a symmetric matrix, without eigenvectors; `a` is used as workspace. See {@link eigh}.
 */
export function eigvalsh(a: Float64Array, n: number, values: Float64Array): Status {
  return decompose(a, n, values, false)
}

function decompose(a: Float64Array, n: number, values: Float64Array, wantVectors: boolean): Status {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j]!
  }
  const scale = normalize(a, n * n)
  if (Number.isNaN(scale)) return NON_FINITE

  const coupling = new Float64Array(n)
  const tau = new Float64Array(n)
  tridiagonalize(a, n, values, coupling, tau)
  // Rows are the vectors until the end, so that each rotation runs along memory.
  const rows = wantVectors ? a : null
  if (rows !== null) formVectors(rows, n, tau)
  const status = diagonalize(values, coupling, n, rows)
  sortAscending(values, n, rows)
  if (rows !== null) transposeSquare(rows, n)
  for (let i = 0; i < n; i++) values[i]! *= scale
  return status
}

/**
 * Reduces the lower triangle to `T = Q^T A Q`: `diagonal`, and `coupling[i]` between i and i + 1. Works from the last row
 * up, so that reflector i (which acts on coordinates 0..i-1) is made of row i and stays there, its head 1 included.
 */
function tridiagonalize(
  a: Float64Array,
  n: number,
  diagonal: Float64Array,
  coupling: Float64Array,
  tau: Float64Array,
): void {
  const w = new Float64Array(n)
  for (let i = n - 1; i > 0; i--) {
    const v = i * n
    const factor = makeReflector(a, v + i - 1, -1, i)
    tau[i] = factor
    coupling[i - 1] = a[v + i - 1]!
    a[v + i - 1] = 1
    if (factor === 0) continue

    w.fill(0, 0, i)
    for (let r = 0; r < i; r++) {
      const row = r * n
      const head = a[v + r]!
      w[r]! += a[row + r]! * head + dot(a, row, a, v, r)
      addScaled(w, 0, head, a, row, r)
    }
    for (let r = 0; r < i; r++) w[r]! *= factor
    addScaled(w, 0, (-factor / 2) * dot(w, 0, a, v, i), a, v, i)

    for (let r = 0; r < i; r++) {
      const row = r * n
      const vr = a[v + r]!
      const wr = w[r]!
      for (let c = 0; c <= r; c++) a[row + c]! -= vr * w[c]! + wr * a[v + c]!
    }
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i]!
}

/** Overwrites the stored reflectors with `Q^T = H_1 H_2 ... H_(n-1)`, growing the leading block by one row at a time. */
function formVectors(a: Float64Array, n: number, tau: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const factor = tau[i]!
    if (factor !== 0) {
      for (let r = 0; r < i; r++) addScaled(a, r * n, -factor * dot(a, r * n, a, i * n, i), a, i * n, i)
    }
    for (let r = 0; r < i; r++) {
      a[r * n + i] = 0
      a[i * n + r] = 0
    }
    a[i * n + i] = 1
  }
}

/** Implicit QR steps with Wilkinson's shift until every coupling is negligible. */
function diagonalize(d: Float64Array, e: Float64Array, n: number, rows: Float64Array | null): Status {
  let stepsLeft = 30 * n
  let high = n - 1
  let reversedUpTo = -1
  while (high > 0) {
    let low = high
    while (low > 0 && !isNegligible(d, e, low - 1)) low--
    if (low > 0) e[low - 1] = 0
    if (low === high) {
      high--
      continue
    }
    // Steps converge at the bottom, and keep small values accurate when those are there.
    if (high !== reversedUpTo && Math.abs(d[low]!) < Math.abs(d[high]!)) reverse(d, e, low, high, n, rows)
    reversedUpTo = high
    if (stepsLeft-- === 0) break
    step(d, e, low, high, n, rows)
  }
  let unconverged = 0
  for (let i = 0; i < high; i++) if (e[i] !== 0) unconverged++
  return unconverged
}

function isNegligible(d: Float64Array, e: Float64Array, i: number): boolean {
  const threshold = Number.EPSILON * Math.sqrt(Math.abs(d[i]!)) * Math.sqrt(Math.abs(d[i + 1]!))
  return Math.abs(e[i]!) <= threshold + 1e-290
}

function step(d: Float64Array, e: Float64Array, low: number, high: number, n: number, rows: Float64Array | null): void {
  const last = e[high - 1]!
  const half = (d[high - 1]! - d[high]!) / 2
  const root = elementary.hypot(half, last)
  const shift = d[high]! - last * (last / (half + (half < 0 ? -root : root)))
  let x = d[low]! - shift
  let z = e[low]!
  for (let k = low; k < high; k++) {
    const r = x < 0 ? -elementary.hypot(x, z) : elementary.hypot(x, z)
    const c = r === 0 ? 1 : x / r
    const s = r === 0 ? 0 : z / r
    if (k > low) e[k - 1] = r
    const u = (d[k + 1]! - d[k]!) * s + 2 * c * e[k]!
    d[k]! += s * u
    d[k + 1]! -= s * u
    x = c * u - e[k]!
    e[k] = x
    if (k + 1 < high) {
      z = s * e[k + 1]!
      e[k + 1]! *= c
    }
    if (rows !== null) rotate(rows, k * n, (k + 1) * n, n, s, s / (1 + c))
  }
}

function reverse(
  d: Float64Array,
  e: Float64Array,
  low: number,
  high: number,
  n: number,
  rows: Float64Array | null,
): void {
  d.subarray(low, high + 1).reverse()
  e.subarray(low, high).reverse()
  if (rows === null) return
  for (let i = low, j = high; i < j; i++, j--) swapRows(rows, i * n, j * n, n)
}

function sortAscending(values: Float64Array, n: number, rows: Float64Array | null): void {
  if (rows === null) {
    values.subarray(0, n).sort()
    return
  }
  for (let i = 0; i < n; i++) {
    let smallest = i
    for (let j = i + 1; j < n; j++) if (values[j]! < values[smallest]!) smallest = j
    if (smallest === i) continue
    swapRows(values, i, smallest, 1)
    swapRows(rows, i * n, smallest * n, n)
  }
}
