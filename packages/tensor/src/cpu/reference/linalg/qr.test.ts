import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { qr, qrFactor, qrFactorPivoted, qrFormQ, qrFormR, qrMultiply } from './qr.ts'
import { build, distance, families, orthogonalityError, product, seeded, transposed } from './testing.ts'

const size = fc.integer({ min: 0, max: 12 })
const family = fc.constantFrom(...Object.keys(families))

function decompose(a: Float64Array, m: number, n: number, complete: boolean) {
  const k = complete ? m : Math.min(m, n)
  const q = new Float64Array(m * k)
  const r = new Float64Array(k * n)
  qr(a.slice(), m, n, q, r, complete)
  return { k, q, r }
}

describe('qr(a, m, n, q, r, complete)', () => {
  it('gives Q R = A, Q orthonormal, R upper triangular, for every kind and shape', () => {
    fc.assert(
      fc.property(family, size, size, fc.boolean(), fc.nat(), (kind, m, n, complete, seed) => {
        const a = families[kind]!(m, n, seeded(seed))
        const { k, q, r } = decompose(a, m, n, complete)
        // Below the normal range a rounding error is absolute.
        expect(distance(product(q, r, m, k, n), a)).toBeLessThan(kind === 'subnormal' ? 1e-10 : 1e-14)
        expect(orthogonalityError(q, m, k)).toBeLessThan(1e-14)
        expect(r.every((x, at) => at % n >= Math.floor(at / n) || x === 0)).toBe(true)
      }),
      { numRuns: 600 },
    )
  })

  it.each([
    [64, 64],
    [200, 64],
    [64, 200],
  ])('holds at size %i x %i', (m, n) => {
    const a = families['uniform']!(m, n, seeded(5))
    const { k, q, r } = decompose(a, m, n, false)
    expect(distance(product(q, r, m, k, n), a)).toBeLessThan(1e-14)
    expect(orthogonalityError(q, m, k)).toBeLessThan(1e-13)
  })

  it('keeps the signs of a matrix that is triangular already', () => {
    const a = Float64Array.of(-2, 1, 0, 3)
    const { q, r } = decompose(a, 2, 2, false)
    expect([...q]).toEqual([1, 0, 0, 1])
    expect(r).toEqual(a)
  })

  it('skips Q when it is null', () => {
    const r = new Float64Array(4)
    qr(Float64Array.of(3, 1, 4, 2), 2, 2, null, r, false)
    expect(r[0]).toBeCloseTo(-5, 14)
  })
})

describe('qrFactorPivoted(a, m, n, tau, permutation)', () => {
  it('gives Q R = A P with a falling diagonal', () => {
    fc.assert(
      fc.property(family, size, size, fc.nat(), (kind, m, n, seed) => {
        const a = families[kind]!(m, n, seeded(seed))
        const k = Math.min(m, n)
        const packed = a.slice()
        const tau = new Float64Array(k)
        const order = new Int32Array(n)
        qrFactorPivoted(packed, m, n, tau, order)
        const q = new Float64Array(m * k)
        const r = new Float64Array(k * n)
        qrFormQ(packed, m, n, tau, q, k)
        qrFormR(packed, m, n, r, k)
        const permuted = build(m, n, (i, j) => a[i * n + order[j]!]!)
        expect(distance(product(q, r, m, k, n), permuted)).toBeLessThan(kind === 'subnormal' ? 1e-10 : 1e-14)
        expect([...order].sort((x, y) => x - y)).toEqual(Array.from({ length: n }, (_, j) => j))
        const checked = kind === 'uniform' ? k : 0
        for (let i = 1; i < checked; i++) {
          expect(Math.abs(r[i * n + i]!)).toBeLessThanOrEqual(Math.abs(r[(i - 1) * n + i - 1]!) * (1 + 1e-12))
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('qrMultiply(packed, m, n, tau, b, k, transposed)', () => {
  it('equals the product with the complete Q, either way', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 0, max: 4 }), fc.boolean(), fc.nat(), (m, n, k, flip, seed) => {
        const random = seeded(seed)
        const packed = families['uniform']!(m, n, random)
        const b = families['uniform']!(m, k, random)
        const tau = new Float64Array(Math.min(m, n))
        qrFactor(packed, m, n, tau)
        const q = new Float64Array(m * m)
        qrFormQ(packed, m, n, tau, q, m)
        const expected = product(flip ? transposed(q, m, m) : q, b, m, m, k)
        qrMultiply(packed, m, n, tau, b, k, flip)
        expect(distance(b, expected)).toBeLessThan(1e-14)
      }),
    )
  })
})
