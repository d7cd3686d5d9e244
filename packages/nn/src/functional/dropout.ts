import type { Generator, Shape, Tensor } from '@metagrad/tensor'
import { ShapeError, dispatch, formatShape, full } from '@metagrad/tensor'
import { checkProbability } from '../check.ts'

export interface DropoutOptions {
  /** Whether anything is dropped; true by default. */
  readonly training?: boolean
  readonly generator?: Generator
}

/** What becomes of x where `kept`, drawn once per element of `units`, which broadcasts to x, holds or does not. */
function drop(
  op: string,
  x: Tensor,
  p: number,
  units: Shape,
  { training = true, ...random }: DropoutOptions,
  apply: (x: Tensor, kept: Tensor, p: number) => Tensor,
): Tensor {
  checkProbability(op, p)
  if (!training || p === 0) return x
  if (p === 1) return x.mul(0)
  return apply(x, full(units, false, { dtype: 'bool', device: x.device }).bernoulli_(1 - p, random), p)
}

/** Times 1 / (1 - p) or 0. */
function scaled(x: Tensor, kept: Tensor, p: number): Tensor {
  // The divisor takes the dtype of the tensor before the division.
  const scale = 1 / (x.dtype === 'float64' ? 1 - p : Math.fround(1 - p))
  return dispatch('dropout', [x, kept], { scale })
}

/** What SELU tends to on the left: it takes the place of what is dropped. */
const saturation = -1.7580993408473766

/** Saturated where dropped, then stretched and shifted back to mean 0 and variance 1. */
function saturated(x: Tensor, kept: Tensor, p: number): Tensor {
  const scale = 1 / Math.sqrt((saturation ** 2 * p + 1) * (1 - p))
  const shift = -saturation * scale * p
  const shifts = x.newFull([], shift).where(kept, saturation * scale + shift)
  return dispatch('dropout', [x, kept], { scale }).add(shifts)
}

/** A unit per channel. @throws ShapeError unless x has channels */
function channels(op: string, x: Tensor): Shape {
  if (x.ndim < 2) throw new ShapeError(`${op}: needs [N, C, ...], got ${formatShape(x.shape)}.`)
  return x.shape.map((size, dim) => (dim < 2 ? size : 1))
}

/** Drops channels of a batch, or of a single item, which has one dim less. */
function dropOfItems(op: string, x: Tensor, p: number, dims: number, options: DropoutOptions): Tensor {
  if (x.ndim !== dims && x.ndim !== dims - 1) {
    throw new ShapeError(`${op}: the input must have ${dims - 1} or ${dims} dims, got ${formatShape(x.shape)}.`)
  }
  const batch = x.ndim === dims ? x : x.unsqueeze(0)
  const dropped = drop(op, batch, p, channels(op, batch), options, scaled)
  return dropped === batch ? x : dropped.reshape(x.shape)
}

/**
 * Sets elements to 0 with probability `p` and scales the others by 1 / (1 - p), so that the mean stays.
 *
 * The same seed drops the same elements as PyTorch on the CPU. As there, NaN and infinities that are dropped become NaN.
 * @throws ArgumentError unless p is a probability
 * @see N. Srivastava et al., "Dropout", JMLR 15, 2014; https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return drop('dropout', x, p, x.shape, options, scaled)
}

/**
 * Dropout of whole channels.
 *
 * Shapes: x [N, C, ...].
 * @throws ArgumentError unless p is a probability; ShapeError without channels
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html
 */
export function featureDropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return drop('featureDropout', x, p, channels('featureDropout', x), options, scaled)
}

/**
 * Dropout of whole channels of sequences.
 *
 * Shapes: x [N, C, L] or [C, L].
 * @throws ArgumentError unless p is a probability; ShapeError for other numbers of dims
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout1d.html
 */
export function dropout1d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return dropOfItems('dropout1d', x, p, 3, options)
}

/**
 * Dropout of whole channels of images. As in PyTorch, three dims are a batch of sequences.
 *
 * Shapes: x [N, C, ...].
 * @throws ArgumentError unless p is a probability; ShapeError without channels
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html
 */
export function dropout2d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return drop('dropout2d', x, p, channels('dropout2d', x), options, scaled)
}

/**
 * Dropout of whole channels of volumes.
 *
 * Shapes: x [N, C, D, H, W] or [C, D, H, W].
 * @throws ArgumentError unless p is a probability; ShapeError for other numbers of dims
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout3d.html
 */
export function dropout3d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return dropOfItems('dropout3d', x, p, 5, options)
}

/**
 * Dropout for networks of SELUs: what is dropped saturates, and inputs of mean 0 and variance 1 keep both.
 *
 * @throws ArgumentError unless p is a probability
 * @see G. Klambauer et al., "Self-Normalizing Neural Networks", 2017; https://pytorch.org/docs/stable/generated/torch.nn.functional.alpha_dropout.html
 */
export function alphaDropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return drop('alphaDropout', x, p, x.shape, options, saturated)
}

/**
 * Alpha dropout of whole channels.
 *
 * Shapes: x [N, C, ...].
 * @throws ArgumentError unless p is a probability; ShapeError without channels
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.feature_alpha_dropout.html
 */
export function featureAlphaDropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return drop('featureAlphaDropout', x, p, channels('featureAlphaDropout', x), options, saturated)
}
