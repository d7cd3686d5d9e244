import type { Tensor } from '@metagrad/tensor'
import type { JointGradient, Rules } from '../saved.ts'
import { fusedRules } from './fused.ts'
import { indexingRules } from './indexing.ts'
import { linalgRules } from './linalg.ts'
import { movementRules } from './movement.ts'
import { normalizationRules } from './normalization.ts'
import { pointwiseRules } from './pointwise.ts'
import { productRules } from './products.ts'
import { sourceRules } from './random.ts'
import { reductionRules } from './reductions.ts'
import { windowRules } from './windows.ts'

/** The gradient that a custom operation brings along. */
export type CustomBackward = (gs: readonly (Tensor | undefined)[]) => readonly (Tensor | undefined)[]

const custom: JointGradient<'custom'> = (gs, { params }) => (params.backward as CustomBackward)(gs)

/** The gradient of every primitive, written in Tensor methods, so that derivatives of derivatives come for free. */
export const rules: Rules = {
  ...pointwiseRules,
  ...reductionRules,
  ...movementRules,
  ...indexingRules,
  ...productRules,
  ...normalizationRules,
  ...fusedRules,
  ...linalgRules,
  ...sourceRules,
  ...windowRules,
  custom,
}
