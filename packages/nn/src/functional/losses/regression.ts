import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, where } from '@metagrad/tensor'
import type { ReductionOptions } from './reduction.ts'
import { checkSameShape, reduce } from './reduction.ts'

/**
 * (x - y)^2.
 *
 * @throws ShapeError if the shapes differ; PyTorch broadcasts, with a warning
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 */
export function mseLoss(input: Tensor, target: Tensor, { reduction }: ReductionOptions = {}): Tensor {
  checkSameShape('mseLoss', input, target)
  return reduce('mseLoss', input.sub(target).square(), reduction)
}

/** |x - y|. @throws ShapeError @see https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html */
export function l1Loss(input: Tensor, target: Tensor, { reduction }: ReductionOptions = {}): Tensor {
  checkSameShape('l1Loss', input, target)
  return reduce('l1Loss', input.sub(target).abs(), reduction)
}

export interface SmoothL1Options extends ReductionOptions {
  /** Where the parabola ends; 1 by default, 0 for `l1Loss`. */
  readonly beta?: number
}

/**
 * (x - y)^2 / (2 beta) for |x - y| < beta, else |x - y| - beta / 2.
 *
 * @throws ShapeError
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 */
export function smoothL1Loss(input: Tensor, target: Tensor, { beta = 1, reduction }: SmoothL1Options = {}): Tensor {
  if (!(beta >= 0)) throw new ArgumentError(`smoothL1Loss: beta must be >= 0, got ${beta}.`)
  checkSameShape('smoothL1Loss', input, target)
  const difference = input.sub(target)
  const distance = difference.abs()
  if (beta === 0) return reduce('smoothL1Loss', distance, reduction)
  const parabola = difference.square().mul(0.5 / beta)
  return reduce('smoothL1Loss', where(distance.lt(beta), parabola, distance.sub(0.5 * beta)), reduction)
}

export interface HuberOptions extends ReductionOptions {
  /** Where the parabola ends; 1 by default. */
  readonly delta?: number
}

/**
 * (x - y)^2 / 2 for |x - y| <= delta, else delta (|x - y| - delta / 2).
 *
 * @throws ShapeError
 * @see P. J. Huber, "Robust Estimation of a Location Parameter", 1964; https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 */
export function huberLoss(input: Tensor, target: Tensor, { delta = 1, reduction }: HuberOptions = {}): Tensor {
  if (!(delta > 0)) throw new ArgumentError(`huberLoss: delta must be > 0, got ${delta}.`)
  checkSameShape('huberLoss', input, target)
  const difference = input.sub(target)
  const distance = difference.abs()
  const parabola = difference.square().mul(0.5)
  return reduce('huberLoss', where(distance.le(delta), parabola, distance.sub(0.5 * delta).mul(delta)), reduction)
}
