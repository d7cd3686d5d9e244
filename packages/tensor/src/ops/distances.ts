import { ShapeError } from '../errors.ts'
import { formatShape } from '../layout.ts'
import { checkTensors } from '../operands.ts'
import type { Tensor } from '../tensor.ts'
import { vectorNorm } from './linalg/norms.ts'
import { vecdot } from './linalg/products.ts'

/** The norm of order `p` of a - b, over all elements. */
export function dist(a: Tensor, b: Tensor, p: number): Tensor {
  checkTensors('dist', a, b)
  return vectorNorm(a.sub(b), p)
}

/**
 * Distances between all pairs of rows, by the norm of order `p`.
 *
 * Shapes: [.., n, d] and [.., m, d] -> [.., n, m]; batch dims broadcast. Differences are taken element by element: exact
 * for close rows, at the price of n * m * d numbers in memory. The gradient at distance 0 is 0.
 * @throws ShapeError unless both have rows of one length
 * @example
 * ```ts
 * cdist(tensor([[0, 0], [3, 0]]), tensor([[3, 4]])).tolistSync() // -> [[5], [4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cdist.html with compute_mode 'donot_use_mm_for_euclid_dist'
 */
export function cdist(a: Tensor, b: Tensor, { p = 2 }: { readonly p?: number } = {}): Tensor {
  checkTensors('cdist', a, b)
  if (a.ndim < 2 || b.ndim < 2 || a.shape.at(-1) !== b.shape.at(-1)) {
    throw new ShapeError(
      `cdist: needs rows of one length, [.., n, d] and [.., m, d], got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
    )
  }
  return vectorNorm(a.unsqueeze(-2).sub(b.unsqueeze(-3)), p, { dim: -1 })
}

/**
 * The norm of order `p` of each difference of rows, plus `eps` per element against a gradient at 0.
 *
 * Shapes: [.., d] and [.., d], broadcast -> [..].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 */
export function pairwiseDistance(
  a: Tensor,
  b: Tensor,
  {
    p = 2,
    eps = 1e-6,
    keepDim = false,
  }: { readonly p?: number; readonly eps?: number; readonly keepDim?: boolean } = {},
): Tensor {
  checkTensors('pairwiseDistance', a, b)
  return vectorNorm(a.sub(b).add(eps), p, { dim: -1, keepDim })
}

/**
 * The cosine of the angle between vectors along `dim`: `a . b / (max(|a|, eps) max(|b|, eps))`.
 *
 * @example
 * ```ts
 * cosineSimilarity(tensor([[1, 0]]), tensor([[3, 4]])).tolistSync() // -> [0.6000000238418579]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 */
export function cosineSimilarity(
  a: Tensor,
  b: Tensor,
  { dim = 1, eps = 1e-8 }: { readonly dim?: number; readonly eps?: number } = {},
): Tensor {
  checkTensors('cosineSimilarity', a, b)
  const ndim = Math.max(a.ndim, b.ndim)
  const at = dim < 0 ? dim : dim - ndim
  const unit = (x: Tensor): Tensor => x.div(vectorNorm(x, 2, { dim: at, keepDim: true }).clamp(eps))
  return vecdot(unit(a), unit(b), { dim: at })
}
