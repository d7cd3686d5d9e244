import { describe, expect, it } from 'vitest'
import { fromHalf, toHalf } from './half.ts'

const allBits = Array.from({ length: 2 ** 16 }, (_, bits) => bits)
const isNumber = (bits: number): boolean => !Number.isNaN(fromHalf(bits))

describe('toHalf(value), fromHalf(bits)', () => {
  it('every float16 that is a number comes back as its own bits', () => {
    const numbers = allBits.filter(isNumber)
    expect(numbers.map(fromHalf).map((value) => (Object.is(value, -0) ? 0x8000 : toHalf(value)))).toEqual(numbers)
  })

  it('what lies between rounds to the nearer, halves to the even one', () => {
    const positive = allBits.slice(0, 0x7bff)
    const between = (bits: number, part: number): number =>
      fromHalf(bits) + part * (fromHalf(bits + 1) - fromHalf(bits))
    expect(positive.map((bits) => toHalf(between(bits, 0.5)))).toEqual(positive.map((bits) => bits + (bits % 2)))
    expect(positive.map((bits) => toHalf(between(bits, 0.49)))).toEqual(positive)
    expect(positive.map((bits) => toHalf(-between(bits, 0.51)))).toEqual(positive.map((bits) => 0x8000 | (bits + 1)))
  })

  it('what is too large is infinite, NaN stays NaN', () => {
    expect([65_504, 65_519, 65_520, Infinity, -1e30].map(toHalf)).toEqual([0x7bff, 0x7bff, 0x7c00, 0x7c00, 0xfc00])
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN()
  })
})
