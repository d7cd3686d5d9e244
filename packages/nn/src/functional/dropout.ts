import type { Generator, Shape, Tensor } from '@metagrad/tensor'
import { ShapeError, formatShape } from '@metagrad/tensor'
import { checkProbability } from '../check.ts'

export interface DropoutOptions {
  /** Whether anything is dropped; true by default. */
  readonly training?: boolean
  readonly generator?: Generator
}

/** Multiplies with 0 (probability p) or 1 / (1 - p), drawn once per element of `shape`, which broadcasts. */
function drop(op: string, x: Tensor, p: number, shape: Shape, { training = true, ...random }: DropoutOptions): Tensor {
  checkProbability(op, p)
  if (!training || p === 0) return x
  if (p === 1) return x.mul(0)
  const factors = x.newFull(shape, 0).bernoulli_(1 - p, random)
  return x.mul(factors.div_(1 - p))
}

/**
 * Sets elements to 0 with probability `p` and scales the others by 1 / (1 - p), so that the mean stays.
 *
 * The same seed drops the same elements as PyTorch on the CPU.
 * @throws ArgumentError unless p is a probability
 * @see N. Srivastava et al., "Dropout", JMLR 15, 2014; https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return drop('dropout', x, p, x.shape, options)
}

/**
 * Dropout of whole channels.
 *
 * Shapes: x [N, C, ...].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html
 */
export function featureDropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  if (x.ndim < 2) throw new ShapeError(`featureDropout: needs [N, C, ...], got ${formatShape(x.shape)}.`)
  const shape = x.shape.map((size, dim) => (dim < 2 ? size : 1))
  return drop('featureDropout', x, p, shape, options)
}
