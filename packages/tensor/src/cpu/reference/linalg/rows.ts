/** Kernels on contiguous runs of a row-major matrix: the inner loops of every routine here. */

/**
 * Dot product `sum x[i] y[i]` of two runs of length `n`.
 */
export function dot(x: Float64Array, xOffset: number, y: Float64Array, yOffset: number, n: number): number {
  // Four sums, because one sum waits for the previous addition; it also rounds less.
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let i = 0
  for (; i + 3 < n; i += 4) {
    s0 += x[xOffset + i]! * y[yOffset + i]!
    s1 += x[xOffset + i + 1]! * y[yOffset + i + 1]!
    s2 += x[xOffset + i + 2]! * y[yOffset + i + 2]!
    s3 += x[xOffset + i + 3]! * y[yOffset + i + 3]!
  }
  for (; i < n; i++) s0 += x[xOffset + i]! * y[yOffset + i]!
  return s0 + s1 + (s2 + s3)
}

/**
 * `y += factor x` over a run of length `n`.
 */
export function addScaled(
  y: Float64Array,
  yOffset: number,
  factor: number,
  x: Float64Array,
  xOffset: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) y[yOffset + i]! += factor * x[xOffset + i]!
}

/**
 * Plane rotation of two runs: `x, y = c x + s y, -s x + c y`, given `s` and `h = s / (1 + c)`, the tangent of half the
 * angle, c >= 0. So written, rounding hardly changes lengths when the angle is small, however many rotations follow.
 *
 * @see Rutishauser, The Jacobi Method for Real Symmetric Matrices (1966)
 */
export function rotate(a: Float64Array, xOffset: number, yOffset: number, n: number, s: number, h: number): void {
  for (let i = 0; i < n; i++) {
    const x = a[xOffset + i]!
    const y = a[yOffset + i]!
    a[xOffset + i] = x + s * (y - h * x)
    a[yOffset + i] = y - s * (x + h * y)
  }
}

/**
 * Exchanges two runs of length `n`.
 */
export function swapRows(a: Float64Array, xOffset: number, yOffset: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const x = a[xOffset + i]!
    a[xOffset + i] = a[yOffset + i]!
    a[yOffset + i] = x
  }
}

/**
 * Euclidean norm of `n` values `stride` apart, without overflow or underflow on the way.
 */
export function norm(x: Float64Array, offset: number, stride: number, n: number): number {
  let sum = 0
  if (stride === 1) sum = dot(x, offset, x, offset, n)
  else for (let i = 0; i < n; i++) sum += x[offset + i * stride]! ** 2
  if (sum > 1e-280 && sum < 1e300) return Math.sqrt(sum)
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(x[offset + i * stride]!))
  if (largest === 0 || !Number.isFinite(largest)) return largest
  sum = 0
  for (let i = 0; i < n; i++) sum += (x[offset + i * stride]! / largest) ** 2
  return largest * Math.sqrt(sum)
}
