import type { Shape, Tensor } from '@metagrad/tensor'
import { ShapeError, formatShape } from '@metagrad/tensor'
import type { PerDim } from '../windows.ts'
import { checkInput, perDim } from '../windows.ts'

export interface MaxUnpoolOptions {
  /** How far the window of the pool moved; its own size by default. */
  readonly stride?: PerDim | undefined
  readonly padding?: PerDim
  /** Sizes of the pooled dims, where several have windows of one number; the smallest by default. */
  readonly outputSize?: Shape | undefined
}

function maxUnpool(
  op: string,
  dims: number,
  x: Tensor,
  indices: Tensor,
  kernelSize: PerDim,
  { stride = kernelSize, padding = 0, outputSize }: MaxUnpoolOptions,
): Tensor {
  const kernel = perDim(op, 'kernelSize', kernelSize, dims, 1)
  const steps = perDim(op, 'stride', stride, dims, 1)
  const around = perDim(op, 'padding', padding, dims, 0)
  checkInput(op, x, dims)
  if (indices.isFloatingPoint || formatShape(indices.shape) !== formatShape(x.shape)) {
    throw new ShapeError(
      `${op}: the indices must be ints of the input's shape: ${formatShape(x.shape)}, got ${indices.dtype} ${formatShape(indices.shape)}.`,
    )
  }
  const least = x.shape.slice(-dims).map((n, dim) => (n - 1) * steps[dim]! - 2 * around[dim]! + kernel[dim]!)
  const size = outputSize === undefined ? least : outputSize.slice(-dims)
  const isNear = (n: number, dim: number): boolean => Math.abs(n - least[dim]!) < steps[dim]!
  if (size.length !== dims || !size.every((n, dim) => Number.isInteger(n) && n >= 0 && isNear(n, dim))) {
    throw new ShapeError(
      `${op}: outputSize must differ from ${formatShape(least)} by less than the stride ${formatShape(steps)}: got ${formatShape(size)}.`,
    )
  }
  const shape = [...x.shape.slice(0, -dims), ...size]
  const planes = x.newFull(shape, 0).flatten(-dims)
  return planes.scatter(-1, indices.flatten(-dims), x.flatten(-dims)).reshape(shape)
}

/**
 * Puts what `maxPool1d` took back to where it came from, with zeros around it.
 *
 * Shapes: x and indices [N, C, L] or [C, L] -> [N, C, *outputSize], by default (size - 1) stride - 2 padding + kernelSize.
 * @param indices what `maxPool1d` gives with `returnIndices`
 * @throws ShapeError for indices of another shape or sizes that the pool cannot have had, IndexError for positions out of range
 * @example
 * ```ts
 * maxUnpool1d(tensor([[5, 3]]), tensor([[1, 3]], { dtype: 'int64' }), 2).tolistSync() // -> [[0, 5, 0, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool1d.html
 */
export function maxUnpool1d(x: Tensor, indices: Tensor, kernelSize: PerDim, options: MaxUnpoolOptions = {}): Tensor {
  return maxUnpool('maxUnpool1d', 1, x, indices, kernelSize, options)
}

/**
 * Puts what `maxPool2d` took back to where it came from, with zeros around it.
 *
 * Shapes: x and indices [N, C, H, W] or [C, H, W] -> [N, C, *outputSize], by default (size - 1) stride - 2 padding + kernelSize.
 * @param indices what `maxPool2d` gives with `returnIndices`
 * @throws ShapeError for indices of another shape or sizes that the pool cannot have had, IndexError for positions out of range
 * @example
 * ```ts
 * maxUnpool2d(ones(1, 1, 1), tensor([[[3]]], { dtype: 'int64' }), 2).tolistSync() // -> [[[0, 0], [0, 1]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool2d.html
 */
export function maxUnpool2d(x: Tensor, indices: Tensor, kernelSize: PerDim, options: MaxUnpoolOptions = {}): Tensor {
  return maxUnpool('maxUnpool2d', 2, x, indices, kernelSize, options)
}

/**
 * Puts what `maxPool3d` took back to where it came from, with zeros around it.
 *
 * Shapes: x and indices [N, C, D, H, W] or [C, D, H, W] -> [N, C, *outputSize], by default (size - 1) stride - 2 padding + kernelSize.
 * @param indices what `maxPool3d` gives with `returnIndices`
 * @throws ShapeError for indices of another shape or sizes that the pool cannot have had, IndexError for positions out of range
 * @example
 * ```ts
 * maxUnpool3d(ones(1, 1, 1, 1), tensor([[[[5]]]], { dtype: 'int64' }), 2).shape // -> [1, 2, 2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool3d.html
 */
export function maxUnpool3d(x: Tensor, indices: Tensor, kernelSize: PerDim, options: MaxUnpoolOptions = {}): Tensor {
  return maxUnpool('maxUnpool3d', 3, x, indices, kernelSize, options)
}
