import { balance, type Balance } from './balance.ts'
import { minus, over, times, type Complex } from './complex.ts'
import { applyReflector, makeReflector } from './householder.ts'
import { normalize, setIdentity } from './matrix.ts'
import { addScaled, dot, norm } from './rows.ts'
import { NON_FINITE, type Status } from './status.ts'
import { elementary } from '../../wasm/elementary.ts'

/** Complex eigenvectors: column j belongs to eigenvalue j. Both arrays are n x n. */
export interface ComplexVectors {
  readonly re: Float64Array
  readonly im: Float64Array
}

/**
 * Eigenvalues (and right eigenvectors) of a general real matrix `a` (n x n), which is used as workspace.
 *
 * `re` and `im` hold n values; complex ones come as neighbours `x + iy, x - iy` with y > 0. With `vectors`, `A v = lambda v`;
 * each v has norm 1 and its largest component is real. A defective matrix gets (nearly) parallel vectors. Balancing, as in
 * LAPACK, sharpens the eigenvalues of badly scaled matrices, and may cost their vectors digits.
 * Returns 0, {@link NON_FINITE}, or the number of eigenvalues that did not converge.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), section 7.5.7 (balancing), Algorithms 7.4.2 (Hessenberg form) and
 *   7.5.2 (Francis QR, steps by 7.5.1), section 7.6.4 (eigenvectors)
 */
export function eig(
  a: Float64Array,
  n: number,
  re: Float64Array,
  im: Float64Array,
  vectors: ComplexVectors | null,
): Status {
  const scale = normalize(a, n * n)
  if (Number.isNaN(scale)) return NON_FINITE
  const balanced = balance(a, n)
  const z = vectors === null ? null : new Float64Array(n * n)
  if (z !== null) setIdentity(z, n, n)
  toHessenberg(a, n, z)
  const status = toSchur(a, n, re, im, z)
  if (status === 0 && vectors !== null && z !== null) formVectors(a, n, re, im, z, balanced, vectors)
  for (let i = 0; i < n; i++) {
    re[i]! *= scale
    im[i]! *= scale
  }
  return status
}

/** Applies `I - tau v v^T` from the right to columns `column..` of the first `rows` rows. */
function reflectColumns(
  a: Float64Array,
  n: number,
  rows: number,
  column: number,
  v: Float64Array,
  length: number,
  tau: number,
): void {
  for (let r = 0; r < rows; r++) {
    const at = r * n + column
    addScaled(a, at, -tau * dot(a, at, v, 0, length), v, 0, length)
  }
}

function toHessenberg(h: Float64Array, n: number, z: Float64Array | null): void {
  const work = new Float64Array(n)
  const v = new Float64Array(n)
  for (let k = 0; k + 2 < n; k++) {
    const length = n - k - 1
    const head = (k + 1) * n + k
    const tau = makeReflector(h, head, n, length)
    if (tau === 0) continue
    v[0] = 1
    for (let i = 1; i < length; i++) {
      v[i] = h[head + i * n]!
      h[head + i * n] = 0
    }
    applyReflector(v, 0, 1, length, tau, h, head + 1, n, length, work)
    reflectColumns(h, n, n, k + 1, v, length, tau)
    if (z !== null) reflectColumns(z, n, n, k + 1, v, length, tau)
  }
}

/** Francis QR steps on a Hessenberg matrix until only 1 x 1 and complex 2 x 2 blocks are left on the diagonal. */
function toSchur(h: Float64Array, n: number, re: Float64Array, im: Float64Array, z: Float64Array | null): Status {
  const size = norm(h, 0, 1, n * n)
  const maxSteps = 30 * Math.max(10, n)
  let steps = 0
  let stepsHere = 0
  let high = n - 1
  while (high >= 0) {
    let low = high
    while (low > 0 && !isNegligible(h, n, low, size)) low--
    if (low > 0) h[low * n + low - 1] = 0
    if (low === high) {
      re[high] = h[high * n + high]!
      im[high] = 0
      high--
      stepsHere = 0
    } else if (low === high - 1) {
      splitBlock(h, n, low, re, im, z)
      high -= 2
      stepsHere = 0
    } else {
      if (steps++ === maxSteps) return high + 1
      stepsHere++
      francisStep(h, n, low, high, stepsHere % 10 === 0, z)
    }
  }
  return 0
}

function isNegligible(h: Float64Array, n: number, i: number, size: number): boolean {
  const neighbours = Math.abs(h[(i - 1) * n + i - 1]!) + Math.abs(h[i * n + i]!)
  return Math.abs(h[i * n + i - 1]!) <= Number.EPSILON * (neighbours === 0 ? size : neighbours)
}

function francisStep(
  h: Float64Array,
  n: number,
  low: number,
  high: number,
  exceptional: boolean,
  z: Float64Array | null,
): void {
  // Shifts are the eigenvalues of the last 2 x 2 block, given by its diagonal p, q and the product of the other two.
  let p = h[(high - 1) * n + high - 1]!
  let q = h[high * n + high]!
  let product = h[high * n + high - 1]! * h[(high - 1) * n + high]!
  if (exceptional) {
    // Breaks a cycle: shifts unrelated to the block that did not converge.
    const s = Math.abs(h[high * n + high - 1]!) + Math.abs(h[(high - 1) * n + high - 2]!)
    p = 0.75 * s + q
    q = p
    product = -0.4375 * s * s
  }
  const first = low * n + low
  const x = h[first]!
  const v = new Float64Array(3)
  v[0] = ((p - x) * (q - x) - product) / h[first + n]! + h[first + 1]!
  v[1] = x + h[first + n + 1]! - p - q
  v[2] = h[first + 2 * n + 1]!

  const top = z === null ? low : 0
  const end = z === null ? high + 1 : n
  const work = new Float64Array(n)
  for (let k = low; k < high; k++) {
    const length = Math.min(3, high - k + 1)
    if (k > low) {
      for (let i = 0; i < length; i++) v[i] = h[(k + i) * n + k - 1]!
    }
    const tau = makeReflector(v, 0, 1, length)
    if (k > low) {
      h[k * n + k - 1] = v[0]!
      for (let i = 1; i < length; i++) h[(k + i) * n + k - 1] = 0
    }
    v[0] = 1
    if (tau === 0) continue
    applyReflector(v, 0, 1, length, tau, h, k * n + k, n, end - k, work)
    for (let r = top; r <= Math.min(k + 3, high); r++) reflectRun(h, r * n + k, v, length, tau)
    if (z !== null) for (let r = 0; r < n; r++) reflectRun(z, r * n + k, v, length, tau)
  }
}

function reflectRun(a: Float64Array, at: number, v: Float64Array, length: number, tau: number): void {
  let sum = a[at]!
  for (let i = 1; i < length; i++) sum += a[at + i]! * v[i]!
  sum *= tau
  a[at]! -= sum
  for (let i = 1; i < length; i++) a[at + i]! -= sum * v[i]!
}

/** Reads the eigenvalues of the block at (i, i), rotating it to triangular form when they are real. */
function splitBlock(
  h: Float64Array,
  n: number,
  i: number,
  re: Float64Array,
  im: Float64Array,
  z: Float64Array | null,
): void {
  const at = i * n + i
  const c = h[at + n]!
  const d = h[at + n + 1]!
  const half = (h[at]! - d) / 2
  const discriminant = half * half + h[at + 1]! * c
  if (discriminant < 0) {
    const root = Math.sqrt(-discriminant)
    re[i] = d + half
    re[i + 1] = d + half
    im[i] = root
    im[i + 1] = -root
    return
  }
  // (far, c) is the eigenvector of the eigenvalue d + far, the one farther from d.
  const far = half + (half < 0 ? -1 : 1) * Math.sqrt(discriminant)
  const r = elementary.hypot(far, c)
  const cos = far / r
  const sin = c / r
  const rotateColumns = (m: Float64Array, rows: number): void => {
    for (let row = 0; row < rows; row++) {
      const x = m[row * n + i]!
      const y = m[row * n + i + 1]!
      m[row * n + i] = cos * x + sin * y
      m[row * n + i + 1] = cos * y - sin * x
    }
  }
  for (let j = i; j < n; j++) {
    const x = h[i * n + j]!
    const y = h[(i + 1) * n + j]!
    h[i * n + j] = cos * x + sin * y
    h[(i + 1) * n + j] = cos * y - sin * x
  }
  rotateColumns(h, i + 2)
  if (z !== null) rotateColumns(z, n)
  h[at + n] = 0
  re[i] = h[at]!
  re[i + 1] = h[at + n + 1]!
  im[i] = 0
  im[i + 1] = 0
}

/** Back substitution in the Schur form T for each eigenvalue, then `v = P D Z x`. */
function formVectors(
  t: Float64Array,
  n: number,
  re: Float64Array,
  im: Float64Array,
  z: Float64Array,
  { order, scale }: Balance,
  vectors: ComplexVectors,
): void {
  const x = new Float64Array(n)
  const y = new Float64Array(n)
  const smallest = Math.max(Number.EPSILON * norm(t, 0, 1, n * n), 1e-290)
  for (let k = 0; k < n; k++) {
    const isComplex = im[k]! !== 0
    const last = isComplex ? k + 1 : k
    solveShifted(t, n, k, re[k]!, im[k]!, x, y, smallest)
    for (let i = 0; i < n; i++) {
      const at = order[i]! * n + k
      vectors.re[at] = scale[i]! * dot(z, i * n, x, 0, last + 1)
      vectors.im[at] = scale[i]! * dot(z, i * n, y, 0, last + 1)
    }
    toUnitVector(vectors, n, k)
    if (!isComplex) continue
    for (let i = 0; i < n; i++) {
      vectors.re[i * n + k + 1] = vectors.re[i * n + k]!
      vectors.im[i * n + k + 1] = -vectors.im[i * n + k]!
    }
    k++
  }
}

/**
 * Solves `(T - lambda I)(x + iy) = 0` upwards from the block at k. A diagonal that (nearly) equals lambda is moved by
 * `smallest`, which perturbs T no more than rounding did.
 */
function solveShifted(
  t: Float64Array,
  n: number,
  k: number,
  re: number,
  im: number,
  x: Float64Array,
  y: Float64Array,
  smallest: number,
): void {
  let last = k
  if (im === 0) {
    x[k] = 1
    y[k] = 0
  } else {
    // Row 1 of the block gives (b, lambda - a), row 2 gives (lambda - d, c): take the one that divides by more.
    last = k + 1
    const b = t[k * n + k + 1]!
    const c = t[last * n + k]!
    const byFirst = Math.abs(b) >= Math.abs(c)
    x[k] = byFirst ? 1 : (re - t[last * n + last]!) / c
    y[k] = byFirst ? 0 : im / c
    x[last] = byFirst ? (re - t[k * n + k]!) / b : 1
    y[last] = byFirst ? im / b : 0
  }
  for (let i = k - 1; i >= 0; i--) {
    const from = i + 1
    const row = i * n
    const rx = -dot(t, row + from, x, from, last - i)
    const ry = -dot(t, row + from, y, from, last - i)
    if (i > 0 && t[row + i - 1]! !== 0) {
      const above = row - n
      const sx = -dot(t, above + from, x, from, last - i)
      const sy = -dot(t, above + from, y, from, last - i)
      const [first, second] = solvePair(
        [
          [t[above + i - 1]! - re, -im],
          [t[above + i]!, 0],
          [sx, sy],
        ],
        [
          [t[row + i - 1]!, 0],
          [t[row + i]! - re, -im],
          [rx, ry],
        ],
        smallest,
      )
      ;[x[i], y[i]] = second
      ;[x[i - 1], y[i - 1]] = first
      i--
    } else {
      ;[x[i], y[i]] = over([rx, ry], awayFromZero([t[row + i]! - re, -im], smallest))
    }
    const largest = Math.max(Math.abs(x[i]!), Math.abs(y[i]!), Math.abs(x[i + 1]!), Math.abs(y[i + 1]!))
    if (largest > 1e100) {
      for (let j = i; j <= last; j++) {
        x[j]! /= largest
        y[j]! /= largest
      }
    }
  }
}

/** One equation `a x + b y = c`. */
type Equation = readonly [a: Complex, b: Complex, c: Complex]

/** Gaussian elimination with pivoting; a pivot below `smallest` is moved there. */
function solvePair(first: Equation, second: Equation, smallest: number): [Complex, Complex] {
  const ordered = elementary.hypot(...first[0]) >= elementary.hypot(...second[0])
  const [a, b, c] = ordered ? first : second
  const [otherA, otherB, otherC] = ordered ? second : first
  const pivot = awayFromZero(a, smallest)
  const factor = over(otherA, pivot)
  const y = over(minus(otherC, times(factor, c)), awayFromZero(minus(otherB, times(factor, b)), smallest))
  return [over(minus(c, times(b, y)), pivot), y]
}

function awayFromZero(x: Complex, smallest: number): Complex {
  return elementary.hypot(...x) < smallest ? [smallest, 0] : x
}

/** Scales column k to norm 1 and turns it so that its largest component is real. */
function toUnitVector({ re, im }: ComplexVectors, n: number, k: number): void {
  const length = elementary.hypot(norm(re, k, n, n), norm(im, k, n, n))
  let size = 0
  let largest = k
  for (let i = k; i < n * n; i += n) {
    re[i]! /= length
    im[i]! /= length
    const here = elementary.hypot(re[i]!, im[i]!)
    if (here > size) {
      size = here
      largest = i
    }
  }
  if (im[largest] === 0) return
  const c = re[largest]! / size
  const s = im[largest]! / size
  for (let i = k; i < n * n; i += n) {
    const x = re[i]!
    const y = im[i]!
    re[i] = x * c + y * s
    im[i] = y * c - x * s
  }
  im[largest] = 0
}
