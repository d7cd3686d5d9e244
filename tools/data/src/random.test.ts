import { expect, test } from 'vitest'
import { bell, between, splitMix32 } from './random.ts'

test('splitMix32(seed) repeats itself for a seed and differs between seeds', () => {
  const draw = (seed: number): number[] => {
    const random = splitMix32(seed)
    return [random(), random(), random()]
  }
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
})

test('between(random, low, high) reaches both ends and nothing beyond', () => {
  const random = splitMix32(1)
  const counts = new Map<number, number>()
  for (let i = 0; i < 6000; i++) {
    const value = between(random, -1, 4)
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([-1, 0, 1, 2, 3, 4])
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
})

test('bell(random, spread) has mean 0 and the stated standard deviation', () => {
  const random = splitMix32(1)
  const values = Array.from({ length: 10_000 }, () => bell(random, 50))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  expect(Math.abs(mean)).toBeLessThan(3)
  expect(Math.sqrt(variance) / (2 * Math.sqrt(50 * 51))).toBeCloseTo(1, 1)
})
