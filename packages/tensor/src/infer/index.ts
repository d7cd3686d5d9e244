import type { ComputePrimitive } from '../primitives.ts'
import { inferFused } from './fused.ts'
import { inferIndexing } from './indexing.ts'
import { inferLinalg } from './linalg.ts'
import { inferNormalization } from './normalization.ts'
import type { InferTable } from './outputs.ts'
import { inferPointwise } from './pointwise.ts'
import { inferProducts } from './products.ts'
import { inferSources } from './random.ts'
import { inferReductions } from './reductions.ts'
import { inferWindows } from './windows.ts'

/** Shape and dtype of each computing primitive's outputs, and the checks that need all operands. */
export const infer: InferTable<ComputePrimitive> = {
  ...inferPointwise,
  ...inferReductions,
  ...inferIndexing,
  ...inferProducts,
  ...inferNormalization,
  ...inferFused,
  ...inferLinalg,
  ...inferSources,
  ...inferWindows,
}
