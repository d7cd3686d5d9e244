import type { Tensor } from '@metagrad/tensor'
import { ShapeError, formatShape, sameShape } from '@metagrad/tensor'
import { checkChoice, checkTensor } from '../../check.ts'

/** What becomes of the losses of all elements: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none'

export interface ReductionOptions {
  /** 'mean' by default. */
  readonly reduction?: Reduction
}

/** @throws ArgumentError for an unknown reduction */
export function reduce(op: string, losses: Tensor, reduction: Reduction = 'mean'): Tensor {
  checkChoice(op, 'reduction', reduction, ['mean', 'sum', 'none'])
  if (reduction === 'none') return losses
  return reduction === 'sum' ? losses.sum() : losses.mean()
}

/**
 * PyTorch's losses broadcast here, with a warning: [N, 1] against [N] then compares all pairs.
 *
 * @throws ArgumentError unless both are tensors, ShapeError unless they have the same shape
 */
export function checkSameShape(op: string, input: Tensor, target: Tensor, names = 'input and target'): void {
  checkTensor(op, 'input', input)
  checkTensor(op, 'target', target)
  if (sameShape(input.shape, target.shape)) return
  throw new ShapeError(
    `${op}: ${names} must have the same shape: got ${formatShape(input.shape)} vs ${formatShape(target.shape)}. Use reshape or expand.`,
  )
}
