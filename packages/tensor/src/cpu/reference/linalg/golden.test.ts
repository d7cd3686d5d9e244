import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  eig,
  eigvalsh,
  lstsq,
  luDeterminant,
  luFactor,
  luSlogdet,
  matrixExponential,
  pinv,
  qr,
  rankOf,
  svd,
} from './index.ts'

/** One matrix and what PyTorch makes of it; see golden/golden.py. */
interface Golden {
  name: string
  m: number
  n: number
  a: number[]
  q: number[]
  r: number[]
  completeQ: number[]
  completeR: number[]
  lu: number[]
  pivots: number[]
  singularValues: number[]
  rank: number
  pinv: number[]
  right: number[]
  lstsq: number[]
  det?: number
  slogdet?: [number, number | null]
  eigvalsh?: number[]
  eigvals?: [number, number][]
  matrixExp?: number[]
}

const goldens: Golden[] = JSON.parse(readFileSync(new URL('golden/golden.json', import.meta.url), 'utf8'))

/** The largest error, against the largest entry or 1; NaN when the lengths differ. */
function errorOf(actual: ArrayLike<number>, expected: number[]): number {
  if (actual.length !== expected.length) return NaN
  const scale = Math.max(1, ...expected.map(Math.abs))
  return Math.max(0, ...expected.map((value, i) => Math.abs(actual[i]! - value) / scale))
}

const square = goldens.filter(({ m, n }) => m === n)
// Past the rank, the last reflectors and pivots of a deficient matrix are rounding errors of each implementation.
const fullRank = goldens.filter(({ m, n, rank }) => rank === Math.min(m, n))

/** What a rounding error may grow to in the parts that depend on the inverse: the condition number. */
function toleranceOf({ singularValues, rank }: Golden): number {
  return 1e-14 * Math.max(1, (singularValues[0] ?? 1) / (singularValues[rank - 1] ?? 1))
}

function factor({ a, m, n }: Golden) {
  const lu = Float64Array.from(a)
  const pivots = new Int32Array(Math.min(m, n))
  luFactor(lu, m, n, pivots)
  return { lu, pivots }
}

describe('equals PyTorch', () => {
  it.each(fullRank)('in qr for $name', (golden) => {
    const { m, n } = golden
    for (const complete of [false, true]) {
      const k = complete ? m : Math.min(m, n)
      const q = new Float64Array(m * k)
      const r = new Float64Array(k * n)
      qr(Float64Array.from(golden.a), m, n, q, r, complete)
      expect(errorOf(q, complete ? golden.completeQ : golden.q)).toBeLessThanOrEqual(toleranceOf(golden))
      expect(errorOf(r, complete ? golden.completeR : golden.r)).toBeLessThanOrEqual(toleranceOf(golden))
    }
  })

  it.each(fullRank)('in luFactor for $name', (golden) => {
    const { lu, pivots } = factor(golden)
    expect([...pivots]).toEqual(golden.pivots)
    expect(errorOf(lu, golden.lu)).toBeLessThanOrEqual(toleranceOf(golden))
  })

  it.each(goldens)('in svd, rankOf, pinv and lstsq for $name', (golden) => {
    const { m, n, rank } = golden
    const a = Float64Array.from(golden.a)
    const rtol = Math.max(m, n) * Number.EPSILON
    const x = new Float64Array(n * 2)
    expect(lstsq(a, m, n, Float64Array.from(golden.right), 2, x, rtol)).toEqual({ status: 0, rank })
    expect(errorOf(x, golden.lstsq)).toBeLessThanOrEqual(toleranceOf(golden))

    const inverse = new Float64Array(n * m)
    expect(pinv(a.slice(), m, n, rtol, inverse)).toBe(0)
    expect(errorOf(inverse, golden.pinv)).toBeLessThanOrEqual(toleranceOf(golden))

    const s = new Float64Array(Math.min(m, n))
    expect(svd(a, m, n, null, s, null, false)).toBe(0)
    expect(errorOf(s, golden.singularValues)).toBeLessThanOrEqual(1e-14)
    expect(rankOf(s, rtol)).toBe(rank)
  })

  it.each(square)('in luDeterminant for $name', (golden) => {
    const { lu, pivots } = factor(golden)
    expect(errorOf([luDeterminant(lu, pivots, golden.n)], [golden.det!])).toBeLessThanOrEqual(1e-14)
  })

  it.each(square.filter((golden) => fullRank.includes(golden)))('in luSlogdet for $name', (golden) => {
    const { lu, pivots } = factor(golden)
    const { sign, logAbs } = luSlogdet(lu, pivots, golden.n)
    expect(sign).toBe(golden.slogdet![0])
    expect(errorOf([logAbs], [golden.slogdet![1]!])).toBeLessThanOrEqual(toleranceOf(golden))
  })

  it.each(square)('in eigvalsh for $name', ({ a, n, eigvalsh: expected }) => {
    const values = new Float64Array(n)
    expect(eigvalsh(Float64Array.from(a), n, values)).toBe(0)
    expect(errorOf(values, expected!)).toBeLessThanOrEqual(1e-14)
  })

  it.each(square)('in eig for $name', ({ a, n, eigvals }) => {
    const re = new Float64Array(n)
    const im = new Float64Array(n)
    expect(eig(Float64Array.from(a), n, re, im, null)).toBe(0)
    const order = Array.from(re, (_, i) => i).sort(
      (i, j) => Math.round(re[i]! * 1e6) - Math.round(re[j]! * 1e6) || im[i]! - im[j]!,
    )
    const sorted = order.flatMap((i) => [re[i]!, im[i]!])
    expect(errorOf(sorted, eigvals!.flat())).toBeLessThanOrEqual(1e-13)
  })

  it.each(square)('in matrixExponential for $name', ({ a, n, matrixExp }) => {
    const e = new Float64Array(n * n)
    matrixExponential(Float64Array.from(a), n, e)
    expect(errorOf(e, matrixExp!)).toBeLessThanOrEqual(1e-13)
  })
})
