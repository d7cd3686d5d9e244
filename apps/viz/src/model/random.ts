import { Generator } from '@metagrad/tensor'

/** What a seed is spent on. Each has a stream of its own, so that one more data point does not change the first weights. */
const streams = ['data', 'split', 'init', 'order', 'dropout'] as const
export type Stream = (typeof streams)[number]

/** The generator of a stream: the same numbers for the same seed. */
export function generatorOf(seed: number, stream: Stream): Generator {
  return new Generator(seed * streams.length + streams.indexOf(stream))
}

/** Draws numbers of the two shapes that pictures need. */
export interface Draw {
  /** In [low, high). */
  uniform(low: number, high: number): number
  /** With mean 0. */
  normal(deviation: number): number
}

export function drawFrom(generator: Generator): Draw {
  const uniform = (low: number, high: number): number => low + (high - low) * generator.uniform53()
  return {
    uniform,
    // Box and Muller; 1 - u keeps the logarithm finite.
    normal: (deviation) =>
      deviation * Math.sqrt(-2 * Math.log(1 - generator.uniform53())) * Math.cos(uniform(0, 2 * Math.PI)),
  }
}
