import { elementary } from '../../wasm/elementary.ts'

/**
 * Writes ones on the main diagonal of an m x n matrix and zeros elsewhere.
 */
export function setIdentity(a: Float64Array, m: number, n: number): void {
  a.fill(0, 0, m * n)
  for (let i = 0; i < Math.min(m, n); i++) a[i * n + i] = 1
}

/**
 * Writes the transpose (n x m) of `a` (m x n) to `out`, another array.
 */
export function transpose(a: Float64Array, m: number, n: number, out: Float64Array): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j]!
  }
}

/**
 * Transposes an n x n matrix in place.
 */
export function transposeSquare(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const lower = a[i * n + j]!
      a[i * n + j] = a[j * n + i]!
      a[j * n + i] = lower
    }
  }
}

/**
 * Matrix product `out = A B` of `a` (m x k) and `b` (k x n); `out` (m x n) is another array.
 */
export function multiply(a: Float64Array, b: Float64Array, m: number, k: number, n: number, out: Float64Array): void {
  out.fill(0, 0, m * n)
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p]!
      const from = p * n
      const to = i * n
      for (let j = 0; j < n; j++) out[to + j]! += factor * b[from + j]!
    }
  }
}

/**
 * Divides the first `length` values by the power of two that brings the largest into [1, 2), which rounds nothing, and
 * returns that power: the factor for eigenvalues and singular values. Returns NaN, and changes nothing, when a value is
 * NaN or infinite; returns 1 for zeros.
 */
export function normalize(a: Float64Array, length: number): number {
  let largest = 0
  for (let i = 0; i < length; i++) largest = Math.max(largest, Math.abs(a[i]!))
  if (!Number.isFinite(largest)) return NaN
  if (largest === 0) return 1
  // Above -1000 the reciprocal is finite too; subnormal inputs then end a little below 1, which does no harm.
  const scale = 2 ** Math.max(-1000, Math.floor(elementary.log2(largest)))
  const reciprocal = 1 / scale
  for (let i = 0; i < length; i++) a[i]! *= reciprocal
  return scale
}
