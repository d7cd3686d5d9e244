import { setIdentity } from './matrix.ts'
import { addScaled, swapRows } from './rows.ts'
import type { Status } from './status.ts'
import { triangularSolve } from './triangular.ts'
import { elementary } from '../../wasm/elementary.ts'

/**
 * Factors A = P L U with partial pivoting, in place.
 *
 * Afterwards `a` (m x n) holds U on and above the diagonal and L, without its unit diagonal, below. `pivots`
 * (min(m, n) values) says that row i was exchanged with row `pivots[i] - 1`: counted from 1, as `torch.linalg.lu_factor` does.
 * Returns 0, or the 1-based position of the first pivot that is exactly zero; the factors are complete even then.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), Algorithm 3.4.1
 */
export function luFactor(a: Float64Array, m: number, n: number, pivots: Int32Array): Status {
  let status: Status = 0
  for (let k = 0; k < Math.min(m, n); k++) {
    let best = k
    for (let i = k + 1; i < m; i++) {
      if (Math.abs(a[i * n + k]!) > Math.abs(a[best * n + k]!)) best = i
    }
    pivots[k] = best + 1
    if (best !== k) swapRows(a, k * n, best * n, n)
    const pivot = a[k * n + k]!
    if (pivot === 0) {
      if (status === 0) status = k + 1
      continue
    }
    for (let i = k + 1; i < m; i++) {
      const factor = a[i * n + k]! / pivot
      a[i * n + k] = factor
      addScaled(a, i * n + k + 1, -factor, a, k * n + k + 1, n - k - 1)
    }
  }
  return status
}

/**
 * The row order that the pivots mean: row i of L U is row `out[i]` of A, so `P[out[i], i] = 1`. `out` holds m values.
 */
export function luPermutation(pivots: Int32Array, m: number, out: Int32Array): void {
  for (let i = 0; i < m; i++) out[i] = i
  for (let i = 0; i < pivots.length; i++) {
    const other = pivots[i]! - 1
    const row = out[i]!
    out[i] = out[other]!
    out[other] = row
  }
}

/**
 * Splits packed factors into L (m x k, unit diagonal) and U (k x n), k = min(m, n).
 */
export function luUnpack(lu: Float64Array, m: number, n: number, l: Float64Array, u: Float64Array): void {
  const k = Math.min(m, n)
  setIdentity(l, m, k)
  u.fill(0, 0, k * n)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      if (j < i && j < k) l[i * k + j] = lu[i * n + j]!
      if (j >= i) u[i * n + j] = lu[i * n + j]!
    }
  }
}

/**
 * Solves `A X = B` (or `A^T X = B`) from the factors of a square A, overwriting `b` (n x k) with X.
 */
export function luSolve(
  lu: Float64Array,
  pivots: Int32Array,
  n: number,
  b: Float64Array,
  k: number,
  transposed = false,
): void {
  if (transposed) {
    triangularSolve(lu, n, b, k, { upper: true, transposed })
    triangularSolve(lu, n, b, k, { upper: false, transposed, unit: true })
    for (let i = n - 1; i >= 0; i--) exchange(b, k, i, pivots[i]! - 1)
  } else {
    for (let i = 0; i < n; i++) exchange(b, k, i, pivots[i]! - 1)
    triangularSolve(lu, n, b, k, { upper: false, unit: true })
    triangularSolve(lu, n, b, k, { upper: true })
  }
}

/**
 * Writes the inverse of the factored A (n x n) to `out`, another array.
 */
export function luInverse(lu: Float64Array, pivots: Int32Array, n: number, out: Float64Array): void {
  setIdentity(out, n, n)
  luSolve(lu, pivots, n, out, n)
}

/**
 * Determinant from the factors: the product of the pivots, negated once per row exchange.
 *
 * It overflows or underflows only when the determinant itself does. The determinant of the 0 x 0 matrix is 1.
 */
export function luDeterminant(lu: Float64Array, pivots: Int32Array, n: number): number {
  let mantissa = 1
  let exponent = 0
  const shift = (x: number): number => {
    while (Math.abs(x) > BIG && x !== Infinity && x !== -Infinity) {
      x /= BIG
      exponent++
    }
    while (Math.abs(x) < 1 / BIG && x !== 0) {
      x *= BIG
      exponent--
    }
    return x
  }
  for (let i = 0; i < n; i++) {
    mantissa = shift(mantissa * shift(lu[i * n + i]!))
    if (pivots[i] !== i + 1) mantissa = -mantissa
  }
  for (; exponent > 0 && mantissa !== 0 && Number.isFinite(mantissa); exponent--) mantissa *= BIG
  for (; exponent < 0 && mantissa !== 0 && Number.isFinite(mantissa); exponent++) mantissa /= BIG
  return mantissa
}

/** A power of two whose square is finite, so that one product of two shifted values always is. */
const BIG = 2 ** 500

/** Sign (-1, 0 or 1) and natural logarithm of the absolute value of a determinant. */
export interface SignLogDeterminant {
  readonly sign: number
  readonly logAbs: number
}

/**
 * Sign and logarithm of the determinant from the factors; a zero pivot gives sign 0 and logarithm -Infinity.
 */
export function luSlogdet(lu: Float64Array, pivots: Int32Array, n: number): SignLogDeterminant {
  let sign = 1
  let logAbs = 0
  for (let i = 0; i < n; i++) {
    const pivot = lu[i * n + i]!
    sign *= Math.sign(pivot)
    if (pivots[i] !== i + 1) sign = -sign
    logAbs += elementary.log(Math.abs(pivot))
  }
  return sign === 0 ? { sign: 0, logAbs: -Infinity } : { sign, logAbs }
}

function exchange(b: Float64Array, k: number, i: number, j: number): void {
  if (i !== j) swapRows(b, i * k, j * k, k)
}
