import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eig } from './eig.ts'
import { luDeterminant, luFactor } from './lu.ts'
import { norm } from './rows.ts'
import { NON_FINITE } from './status.ts'
import { build, families, product, seeded } from './testing.ts'

// Of matrices with rows or columns of very different size, balancing spoils the vectors; their values are tested below.
const balancedAway = new Set(['twoScales', 'gradedColumns', 'gradedBoth'])
const family = fc.constantFrom(...Object.keys(families).filter((kind) => !balancedAway.has(kind)))

function check(a: Float64Array, n: number, tolerance: number) {
  const re = new Float64Array(n)
  const im = new Float64Array(n)
  const vectors = { re: new Float64Array(n * n), im: new Float64Array(n * n) }
  expect(eig(a.slice(), n, re, im, vectors)).toBe(0)
  const x = product(a, vectors.re, n, n, n)
  const y = product(a, vectors.im, n, n, n)
  const size = norm(a, 0, 1, n * n) || 1
  for (let at = 0; at < n * n; at++) {
    const j = at % n
    const residual = Math.hypot(
      (x[at]! - (re[j]! * vectors.re[at]! - im[j]! * vectors.im[at]!)) / size,
      (y[at]! - (re[j]! * vectors.im[at]! + im[j]! * vectors.re[at]!)) / size,
    )
    expect(residual).toBeLessThan(tolerance)
  }
  for (let j = 0; j < n; j++) {
    expect(Math.hypot(norm(vectors.re, j, n, n), norm(vectors.im, j, n, n))).toBeCloseTo(1, 14)
    if (im[j]! <= 0) continue
    expect([re[j + 1], im[j + 1]]).toEqual([re[j], -im[j]!])
  }

  // Without vectors only the active block is updated: the eigenvalues are the same to the accuracy of the trace.
  const alone = { re: new Float64Array(n), im: new Float64Array(n) }
  expect(eig(a.slice(), n, alone.re, alone.im, null)).toBe(0)
  const trace = a.reduce((sum, value, at) => (at % (n + 1) === 0 ? sum + value / size : sum), 0)
  expect(re.reduce((sum, value) => sum + value / size, 0)).toBeCloseTo(trace, 12)
  expect(alone.re.reduce((sum, value) => sum + value / size, 0)).toBeCloseTo(trace, 12)
  return { re, im, vectors }
}

describe('eig(a, n, re, im, vectors)', () => {
  it('gives A v = lambda v with unit v, complex values in conjugate pairs, for every kind', () => {
    fc.assert(
      fc.property(family, fc.integer({ min: 0, max: 12 }), fc.nat(), (kind, n, seed) => {
        const a = families[kind]!(n, n, seeded(seed))
        expect(check(a, n, kind === 'subnormal' ? 1e-10 : 1e-13).re).toHaveLength(n)
      }),
      { numRuns: 800 },
    )
  })

  it.each([64, 200])('holds at order %i', (n) => {
    expect(check(families['uniform']!(n, n, seeded(6)), n, 1e-13).re).toHaveLength(n)
  })

  it('reads triangular matrices off the diagonal, exactly', () => {
    const { re, im } = check(Float64Array.of(3, 1, 4, 0, -1, 5, 0, 0, 2), 3, 1e-15)
    expect([...re]).toEqual([3, -1, 2])
    expect([...im]).toEqual([0, 0, 0])
  })

  it('gives i and -i for a rotation by a right angle, largest component real', () => {
    const { re, im, vectors } = check(Float64Array.of(0, -1, 1, 0), 2, 1e-15)
    expect([...re]).toEqual([0, 0])
    expect([...im]).toEqual([1, -1])
    expect(vectors.im[0]).toBe(0)
  })

  it('gives the roots of unity for the cyclic shift, which has no natural shift to converge with', () => {
    const n = 8
    const { re, im } = check(
      build(n, n, (i, j) => (i === (j + 1) % n ? 1 : 0)),
      n,
      1e-14,
    )
    const angles = Array.from(re, (x, j) => Math.atan2(im[j]!, x)).map((angle) => (angle * n) / (2 * Math.PI))
    const turns = angles.map((angle) => (Math.round(angle) + n) % n).sort((p, q) => p - q)
    expect(turns).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    for (let j = 0; j < n; j++) expect(Math.hypot(re[j]!, im[j]!)).toBeCloseTo(1, 13)
  })

  it('survives a defective matrix', () => {
    const { re } = check(
      build(5, 5, (i, j) => (i === j ? 2 : j === i + 1 ? 1 : 0)),
      5,
      1e-14,
    )
    expect([...re]).toEqual([2, 2, 2, 2, 2])
  })

  it('balances a badly scaled matrix', () => {
    const inner = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 10)
    const scales = [1, 1e8, 1e-8]
    const expected = check(inner, 3, 1e-14).re
    const scaled = build(3, 3, (i, j) => (inner[i * 3 + j]! * scales[i]!) / scales[j]!)
    const re = new Float64Array(3)
    const im = new Float64Array(3)
    expect(eig(scaled, 3, re, im, null)).toBe(0)
    const sorted = Array.from(expected).sort((x, y) => x - y)
    Array.from(re)
      .sort((x, y) => x - y)
      .forEach((x, i) => expect(x / sorted[i]!).toBeCloseTo(1, 12))
  })

  it('keeps the small eigenvalues of a graded matrix: their product is the determinant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), (n, seed) => {
        const random = seeded(seed)
        const a = build(n, n, (i, j) => 10 ** (-3 * j) * (i === j ? 1 : (2 * random() - 1) / 8))
        const re = new Float64Array(n)
        const im = new Float64Array(n)
        expect(eig(a.slice(), n, re, im, null)).toBe(0)
        const pivots = new Int32Array(n)
        luFactor(a, n, n, pivots)
        const determinant = luDeterminant(a, pivots, n)
        expect(re.reduce((total, value) => total * value, 1) / determinant).toBeCloseTo(1, 11)
        expect(im.every((value) => value === 0)).toBe(true)
      }),
    )
  })

  it('isolates what zeros decouple, exactly, with vectors that survive', () => {
    // A cycle of 0, 2 and 4; 1 and 3 are coupled to it one way only.
    const a = build(
      5,
      5,
      (i, j) => [0, 0, 1, 7, 0, 5, 0.5, 6, 0, 4, 0, 0, 0, 8, 1, 0, 0, 0, 0.25, 0, 1, 0, 0, 9, 0][i * 5 + j]!,
    )
    const { re, im } = check(a, 5, 1e-14)
    const real = Array.from(re).filter((_, j) => im[j] === 0)
    expect(real).toContain(0.5)
    expect(real).toContain(0.25)
    expect(real).toHaveLength(3)
  })

  it('refuses NaN and infinities at once', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(eig(Float64Array.of(1, bad, 0, 1), 2, new Float64Array(2), new Float64Array(2), null)).toBe(NON_FINITE)
    }
  })
})
