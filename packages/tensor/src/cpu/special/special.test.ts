import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as special from './index.ts'

// Exact values, correctly rounded; golden/special.py computes them. The language's own functions stand in the table, too,
// because the float64 kernels rely on them.
const golden: Record<string, (number | string)[][]> = JSON.parse(
  readFileSync(new URL('golden/special.json', import.meta.url), 'utf8'),
)

/** The largest error each function may have, in units in the last place of the exact value. */
const bounds: Record<string, [f: (...x: number[]) => number, ulps: number]> = {
  erf: [special.erf, 1],
  erfc: [special.erfc, 2],
  erfinv: [special.erfinv, 2],
  lgamma: [special.lgamma, 2],
  digamma: [special.digamma, 2],
  trigamma: [special.trigamma, 1],
  sigmoid: [special.sigmoid, 2],
  logSigmoid: [special.logSigmoid, 1],
  softplus: [special.softplus, 1],
  logit: [special.logit, 2],
  exp: [Math.exp, 1],
  expm1: [Math.expm1, 1],
  exp2: [(x) => 2 ** x, 1],
  log: [Math.log, 1],
  log2: [Math.log2, 1],
  log10: [Math.log10, 2],
  log1p: [Math.log1p, 1],
  sin: [Math.sin, 1],
  cos: [Math.cos, 1],
  tan: [Math.tan, 1],
  asin: [Math.asin, 1],
  acos: [Math.acos, 1],
  atan: [Math.atan, 1],
  sinh: [Math.sinh, 2],
  cosh: [Math.cosh, 1],
  tanh: [Math.tanh, 2],
  asinh: [Math.asinh, 2],
  acosh: [Math.acosh, 2],
  atanh: [Math.atanh, 2],
  cbrt: [Math.cbrt, 1],
  pow: [(x, y) => x! ** y!, 1],
}

const float64 = new Float64Array(1)
const bits = new BigInt64Array(float64.buffer)

/** The position of a float64 among all, in order; 0 and -0 share one. */
function position(x: number): bigint {
  float64[0] = x
  const value = bits[0]!
  return value < 0n ? -(value & 0x7fffffffffffffffn) : value
}

function ulps(got: number, wanted: number): number {
  if (Object.is(got, wanted)) return 0
  // Signed zeros, infinities and NaN have to match as they are.
  if (wanted === 0 || !Number.isFinite(got) || !Number.isFinite(wanted)) return Infinity
  return Math.abs(Number(position(got) - position(wanted)))
}

// Near its negative zeros digamma is a difference of nearly equal terms; there an absolute bound holds.
const absoluteBound: Record<string, number> = { digamma: 1e-29 }

describe.each(Object.entries(bounds))('%s', (name, [f, bound]) => {
  test(`${name}(x) lies within ${bound} ulp of the exact value`, () => {
    const rows = golden[name]!
    expect(rows.length).toBeGreaterThan(100)
    const misses = rows.flatMap((row) => {
      const args = row.slice(0, -1).map(Number)
      const wanted = Number(row.at(-1))
      const got = f(...args)
      const near = Math.abs(got - wanted) <= (absoluteBound[name] ?? 0)
      return near || ulps(got, wanted) <= bound ? [] : [`${name}(${args.join(', ')}) = ${got}, not ${wanted}`]
    })
    expect(misses).toEqual([])
  })
})

test('golden values exist for every function of the table and no other', () => {
  expect(Object.keys(golden).sort()).toEqual(Object.keys(bounds).sort())
})
