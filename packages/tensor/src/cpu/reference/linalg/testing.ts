/** Matrices and measures that the tests of this folder share. */
import { multiply, transpose } from './matrix.ts'
import { norm } from './rows.ts'

/** A generator of numbers in [0, 1) that a seed decides (a 32-bit mix of a counter). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
  }
}

/** Builds an m x n matrix from its entries. */
export function build(m: number, n: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => entry(Math.floor(at / n), at % n))
}

type Family = (m: number, n: number, random: () => number) => Float64Array

const uniform: Family = (m, n, random) => build(m, n, () => 2 * random() - 1)

/** Kinds of matrices that break careless linear algebra. */
export const families: Readonly<Record<string, Family>> = {
  uniform,
  tiny: (m, n, random) => build(m, n, () => 1e-150 * (2 * random() - 1)),
  huge: (m, n, random) => build(m, n, () => 1e150 * (2 * random() - 1)),
  subnormal: (m, n, random) => build(m, n, () => 1e-309 * (2 * random() - 1)),
  zeros: (m, n) => build(m, n, () => 0),
  smallIntegers: (m, n, random) => build(m, n, () => Math.floor(3 * random()) - 1),
  sparse: (m, n, random) => build(m, n, () => (random() < 0.75 ? 0 : 2 * random() - 1)),
  upperTriangular: (m, n, random) => build(m, n, (i, j) => (i <= j ? 2 * random() - 1 : 0)),
  diagonal: (m, n, random) => build(m, n, (i, j) => (i === j ? Math.round(6 * random() - 3) : 0)),
  rankOne: (m, n, random) => product(uniform(m, 1, random), uniform(1, n, random), m, 1, n),
  rankTwo: (m, n, random) => product(uniform(m, 2, random), uniform(2, n, random), m, 2, n),
  gradedColumns: (m, n, random) => build(m, n, (_, j) => 10 ** (-3 * j) * (2 * random() - 1)),
  gradedBoth: (m, n, random) => build(m, n, (i, j) => 10 ** (-2 * (i + j)) * (2 * random() - 1)),
  twoScales: (m, n, random) => build(m, n, (i) => (i % 2 === 0 ? 1 : 1e-200) * (2 * random() - 1)),
  hilbert: (m, n) => build(m, n, (i, j) => 1 / (i + j + 1)),
  reflection: (m, n, random) => {
    const v = uniform(Math.max(m, n), 1, random)
    const square = norm(v, 0, 1, v.length) ** 2
    return build(m, n, (i, j) => (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / square)
  },
}

/** `A B` for `a` (m x k) and `b` (k x n). */
export function product(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n)
  multiply(a, b, m, k, n, out)
  return out
}

/** `A^T` (n x m) for `a` (m x n). */
export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n)
  transpose(a, m, n, out)
  return out
}

/** `(A + A^T) / 2` for a square A. */
export function symmetric(a: Float64Array, n: number): Float64Array {
  return build(n, n, (i, j) => a[i * n + j]! / 2 + a[j * n + i]! / 2)
}

/** `||A - B|| / ||scale||` in the Frobenius norm; 0 when A equals B exactly. NaN anywhere gives NaN. */
export function distance(a: Float64Array, b: Float64Array, scale: Float64Array = b): number {
  if (a.length !== b.length) throw new Error(`distance: lengths differ: ${a.length} vs ${b.length}.`)
  const difference = norm(
    a.map((x, i) => x - b[i]!),
    0,
    1,
    a.length,
  )
  return difference === 0 ? 0 : difference / norm(scale, 0, 1, scale.length)
}

/** `||Q^T Q - I||` for `q` (m x n): 0 when its columns are orthonormal. */
export function orthogonalityError(q: Float64Array, m: number, n: number): number {
  const gram = product(transposed(q, m, n), q, n, m, n)
  for (let i = 0; i < n; i++) gram[i * n + i]! -= 1
  return norm(gram, 0, 1, n * n)
}
