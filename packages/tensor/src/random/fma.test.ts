import { assert, bigInt, double, integer, property, tuple, type Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import { fma32, fma64 } from './fma.ts'

/** A finite float64 as `numerator / 2^1074`. */
function exact(value: number): bigint {
  let scale = 0
  while (!Number.isInteger(value)) {
    value *= 2
    scale++
  }
  return BigInt(value) << BigInt(1074 - scale)
}

/** `numerator / 2^2148`, rounded to `digits` significant bits, ties to even. */
function round(numerator: bigint, digits: number): number {
  const magnitude = numerator < 0n ? -numerator : numerator
  const shift = BigInt(Math.max(0, magnitude.toString(2).length - digits))
  const half = shift === 0n ? 0n : 1n << (shift - 1n)
  const rest = magnitude & ((1n << shift) - 1n)
  let kept = magnitude >> shift
  if (shift > 0n && (rest > half || (rest === half && (kept & 1n) === 1n))) kept++
  const exponent = Number(shift) - 2148
  const low = Math.trunc(exponent / 2)
  const scaled = Number(kept) * 2 ** low * 2 ** (exponent - low)
  return numerator < 0n ? -scaled : scaled
}

const rounded = (a: number, b: number, c: number, digits: number): number =>
  round(exact(a) * exact(b) + (exact(c) << 1074n), digits)

const unit = integer({ min: 0, max: 2 ** 24 - 1 }).map((k) => k / 2 ** 24)
const unit53 = bigInt({ min: 0n, max: 2n ** 53n - 1n }).map((k) => Number(k) / 2 ** 53)
const bound = (min: number, max: number): Arbitrary<number> =>
  tuple(integer({ min: -20, max: 20 }), double({ min, max, noNaN: true })).map(([e, m]) => m * 2 ** e)

test('fma32(a, b, c) rounds a b + c once', () => {
  assert(
    property(unit, bound(1, 2).map(Math.fround), bound(-2, 2).map(Math.fround), (a, b, c) => {
      expect(fma32(a, b, c) + 0).toBe(rounded(a, b, c, 24) + 0)
    }),
    { numRuns: 2000 },
  )
})

test('fma32(a, b, c) is not deceived by a sum that float64 rounds to a tie', () => {
  const a = 2 ** -12 * (1 + 2 ** -18)
  const b = 2 ** -12 * (1 - 2 ** -18)
  const c = 1 + 2 ** -23
  // a b + c = c + 2^-24 - 2^-60 lies just below the middle of two float32 numbers; float64 loses the 2^-60.
  expect(Math.fround(a * b + c)).toBe(1 + 2 ** -22)
  expect(fma32(a, b, c)).toBe(c)
  expect(fma32(-a, b, -c)).toBe(-c)
})

test('fma64(a, b, c) rounds a b + c once', () => {
  assert(
    property(unit53, bound(1, 2), bound(-2, 2), (a, b, c) => {
      expect(fma64(a, b, c) + 0).toBe(rounded(a, b, c, 53) + 0)
    }),
    { numRuns: 2000 },
  )
})
