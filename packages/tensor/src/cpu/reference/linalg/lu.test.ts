import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { luDeterminant, luFactor, luInverse, luPermutation, luSlogdet, luSolve, luUnpack } from './lu.ts'
import { norm } from './rows.ts'
import { build, distance, families, product, seeded, transposed } from './testing.ts'

const size = fc.integer({ min: 0, max: 12 })
const family = fc.constantFrom(...Object.keys(families))
const seed = fc.nat()

function factor(a: Float64Array, m: number, n: number) {
  const lu = a.slice()
  const pivots = new Int32Array(Math.min(m, n))
  return { status: luFactor(lu, m, n, pivots), lu, pivots }
}

const identity = (n: number): Float64Array => build(n, n, (i, j) => (i === j ? 1 : 0))

describe('luFactor(a, m, n, pivots)', () => {
  it('gives P L U = A for every kind and shape', () => {
    fc.assert(
      fc.property(family, size, size, seed, (kind, m, n, s) => {
        const a = families[kind]!(m, n, seeded(s))
        const k = Math.min(m, n)
        const { lu, pivots } = factor(a, m, n)
        const l = new Float64Array(m * k)
        const u = new Float64Array(k * n)
        luUnpack(lu, m, n, l, u)
        const order = new Int32Array(m)
        luPermutation(pivots, m, order)
        const permuted = build(m, n, (i, j) => a[order[i]! * n + j]!)
        // Below the normal range a rounding error is absolute.
        expect(distance(product(l, u, m, k, n), permuted)).toBeLessThan(kind === 'subnormal' ? 1e-10 : 1e-13)
        expect(l.every((x) => Math.abs(x) <= 1)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  it('reports the first zero pivot, counted from 1', () => {
    expect(factor(Float64Array.of(1, 2, 2, 4), 2, 2).status).toBe(2)
    expect(factor(Float64Array.of(0, 1, 0, 1), 2, 2).status).toBe(1)
    expect(factor(new Float64Array(9), 3, 3).status).toBe(1)
    expect(factor(Float64Array.of(0, 1, 1, 0), 2, 2).status).toBe(0)
  })

  it('carries NaN through', () => {
    const { lu } = factor(Float64Array.of(1, NaN, 2, 3), 2, 2)
    expect(lu.some(Number.isNaN)).toBe(true)
  })
})

describe('luSolve(lu, pivots, n, b, k, transposed)', () => {
  it('solves both systems with small residuals', () => {
    fc.assert(
      fc.property(fc.constantFrom('uniform', 'tiny', 'huge', 'reflection'), size, size, seed, (kind, n, k, s) => {
        const random = seeded(s)
        const a = families[kind]!(n, n, random)
        const x = families['uniform']!(n, k, random)
        const { lu, pivots } = factor(a, n, n)
        for (const flip of [false, true]) {
          const op = flip ? transposed(a, n, n) : a
          const b = product(op, x, n, n, k)
          const solved = b.slice()
          luSolve(lu, pivots, n, solved, k, flip)
          const sizes = Float64Array.of(norm(a, 0, 1, n * n) * norm(solved, 0, 1, n * k))
          expect(distance(product(op, solved, n, n, k), b, sizes)).toBeLessThan(1e-13)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('reaches the backward-stable residual for the Hilbert matrix of order 8', () => {
    const a = families['hilbert']!(8, 8, seeded(0))
    const ones = new Float64Array(8).fill(1)
    const b = product(a, ones, 8, 8, 1)
    const { lu, pivots } = factor(a, 8, 8)
    const x = b.slice()
    luSolve(lu, pivots, 8, x, 1)
    expect(distance(product(a, x, 8, 8, 1), b)).toBeLessThan(1e-15)
    expect(distance(x, ones)).toBeLessThan(1e-5)
  })
})

describe('luInverse(lu, pivots, n, out)', () => {
  it('gives A^-1 A = I for a random matrix of order 200', () => {
    const n = 200
    const a = families['uniform']!(n, n, seeded(3))
    const { lu, pivots } = factor(a, n, n)
    const inverse = new Float64Array(n * n)
    luInverse(lu, pivots, n, inverse)
    expect(distance(product(inverse, a, n, n, n), identity(n))).toBeLessThan(1e-10)
  })

  it('inverts the rotation by a right angle exactly', () => {
    const { lu, pivots } = factor(Float64Array.of(0, -1, 1, 0), 2, 2)
    const inverse = new Float64Array(4)
    luInverse(lu, pivots, 2, inverse)
    expect([...inverse].map((x) => x + 0)).toEqual([0, 1, -1, 0])
  })
})

describe('luDeterminant(lu, pivots, n)', () => {
  const determinant = (a: Float64Array, n: number): number => {
    const { lu, pivots } = factor(a, n, n)
    return luDeterminant(lu, pivots, n)
  }

  it('counts row exchanges', () => {
    expect(determinant(Float64Array.of(0, 1, 1, 0), 2)).toBe(-1)
    expect(determinant(Float64Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0), 3)).toBe(1)
    expect(determinant(Float64Array.of(-3), 1)).toBe(-3)
  })

  it('is 1 for the empty matrix and 0 for a singular one', () => {
    expect(determinant(new Float64Array(0), 0)).toBe(1)
    expect(Math.abs(determinant(Float64Array.of(1, 2, 2, 4), 2))).toBe(0)
    expect(Math.abs(determinant(new Float64Array(16), 4))).toBe(0)
  })

  it('neither overflows nor underflows on the way', () => {
    const diagonal = [1e200, 1e200, 1e-200, 1e-200, 3, 1e-300, 1e300]
    expect(
      determinant(
        build(7, 7, (i, j) => (i === j ? diagonal[i]! : 0)),
        7,
      ),
    ).toBeCloseTo(3, 12)
    expect(
      determinant(
        build(2, 2, (i, j) => (i === j ? 1e200 : 0)),
        2,
      ),
    ).toBe(Infinity)
    expect(
      determinant(
        build(2, 2, (i, j) => (i === j ? 1e-200 : 0)),
        2,
      ),
    ).toBe(0)
    expect(determinant(Float64Array.of(2 ** -1074), 1)).toBe(2 ** -1074)
    expect(determinant(Float64Array.of(NaN), 1)).toBeNaN()
    expect(determinant(Float64Array.of(-Infinity), 1)).toBe(-Infinity)
  })

  it('is multiplicative', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), seed, (n, s) => {
        const random = seeded(s)
        const a = families['uniform']!(n, n, random)
        const b = families['uniform']!(n, n, random)
        expect(determinant(product(a, b, n, n, n), n)).toBeCloseTo(determinant(a, n) * determinant(b, n), 12)
      }),
    )
  })
})

describe('luSlogdet(lu, pivots, n)', () => {
  const slogdet = (a: Float64Array, n: number) => {
    const { lu, pivots } = factor(a, n, n)
    return luSlogdet(lu, pivots, n)
  }

  it('gives the logarithm where the determinant overflows', () => {
    const { sign, logAbs } = slogdet(
      build(3, 3, (i, j) => (i === j ? -1e200 : 0)),
      3,
    )
    expect(sign).toBe(-1)
    expect(logAbs).toBeCloseTo(600 * Math.LN10, 9)
  })

  it('gives (0, -Infinity) for a singular matrix and (1, 0) for the empty one', () => {
    expect(slogdet(Float64Array.of(1, 2, 2, 4), 2)).toEqual({ sign: 0, logAbs: -Infinity })
    expect(slogdet(new Float64Array(0), 0)).toEqual({ sign: 1, logAbs: 0 })
  })
})
