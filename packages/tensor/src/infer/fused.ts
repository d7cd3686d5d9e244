import type { View } from '../device.ts'
import { ShapeError } from '../errors.ts'
import { formatShape, sameShape } from '../layout.ts'
import type { GradientPrimitives, UpdatePrimitives } from '../primitives.ts'
import type { InferTable } from './outputs.ts'
import { fresh, like, same } from './outputs.ts'

function sameSize(op: string, a: View, b: View): void {
  if (sameShape(a.layout.shape, b.layout.shape)) return
  throw new ShapeError(
    `${op}: shapes differ: ${formatShape(a.layout.shape)} vs ${formatShape(b.layout.shape)}. Use reshape or expand.`,
  )
}

/** The parameter and what is remembered of it, all of one shape: `inputs` without the gradient. */
export function updated<V extends View>(op: string, inputs: readonly V[]): readonly V[] {
  // Plain loops: this stands in front of every step of every parameter.
  const outputs = [inputs[0]!]
  for (let i = 1; i < inputs.length; i++) {
    sameSize(op, inputs[0]!, inputs[i]!)
    if (i > 1) outputs.push(inputs[i]!)
  }
  return outputs
}

/** What training steps run in one pass: a loss, gradients from results, steps of optimizers. */
export const inferFused: InferTable<'bceWithLogitsSum' | keyof GradientPrimitives | keyof UpdatePrimitives> = {
  bceWithLogitsSum: ([x, y]) => {
    sameSize('bceWithLogitsSum', x!, y!)
    return fresh(x!.dtype, [])
  },
  sigmoidBackward: same,
  tanhBackward: same,
  reluBackward: same,
  bceWithLogitsBackward: (inputs) => like(inputs[1]!),
  sgdStep: (inputs) => updated('sgdStep', inputs),
  adamStep: (inputs) => updated('adamStep', inputs),
}
