import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eigh, eigvalsh } from './eigh.ts'
import { NON_FINITE } from './status.ts'
import { build, distance, families, orthogonalityError, product, seeded, symmetric } from './testing.ts'

const family = fc.constantFrom(...Object.keys(families))

function check(a: Float64Array, n: number, tolerance: number): Float64Array {
  const vectors = build(n, n, (i, j) => (j > i ? NaN : a[i * n + j]!))
  const values = new Float64Array(n)
  expect(eigh(vectors, n, values)).toBe(0)
  expect(orthogonalityError(vectors, n, n)).toBeLessThan(1e-14 + 3e-16 * n)
  const scaled = build(n, n, (i, j) => vectors[i * n + j]! * values[j]!)
  expect(distance(product(a, vectors, n, n, n), scaled, a)).toBeLessThan(tolerance)
  for (let i = 1; i < n; i++) expect(values[i]!).toBeGreaterThanOrEqual(values[i - 1]!)

  const alone = new Float64Array(n)
  expect(eigvalsh(a.slice(), n, alone)).toBe(0)
  expect(distance(alone, values, a)).toBeLessThan(tolerance)
  return values
}

describe('eigh(a, n, values)', () => {
  it('gives A V = V diag(values), V orthonormal, values ascending, from the lower triangle alone', () => {
    fc.assert(
      fc.property(family, fc.integer({ min: 0, max: 12 }), fc.nat(), (kind, n, seed) => {
        const a = symmetric(families[kind]!(n, n, seeded(seed)), n)
        expect(check(a, n, kind === 'subnormal' ? 1e-10 : 1e-14)).toHaveLength(n)
      }),
      { numRuns: 800 },
    )
  })

  it.each(Object.keys(families))('holds at orders 40 and 120 for kind %s', (kind) => {
    for (const n of [40, 120]) {
      const a = symmetric(families[kind]!(n, n, seeded(2)), n)
      expect(check(a, n, kind === 'subnormal' ? 1e-10 : 2e-14)).toHaveLength(n)
    }
  })

  it('holds at order 300', () => {
    expect(check(symmetric(families['uniform']!(300, 300, seeded(2)), 300), 300, 2e-14)).toHaveLength(300)
  })

  it('finds repeated eigenvalues: a reflection has -1 once and 1 otherwise', () => {
    const values = check(symmetric(families['reflection']!(9, 9, seeded(4)), 9), 9, 1e-14)
    expect(values[0]).toBeCloseTo(-1, 14)
    for (const value of values.subarray(1)) expect(value).toBeCloseTo(1, 14)
  })

  it('gives the known spectrum of the second difference of order 50', () => {
    const n = 50
    const values = check(
      build(n, n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
      n,
      1e-14,
    )
    for (let k = 0; k < n; k++) {
      expect(values[k]).toBeCloseTo(4 * Math.sin(((k + 1) * Math.PI) / (2 * (n + 1))) ** 2, 13)
    }
  })

  it('separates the close pairs of the Wilkinson matrix of order 21', () => {
    const n = 21
    const values = check(
      build(n, n, (i, j) => (i === j ? Math.abs(i - 10) : Math.abs(i - j) === 1 ? 1 : 0)),
      n,
      1e-14,
    )
    expect(values[20]).toBeCloseTo(10.746194182903393, 13)
    expect(values[19]).toBeCloseTo(10.746194182903322, 13)
  })

  it('is exact for diagonal matrices of any scale', () => {
    const diagonal = [1e150, -1e150, 1e-150, 3, 0]
    const values = new Float64Array(5)
    eigh(
      build(5, 5, (i, j) => (i === j ? diagonal[i]! : 0)),
      5,
      values,
    )
    expect([...values].map((x, i) => x / diagonal[[1, 4, 2, 3, 0][i]!]! || 0)).toEqual([1, 0, 1, 1, 1])
  })

  it('keeps the small eigenvalues of a graded matrix, whichever end is large', () => {
    const scales = [1, 1e-5, 1e-10, 1e-15]
    const graded = (order: number[]): Float64Array =>
      build(4, 4, (i, j) => scales[order[i]!]! * scales[order[j]!]! * (i === j ? 2 : 1))
    const values = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
    ].map((order) => {
      const v = new Float64Array(4)
      eigvalsh(graded(order), 4, v)
      return v
    })
    // To first order: the successive ratios of leading minors of I + ones.
    for (const v of values) {
      expect(v[3]! / 2).toBeCloseTo(1, 8)
      expect(v[2]! / 1.5e-10).toBeCloseTo(1, 6)
    }
  })

  it('refuses NaN and infinities at once', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(eigh(Float64Array.of(1, 0, bad, 1), 2, new Float64Array(2))).toBe(NON_FINITE)
    }
  })
})
