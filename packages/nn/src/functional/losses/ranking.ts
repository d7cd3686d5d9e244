import type { Tensor } from '@metagrad/tensor'
import { ShapeError, formatShape, sameShape, where } from '@metagrad/tensor'
import { pairwiseDistance } from '../distance.ts'
import type { ReductionOptions } from './reduction.ts'
import { checkSameShape, reduce } from './reduction.ts'

export interface MarginOptions extends ReductionOptions {
  /** How far apart is far enough. */
  readonly margin?: number
}

/** max(x, 0) with the derivative 1 at 0, as PyTorch's losses have it. */
const positive = (x: Tensor): Tensor => x.clamp(0)

/**
 * x for targets of 1, max(0, margin - x) for targets of -1: x is a distance. The margin is 1 by default.
 *
 * @throws ShapeError
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  { margin = 1, reduction }: MarginOptions = {},
): Tensor {
  checkSameShape('hingeEmbeddingLoss', input, target)
  const apart = positive(input.neg().add(margin))
  return reduce('hingeEmbeddingLoss', where(target.eq(1), input, apart), reduction)
}

/**
 * max(0, -y (x1 - x2) + margin): for y = 1 the first should rank higher, for y = -1 the second. The margin is 0 by default.
 *
 * @throws ShapeError
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction }: MarginOptions = {},
): Tensor {
  checkSameShape('marginRankingLoss', input1, input2, 'both inputs')
  checkSameShape('marginRankingLoss', input1, target)
  return reduce('marginRankingLoss', positive(target.neg().mul(input1.sub(input2)).add(margin)), reduction)
}

/** What PyTorch adds to squared lengths here. */
const tinyLength = 1e-12

/**
 * 1 - cos(x1, x2) for targets of 1, max(0, cos(x1, x2) - margin) for targets of -1. The margin is 0 by default.
 *
 * Shapes: inputs [N, D] or [D], target [N] or [].
 * @throws ShapeError
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, reduction }: MarginOptions = {},
): Tensor {
  checkSameShape('cosineEmbeddingLoss', input1, input2, 'both inputs')
  const items = input1.shape.slice(0, -1)
  if (input1.ndim < 1 || input1.ndim > 2 || !sameShape(target.shape, items)) {
    throw new ShapeError(
      `cosineEmbeddingLoss: needs inputs [N, D] and targets [N]: got ${formatShape(input1.shape)} and ${formatShape(target.shape)}.`,
    )
  }
  const squared = (x: Tensor): Tensor => x.square().sum(-1).add(tinyLength)
  const cosine = input1
    .mul(input2)
    .sum(-1)
    .div(squared(input1).mul(squared(input2)).sqrt())
  return reduce(
    'cosineEmbeddingLoss',
    where(target.eq(1), cosine.neg().add(1), positive(cosine.sub(margin))),
    reduction,
  )
}

export interface TripletMarginOptions extends MarginOptions {
  /** Exponent of the norm; 2 by default. */
  readonly p?: number
  /** Added to each difference. */
  readonly eps?: number
  /** Also takes the distance from positive to negative, where it is smaller. */
  readonly swap?: boolean
}

/**
 * max(0, |anchor - positive| - |anchor - negative| + margin), over the last dim. The margin is 1 by default.
 *
 * @throws ShapeError
 * @see V. Balntas et al., "Learning local feature descriptors with triplets", 2016; https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positiveExample: Tensor,
  negativeExample: Tensor,
  { margin = 1, p = 2, eps = 1e-6, swap = false, reduction }: TripletMarginOptions = {},
): Tensor {
  checkSameShape('tripletMarginLoss', anchor, positiveExample, 'anchor and positive')
  checkSameShape('tripletMarginLoss', anchor, negativeExample, 'anchor and negative')
  const distance = (a: Tensor, b: Tensor): Tensor => pairwiseDistance(a, b, { p, eps })
  const near = distance(anchor, positiveExample)
  const direct = distance(anchor, negativeExample)
  const far = swap ? direct.minimum(distance(positiveExample, negativeExample)) : direct
  return reduce('tripletMarginLoss', positive(near.sub(far).add(margin)), reduction)
}
