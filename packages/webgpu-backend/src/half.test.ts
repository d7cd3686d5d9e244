import { describe, expect, it } from 'vitest'
import { fromHalf, toHalf } from './half.ts'

describe('toHalf(value), fromHalf(bits)', () => {
  it('every float16 that is a number comes back as its own bits', () => {
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const value = fromHalf(bits)
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits === 0x8000 ? 0x8000 : bits)
    }
  })

  it('what lies between rounds to the nearer, halves to the even one', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [fromHalf(bits), fromHalf(bits + 1)]
      const middle = (low + high) / 2
      expect(toHalf(middle)).toBe(bits % 2 === 0 ? bits : bits + 1)
      expect(toHalf(low + (high - low) * 0.49)).toBe(bits)
      expect(toHalf(-(low + (high - low) * 0.51))).toBe(0x8000 | (bits + 1))
    }
  })

  it('what is too large is infinite, NaN stays NaN', () => {
    expect([65_504, 65_519, 65_520, Infinity, -1e30].map(toHalf)).toEqual([0x7bff, 0x7bff, 0x7c00, 0x7c00, 0xfc00])
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN()
  })
})
