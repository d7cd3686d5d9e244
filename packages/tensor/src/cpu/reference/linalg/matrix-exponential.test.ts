import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matrixExponential } from './matrix-exponential.ts'
import { norm } from './rows.ts'
import { build, distance, families, product, seeded } from './testing.ts'

function exponential(a: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  matrixExponential(a.slice(), n, out)
  return out
}

const identity = (n: number): Float64Array => build(n, n, (i, j) => (i === j ? 1 : 0))

describe('matrixExponential(a, n, out)', () => {
  it('is the exponential of each entry of a diagonal matrix', () => {
    const a = build(4, 4, (i, j) => (i === j ? [0, 1, -20, 30][i]! : 0))
    const e = exponential(a, 4)
    for (let i = 0; i < 4; i++) expect(e[i * 5]! / Math.exp(a[i * 5]!)).toBeCloseTo(1, 11)
  })

  it('turns a skew matrix into a rotation', () => {
    for (const angle of [1e-9, 0.3, 2, 40]) {
      const e = exponential(Float64Array.of(0, -angle, angle, 0), 2)
      expect(
        distance(e, Float64Array.of(Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle))),
      ).toBeLessThan(1e-13)
    }
  })

  it('is exact for a nilpotent matrix: 1, 1, 1/2, 1/6 on the diagonals', () => {
    const e = exponential(
      build(4, 4, (i, j) => (j === i + 1 ? 1 : 0)),
      4,
    )
    expect(distance(e.subarray(0, 4), Float64Array.of(1, 1, 1 / 2, 1 / 6))).toBeLessThan(1e-15)
  })

  it('satisfies e^A e^-A = I', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.nat(), (n, seed) => {
        const a = families['uniform']!(n, n, seeded(seed))
        const forth = exponential(a, n)
        const back = exponential(
          a.map((x) => -x),
          n,
        )
        const scale = Float64Array.of(norm(forth, 0, 1, n * n) * norm(back, 0, 1, n * n))
        expect(distance(product(forth, back, n, n, n), identity(n), scale)).toBeLessThan(1e-14)
      }),
    )
  })

  it('gives NaN for NaN and infinities, and does not hang on huge matrices', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(exponential(Float64Array.of(0, bad, 0, 0), 2).every(Number.isNaN)).toBe(true)
    }
    expect(exponential(Float64Array.of(1e300), 1)[0]).toBe(Infinity)
    expect(exponential(Float64Array.of(-1e5), 1)[0]).toBe(0)
  })
})
