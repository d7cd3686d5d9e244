import { expect, test } from 'vitest'
import { Generator } from './generator.ts'
import { fillMultinomial } from './multinomial.ts'

const draw = (weights: number[], samples: number, replacement: boolean): bigint[] => {
  const out = new BigInt64Array(samples)
  fillMultinomial(new Generator(0), out, Float64Array.from(weights), {
    categories: weights.length,
    samples,
    replacement,
  })
  return [...out]
}

test('multinomial(weights) never draws a category of weight 0 with replacement', () => {
  expect(new Set(draw([0, 1, 0, 2, 0], 500, true))).toEqual(new Set([1n, 3n]))
})

test('multinomial(weights) without replacement draws every category once, those of weight 0 last', () => {
  const order = draw([0, 1, 3, 2, 0.5], 5, false)
  expect([...order].sort()).toEqual([0n, 1n, 2n, 3n, 4n])
  expect(order[4]).toBe(0n)
})

test('multinomial(weights) rejects weights that are no weights', () => {
  expect(() => draw([1, -1], 1, true)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: multinomial: weights must be finite and not negative: got -1 at element 1.]`,
  )
  expect(() => draw([1, Number.NaN], 1, true)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: multinomial: weights must be finite and not negative: got NaN at element 1.]`,
  )
  expect(() => draw([1, Infinity], 1, false)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: multinomial: weights must be finite and not negative: got Infinity at element 1.]`,
  )
  expect(() => draw([0, 0], 1, true)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: multinomial: the weights of row 0 sum to 0. Give one a positive weight.]`,
  )
})
