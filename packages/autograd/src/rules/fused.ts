import type { GradientPrimitives, Tensor, UpdatePrimitives } from '@metagrad/tensor'
import { dispatch, isRecording, sameShape } from '@metagrad/tensor'
import type { Rules } from '../saved.ts'

/** A gradient in one pass from the gradient and the result; undefined where it is to be differentiated itself. */
export function fused(
  primitive: 'sigmoidBackward' | 'tanhBackward' | 'reluBackward',
  g: Tensor,
  out: Tensor,
): Tensor | undefined {
  return isRecording() ? undefined : dispatch(primitive, [g, out], {})
}

/** scale g (sigmoid(x) - y) of the logits x and the targets y. */
export function logisticGradient(g: Tensor, x: Tensor, y: Tensor, scale: number): Tensor {
  if (isRecording() || !sameShape(x.shape, y.shape)) return g.mul(x.sigmoid().sub(y)).mul(scale)
  return dispatch('bceWithLogitsBackward', [g, x, y], { scale })
}

/** Nothing records where these run. */
export const fusedRules: Rules<keyof GradientPrimitives | keyof UpdatePrimitives> = {
  sigmoidBackward: undefined,
  tanhBackward: undefined,
  reluBackward: undefined,
  bceWithLogitsBackward: undefined,
  sgdStep: undefined,
  adamStep: undefined,
}
