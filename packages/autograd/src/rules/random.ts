import type { SourcePrimitives } from '@metagrad/tensor'
import type { Rules } from '../saved.ts'

/** Draws and constants depend on nothing differentiable. */
export const sourceRules: Rules<keyof SourcePrimitives | 'multinomial' | 'bernoulli'> = {
  full: undefined,
  arange: undefined,
  uniform: undefined,
  normal: undefined,
  randint: undefined,
  randperm: undefined,
  exponential: undefined,
  bernoulliScalar: undefined,
  multinomial: undefined,
  // The draw is piecewise constant in its probabilities.
  bernoulli: [(g) => g.newFull(g.shape, 0)],
}
