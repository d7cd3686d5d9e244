/** A source of integers from 0 to 2^32 - 1. */
export type Random = () => number

/**
 * SplitMix32: integer arithmetic alone, so that every machine draws the same numbers.
 *
 * @see https://doi.org/10.1145/2714064.2660195 Steele, Lea, Flood, "Fast splittable pseudorandom number generators"
 */
export function splitMix32(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
}

/** A whole number from `low` to `high`, both included. Rejects what would make some numbers likelier than others. */
export function between(random: Random, low: number, high: number): number {
  const span = high - low + 1
  const limit = 2 ** 32 - (2 ** 32 % span)
  let draw = random()
  while (draw >= limit) draw = random()
  return low + (draw % span)
}

/**
 * A whole number near a bell around 0: the sum of twelve numbers from `-spread` to `spread`,
 * standard deviation `2 sqrt(spread (spread + 1))`.
 */
export function bell(random: Random, spread: number): number {
  let sum = 0
  for (let i = 0; i < 12; i++) sum += between(random, -spread, spread)
  return sum
}
