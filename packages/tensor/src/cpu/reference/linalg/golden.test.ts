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

describe.each(goldens)('$name ($m x $n) equals PyTorch', (golden) => {
  const { m, n } = golden
  const k = Math.min(m, n)
  const a = (): Float64Array => Float64Array.from(golden.a)
  const rtol = Math.max(m, n) * Number.EPSILON
  // What a rounding error may grow to in the parts that depend on A inverse.
  const smallest = golden.singularValues[golden.rank - 1] ?? 1
  const tolerance = 1e-14 * Math.max(1, (golden.singularValues[0] ?? 1) / smallest)
  // Past the rank, the last reflectors and pivots of a deficient matrix are rounding errors of each implementation.
  const isFullRank = golden.rank === k

  it.runIf(isFullRank)('in qr', () => {
    const q = new Float64Array(m * k)
    const r = new Float64Array(k * n)
    qr(a(), m, n, q, r, false)
    expect(errorOf(q, golden.q)).toBeLessThanOrEqual(tolerance)
    expect(errorOf(r, golden.r)).toBeLessThanOrEqual(tolerance)
    const completeQ = new Float64Array(m * m)
    const completeR = new Float64Array(m * n)
    qr(a(), m, n, completeQ, completeR, true)
    expect(errorOf(completeQ, golden.completeQ)).toBeLessThanOrEqual(tolerance)
    expect(errorOf(completeR, golden.completeR)).toBeLessThanOrEqual(tolerance)
  })

  it.runIf(isFullRank)('in luFactor', () => {
    const lu = a()
    const pivots = new Int32Array(k)
    luFactor(lu, m, n, pivots)
    expect([...pivots]).toEqual(golden.pivots)
    expect(errorOf(lu, golden.lu)).toBeLessThanOrEqual(tolerance)
  })

  it('in singular values and rank', () => {
    const s = new Float64Array(k)
    expect(svd(a(), m, n, null, s, null, false)).toBe(0)
    expect(errorOf(s, golden.singularValues)).toBeLessThanOrEqual(1e-14)
    expect(rankOf(s, rtol)).toBe(golden.rank)
  })

  it('in pinv and lstsq', () => {
    const p = new Float64Array(n * m)
    expect(pinv(a(), m, n, rtol, p)).toBe(0)
    expect(errorOf(p, golden.pinv)).toBeLessThanOrEqual(tolerance)
    const x = new Float64Array(n * 2)
    expect(lstsq(a(), m, n, Float64Array.from(golden.right), 2, x, rtol)).toEqual({ status: 0, rank: golden.rank })
    expect(errorOf(x, golden.lstsq)).toBeLessThanOrEqual(tolerance)
  })

  it.runIf(m === n && isFullRank)('in slogdet', () => {
    const lu = a()
    const pivots = new Int32Array(n)
    luFactor(lu, n, n, pivots)
    const { sign, logAbs } = luSlogdet(lu, pivots, n)
    expect(sign).toBe(golden.slogdet![0])
    expect(errorOf([logAbs], [golden.slogdet![1]!])).toBeLessThanOrEqual(tolerance)
  })

  it.runIf(m === n)('in determinants, eigenvalues and the exponential', () => {
    const lu = a()
    const pivots = new Int32Array(n)
    luFactor(lu, n, n, pivots)
    expect(errorOf([luDeterminant(lu, pivots, n)], [golden.det!])).toBeLessThanOrEqual(1e-14)
    const values = new Float64Array(n)
    expect(eigvalsh(a(), n, values)).toBe(0)
    expect(errorOf(values, golden.eigvalsh!)).toBeLessThanOrEqual(1e-14)

    const re = new Float64Array(n)
    const im = new Float64Array(n)
    expect(eig(a(), n, re, im, null)).toBe(0)
    const order = Array.from(re, (_, i) => i).sort(
      (i, j) => Math.round(re[i]! * 1e6) - Math.round(re[j]! * 1e6) || im[i]! - im[j]!,
    )
    expect(
      errorOf(
        order.flatMap((i) => [re[i]!, im[i]!]),
        golden.eigvals!.flat(),
      ),
    ).toBeLessThanOrEqual(1e-13)

    const e = new Float64Array(n * n)
    matrixExponential(a(), n, e)
    expect(errorOf(e, golden.matrixExp!)).toBeLessThanOrEqual(1e-13)
  })
})
