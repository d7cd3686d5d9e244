import type { SourcePrimitives } from '@metagrad/tensor'
import type { Rules } from '../saved.ts'

/** Draws and constants depend on nothing differentiable; written in place, they end the history of what was there. */
export const sourceRules: Rules<keyof SourcePrimitives | 'multinomial' | 'bernoulli'> = {
  full: [],
  arange: [],
  uniform: [],
  normal: [],
  randint: [],
  randperm: [],
  exponential: [],
  bernoulliScalar: [],
  multinomial: undefined,
  // The draw is piecewise constant in its probabilities.
  bernoulli: [(g) => g.newFull(g.shape, 0)],
}
