import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { norm } from './rows.ts'
import { NON_FINITE } from './status.ts'
import { pinv, rankOf, svd } from './svd.ts'
import { build, distance, families, orthogonalityError, product, seeded, transposed } from './testing.ts'

const size = fc.integer({ min: 0, max: 12 })
const family = fc.constantFrom(...Object.keys(families))

function check(a: Float64Array, m: number, n: number, full: boolean, tolerance: number): Float64Array {
  const k = Math.min(m, n)
  const columns = full ? m : k
  const rows = full ? n : k
  const u = new Float64Array(m * columns)
  const s = new Float64Array(k)
  const vh = new Float64Array(rows * n)
  expect(svd(a.slice(), m, n, u, s, vh, full)).toBe(0)
  expect(orthogonalityError(u, m, columns)).toBeLessThan(1e-13)
  expect(orthogonalityError(transposed(vh, rows, n), n, rows)).toBeLessThan(1e-13)
  const scaled = build(rows, n, (i, j) => (s[i] ?? 0) * vh[i * n + j]!)
  const us = build(m, k, (i, j) => u[i * columns + j]!)
  expect(distance(product(us, scaled, m, k, n), a)).toBeLessThan(tolerance)
  for (let i = 0; i < k; i++) expect(s[i]!).toBeGreaterThanOrEqual(i + 1 < k ? s[i + 1]! : 0)

  const alone = new Float64Array(k)
  expect(svd(a.slice(), m, n, null, alone, null, full)).toBe(0)
  expect(alone).toEqual(s)
  return s
}

describe('svd(a, m, n, u, s, vh, full)', () => {
  it('gives U diag(s) Vh = A, both orthonormal, s descending and not negative, for every kind and shape', () => {
    fc.assert(
      fc.property(family, size, size, fc.boolean(), fc.nat(), (kind, m, n, full, seed) => {
        const s = check(families[kind]!(m, n, seeded(seed)), m, n, full, kind === 'subnormal' ? 1e-10 : 1e-14)
        expect(s).toHaveLength(Math.min(m, n))
      }),
      { numRuns: 800 },
    )
  })

  it.each([
    [64, 64],
    [200, 64],
    [64, 200],
    [200, 150],
  ])('holds at size %i x %i', (m, n) => {
    expect(check(families['uniform']!(m, n, seeded(8)), m, n, false, 2e-14)).toHaveLength(Math.min(m, n))
    expect(rankOf(check(families['rankTwo']!(m, n, seeded(8)), m, n, true, 2e-14), 1e-12)).toBe(2)
  })

  it.each(Object.keys(families))('holds at size 48 x 40 for kind %s', (kind) => {
    const a = families[kind]!(48, 40, seeded(9))
    expect(check(a, 48, 40, true, kind === 'subnormal' ? 1e-10 : 2e-14)).toHaveLength(40)
  })

  it('keeps the digits of small singular values when columns differ in scale', () => {
    // diag(1, 1e-10, 1e-20) times an orthogonal Q on the left: the singular values are the scales.
    const q = families['reflection']!(3, 3, seeded(1))
    const scales = [1, 1e-10, 1e-20]
    const s = check(
      build(3, 3, (i, j) => q[i * 3 + j]! * scales[j]!),
      3,
      3,
      false,
      1e-14,
    )
    for (let i = 0; i < 3; i++) expect(s[i]! / scales[i]!).toBeCloseTo(1, 12)
  })

  it('is right to nine digits for the smallest singular value of the Hilbert matrix of order 8', () => {
    const s = check(families['hilbert']!(8, 8, seeded(0)), 8, 8, false, 1e-14)
    expect(s[0]).toBeCloseTo(1.6959389969219498, 14)
    expect(s[7]! / 1.1115389663724424e-10).toBeCloseTo(1, 6)
  })

  it('is exact for diagonal matrices of any scale', () => {
    const s = check(
      build(2, 2, (i, j) => (i === j ? [1e-150, -1e150][i]! : 0)),
      2,
      2,
      false,
      1e-14,
    )
    expect(s[0]! / 1e150).toBeCloseTo(1, 15)
    expect(s[1]! / 1e-150).toBeCloseTo(1, 15)
  })

  it('refuses NaN and infinities at once', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(svd(Float64Array.of(1, bad), 1, 2, null, new Float64Array(1), null, false)).toBe(NON_FINITE)
    }
  })
})

describe('rankOf(s, rtol)', () => {
  it('counts the values above the threshold', () => {
    expect(rankOf(Float64Array.of(3, 1, 1e-17), 1e-15)).toBe(2)
    expect(rankOf(Float64Array.of(0, 0), 1e-15)).toBe(0)
    expect(rankOf(new Float64Array(0), 1e-15)).toBe(0)
  })
})

describe('pinv(a, m, n, rtol, out)', () => {
  it('meets the four conditions of Moore and Penrose', () => {
    const kinds = fc.constantFrom('uniform', 'rankOne', 'rankTwo', 'zeros', 'reflection', 'tiny', 'huge')
    fc.assert(
      fc.property(kinds, size, size, fc.nat(), (kind, m, n, seed) => {
        const a = families[kind]!(m, n, seeded(seed))
        const p = new Float64Array(n * m)
        expect(pinv(a.slice(), m, n, 1e-12, p)).toBe(0)
        const ap = product(a, p, m, n, m)
        const pa = product(p, a, n, m, n)
        const condition = norm(a, 0, 1, m * n) * norm(p, 0, 1, m * n)
        const tolerance = 1e-14 * Math.max(1, condition)
        expect(distance(product(ap, a, m, m, n), a)).toBeLessThan(tolerance)
        expect(distance(product(pa, p, n, n, m), p)).toBeLessThan(tolerance)
        expect(distance(ap, transposed(ap, m, m))).toBeLessThan(tolerance)
        expect(distance(pa, transposed(pa, n, n))).toBeLessThan(tolerance)
      }),
      { numRuns: 300 },
    )
  })
})
