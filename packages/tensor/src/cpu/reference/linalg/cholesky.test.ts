import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cholesky, choleskySolve } from './cholesky.ts'
import { build, distance, families, product, seeded, transposed } from './testing.ts'

/** `G G^T + I`: symmetric positive definite. */
function positive(n: number, random: () => number): Float64Array {
  const g = families['uniform']!(n, n, random)
  return product(g, transposed(g, n, n), n, n, n).map((x, at) => (at % (n + 1) === 0 ? x + 1 : x))
}

describe('cholesky(a, n)', () => {
  it('gives L L^T = A with zeros above, reading only the lower triangle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.nat(), fc.constantFrom(1e-300, 1, 1e300), (n, seed, scale) => {
        const a = positive(n, seeded(seed)).map((x) => x * scale)
        const l = build(n, n, (i, j) => (j > i ? NaN : a[i * n + j]!))
        expect(cholesky(l, n)).toBe(0)
        expect(l.every((x, at) => at % n <= Math.floor(at / n) || x === 0)).toBe(true)
        expect(distance(product(l, transposed(l, n, n), n, n, n), a)).toBeLessThan(1e-14)
      }),
      { numRuns: 200 },
    )
  })

  it('handles order 200', () => {
    const a = positive(200, seeded(1))
    const l = a.slice()
    expect(cholesky(l, 200)).toBe(0)
    expect(distance(product(l, transposed(l, 200, 200), 200, 200, 200), a)).toBeLessThan(1e-13)
  })

  it('factors the Hilbert matrix of order 8', () => {
    const a = families['hilbert']!(8, 8, seeded(0))
    const l = a.slice()
    expect(cholesky(l, 8)).toBe(0)
    expect(distance(product(l, transposed(l, 8, 8), 8, 8, 8), a)).toBeLessThan(1e-15)
  })

  it('reports the first leading minor that is not positive', () => {
    expect(cholesky(Float64Array.of(0), 1)).toBe(1)
    expect(cholesky(Float64Array.of(1, 0, 2, 1), 2)).toBe(2)
    expect(cholesky(Float64Array.of(4, 0, 0, 0, 1, 0, 0, 0, -1), 3)).toBe(3)
    expect(cholesky(Float64Array.of(1, 0, NaN, 1), 2)).toBe(2)
  })
})

describe('choleskySolve(l, n, b, k)', () => {
  it('solves A X = B', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 4 }), fc.nat(), (n, k, seed) => {
        const random = seeded(seed)
        const a = positive(n, random)
        const x = build(n, k, () => 2 * random() - 1)
        const b = product(a, x, n, n, k)
        cholesky(a, n)
        choleskySolve(a, n, b, k)
        expect(distance(b, x)).toBeLessThan(1e-12)
      }),
    )
  })
})
