import type { Tensor } from '@metagrad/tensor'
import { ArgumentError } from '@metagrad/tensor'
import { withValue } from './with-value.ts'

/** (sum |x|^p)^(1/p) along `dim`. At 0 the derivative is 0, as in PyTorch. */
export function vectorNorm(x: Tensor, p: number, dim: number, keepDim: boolean): Tensor {
  if (!(p > 0)) throw new ArgumentError(`norm: p must be > 0, got ${p}.`)
  if (p === 1) return x.abs().sum(dim, { keepDim })
  if (p === Infinity) return x.abs().amax(dim, { keepDim })
  const total = (p === 2 ? x.square() : x.abs().pow(p)).sum(dim, { keepDim })
  const isZero = total.eq(0)
  const safe = total.maskedFill(isZero, 1)
  return (p === 2 ? safe.sqrt() : safe.pow(1 / p)).maskedFill(isZero, 0)
}

export interface PairwiseDistanceOptions {
  /** Exponent of the norm; 2 by default. */
  readonly p?: number
  /** Added to each difference. */
  readonly eps?: number
  readonly keepDim?: boolean
}

/**
 * The norm of x1 - x2 + eps over the last dim.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  { p = 2, eps = 1e-6, keepDim = false }: PairwiseDistanceOptions = {},
): Tensor {
  return vectorNorm(x1.sub(x2).add(eps), p, -1, keepDim)
}

export interface CosineSimilarityOptions {
  readonly dim?: number
  /** Smallest norm that is divided by. */
  readonly eps?: number
}

/**
 * x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along `dim`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  { dim = 1, eps = 1e-8 }: CosineSimilarityOptions = {},
): Tensor {
  const direction = (x: Tensor): Tensor => {
    const norm = vectorNorm(x, 2, dim, true)
    return x.div(withValue(norm, norm.clamp(eps)))
  }
  return direction(x1).mul(direction(x2)).sum(dim)
}
