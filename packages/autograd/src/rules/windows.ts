import type { WindowPrimitives } from '@metagrad/tensor'
import { dispatch } from '@metagrad/tensor'
import type { JointGradient, Rules } from '../saved.ts'
import { cut } from './indexing.ts'

/** What made a window's maximum gets its gradient; windows that overlap may share one. */
const maxPool: JointGradient<'maxPool'> = ([g], saved) => {
  if (g === undefined) return [undefined]
  const pooled = saved.params.windows.length
  const planes = g.newFull(saved.shape, 0).flatten(-pooled)
  return [planes.scatterAdd(-1, saved.output(1).flatten(-pooled), g.flatten(-pooled)).reshape(saved.shape)]
}

/**
 * A convolution is linear in its input and in its weights, so that the three of them are each other's gradients:
 * conv(x, w), convTranspose(g, w) and convWeight(x, g). Where a transposed convolution was asked for a larger result than its input
 * needs (outputPadding), `conv` fits its window more often than that input has elements.
 */
export const windowRules: Rules<keyof WindowPrimitives> = {
  conv: [
    (g, { y, shape, params }) => dispatch('convTranspose', [g, y], { ...params, size: shape.slice(2) }),
    (g, saved) => dispatch('convWeight', [saved.x, g], { ...saved.params, size: saved.shapeOf(1).slice(2) }),
    (g) => g.sum(g.shape.map((_, dim) => dim).filter((dim) => dim !== 1)),
  ],
  convTranspose: [
    (g, { y, shape, params }) => cut(dispatch('conv', [g, y], params), shape),
    (g, saved) => dispatch('convWeight', [g, saved.x], { ...saved.params, size: saved.shapeOf(1).slice(2) }),
  ],
  convWeight: [
    (g, { y, shape, params }) => dispatch('convTranspose', [y, g], { ...params, size: shape.slice(2) }),
    (g, saved) => cut(dispatch('conv', [saved.x, g], saved.params), saved.shapeOf(1)),
  ],
  maxPool,
  avgPool: [
    (g, { shape, params }) =>
      dispatch('avgPoolTranspose', [g], { ...params, size: shape.slice(-params.windows.length) }),
  ],
  avgPoolTranspose: [(g, { params }) => dispatch('avgPool', [g], params)],
}
