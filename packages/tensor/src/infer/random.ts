import type { View } from '../device.ts'
import { indexDType } from '../device.ts'
import type { RandomParams, SourcePrimitives } from '../primitives.ts'
import type { InferTable, Output } from './outputs.ts'
import { fresh, same } from './outputs.ts'

const fromParams = (_: readonly View[], { shape, dtype }: Pick<RandomParams, 'shape' | 'dtype'>): Output =>
  fresh(dtype, shape)

/** Constants and draws. */
export const inferSources: InferTable<keyof SourcePrimitives | 'multinomial' | 'bernoulli'> = {
  full: fromParams,
  arange: (_, { length, dtype }) => fresh(dtype, [length]),
  uniform: fromParams,
  normal: fromParams,
  randint: fromParams,
  randperm: fromParams,
  exponential: fromParams,
  bernoulliScalar: fromParams,

  multinomial: ([x], { samples }) => fresh(indexDType(x!.storage.device), [...x!.layout.shape.slice(0, -1), samples]),
  bernoulli: same,
}
