import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lstsq } from './lstsq.ts'
import { norm } from './rows.ts'
import { NON_FINITE } from './status.ts'
import { pinv } from './svd.ts'
import { distance, families, product, seeded, transposed } from './testing.ts'

const size = fc.integer({ min: 0, max: 12 })

describe('lstsq(a, m, n, b, k, x, rtol)', () => {
  it('equals pinv(A) B and leaves a residual orthogonal to A, whatever the rank', () => {
    const kinds = fc.constantFrom('uniform', 'tiny', 'huge', 'zeros', 'rankOne', 'rankTwo', 'diagonal', 'reflection')
    fc.assert(
      fc.property(kinds, size, size, fc.integer({ min: 0, max: 4 }), fc.nat(), (kind, m, n, k, seed) => {
        const random = seeded(seed)
        const a = families[kind]!(m, n, random)
        const b = families['uniform']!(m, k, random)
        const x = new Float64Array(n * k).fill(NaN)
        expect(lstsq(a, m, n, b, k, x, 1e-12).status).toBe(0)

        const p = new Float64Array(n * m)
        pinv(a.slice(), m, n, 1e-12, p)
        const sizeOfA = norm(a, 0, 1, m * n)
        const condition = sizeOfA * norm(p, 0, 1, m * n)
        const bound = Float64Array.of(norm(p, 0, 1, m * n) * norm(b, 0, 1, m * k))
        expect(distance(x, product(p, b, n, m, k), bound)).toBeLessThan(1e-14 * (1 + condition))

        const residual = product(a, x, m, n, k).map((value, i) => value - b[i]!)
        const projected = norm(product(transposed(a, m, n), residual, n, m, k), 0, 1, n * k)
        expect(projected).toBeLessThanOrEqual(1e-13 * (1 + condition) * sizeOfA * norm(b, 0, 1, m * k))
      }),
      { numRuns: 400 },
    )
  })

  it('reports the rank', () => {
    const rank = (kind: string, m: number, n: number): number =>
      lstsq(families[kind]!(m, n, seeded(1)), m, n, new Float64Array(m), 1, new Float64Array(n), 1e-12).rank
    expect(rank('uniform', 6, 4)).toBe(4)
    expect(rank('uniform', 4, 6)).toBe(4)
    expect(rank('rankTwo', 6, 4)).toBe(2)
    expect(rank('rankTwo', 4, 6)).toBe(2)
    expect(rank('zeros', 4, 6)).toBe(0)
    expect(rank('zeros', 0, 3)).toBe(0)
  })

  it('refuses NaN and infinities in A', () => {
    const result = lstsq(Float64Array.of(1, NaN), 2, 1, new Float64Array(2), 1, new Float64Array(1), 1e-12)
    expect(result).toEqual({ status: NON_FINITE, rank: 0 })
  })
})
