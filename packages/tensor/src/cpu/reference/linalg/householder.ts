import { addScaled, norm } from './rows.ts'

/** Below TINY a length may be subnormal, with few digits: too few for an orthogonal H. LIFT takes any such length above it. */
const TINY = 1e-290
const LIFT = 2 ** 256

/**
 * Replaces the vector x (`length` values from `offset`, `stride` apart) by its Householder reflector and returns tau.
 *
 * `H = I - tau v v^T` with `v[0] = 1` and `H x = beta e_0`, `beta = -sign(x[0]) ||x||`. Afterwards the place of `x[0]`
 * holds beta and the rest holds `v[1..]`. A vector that is zero below its head gives `tau = 0`: H is the identity.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), Algorithm 5.1.1, with the sign and scale of LAPACK's `dlarfg`,
 *   which decide the signs of `torch.linalg.qr`.
 */
export function makeReflector(x: Float64Array, offset: number, stride: number, length: number): number {
  if (length <= 1) return 0
  const alpha = x[offset]!
  const tail = norm(x, offset + stride, stride, length - 1)
  if (tail === 0) return 0
  const size = norm(x, offset, stride, length)
  if (size < TINY) {
    for (let i = 0; i < length; i++) x[offset + i * stride]! *= LIFT
    const tau = makeReflector(x, offset, stride, length)
    x[offset]! /= LIFT
    return tau
  }
  const beta = alpha < 0 || Object.is(alpha, -0) ? size : -size
  for (let i = 1; i < length; i++) x[offset + i * stride]! /= alpha - beta
  x[offset] = beta
  return (beta - alpha) / beta
}

/**
 * Applies a reflector from the left, `B = B - tau v (v^T B)`, to `length` rows of B that are `bStride` apart and `width` wide.
 * The head of v is 1, whatever is stored there. `work` holds at least `width` values.
 */
export function applyReflector(
  v: Float64Array,
  vOffset: number,
  vStride: number,
  length: number,
  tau: number,
  b: Float64Array,
  bOffset: number,
  bStride: number,
  width: number,
  work: Float64Array,
): void {
  if (tau === 0) return
  for (let j = 0; j < width; j++) work[j] = b[bOffset + j]!
  for (let i = 1; i < length; i++) addScaled(work, 0, v[vOffset + i * vStride]!, b, bOffset + i * bStride, width)
  addScaled(b, bOffset, -tau, work, 0, width)
  for (let i = 1; i < length; i++) {
    addScaled(b, bOffset + i * bStride, -tau * v[vOffset + i * vStride]!, work, 0, width)
  }
}
