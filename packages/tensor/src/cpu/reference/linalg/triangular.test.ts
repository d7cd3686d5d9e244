import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { build, distance, product, seeded, transposed } from './testing.ts'
import { triangularSolve } from './triangular.ts'

describe('triangularSolve(a, n, b, k, options)', () => {
  it('solves with either triangle, transposed or not, unit or not, and reads nothing else', () => {
    const size = fc.integer({ min: 0, max: 12 })
    fc.assert(
      fc.property(size, size, fc.boolean(), fc.boolean(), fc.boolean(), fc.nat(), (n, k, upper, flip, unit, seed) => {
        const random = seeded(seed)
        const entry = (i: number, j: number): number => {
          if (i === j) return unit ? 1 : 2 + random()
          return upper === i < j ? (2 * random() - 1) / n : 0
        }
        const a = build(n, n, entry)
        const x = build(n, k, () => 2 * random() - 1)
        const b = product(flip ? transposed(a, n, n) : a, x, n, n, k)
        const guarded = build(n, n, (i, j) => {
          const read = i === j ? !unit : upper === i < j
          return read ? a[i * n + j]! : NaN
        })
        triangularSolve(guarded, n, b, k, { upper, transposed: flip, unit })
        expect(distance(b, x)).toBeLessThan(1e-13)
      }),
      { numRuns: 300 },
    )
  })

  it('gives infinities for a zero on the diagonal', () => {
    const b = Float64Array.of(1, 1)
    triangularSolve(Float64Array.of(0, 0, 0, 1), 2, b, 1, { upper: false })
    expect(b[0]).toBe(Infinity)
  })
})
