import type { Tensor } from '@metagrad/tensor'
import type { PerDim } from '../windows.ts'
import { perDim } from '../windows.ts'
import { avgPool } from './average.ts'
import type { PoolOptions } from './windows.ts'

export interface LpPoolOptions extends Pick<PoolOptions, 'stride' | 'ceilMode'> {}

/** A mean of powers, times the number of elements, and the root of it. Negative sums, of odd powers, give 0. */
function lpPool(
  op: string,
  dims: number,
  x: Tensor,
  normType: number,
  kernelSize: PerDim,
  options: LpPoolOptions,
): Tensor {
  const elements = perDim(op, 'kernelSize', kernelSize, dims, 1).reduce((count, size) => count * size, 1)
  const mean = avgPool(op, dims, x.pow(normType), kernelSize, options)
  return mean
    .sign()
    .mul(mean.abs().relu())
    .mul(elements)
    .pow(1 / normType)
}

/**
 * The norm of each window of a sequence: (sum of x^normType)^(1 / normType).
 *
 * Shapes: x [N, C, L] or [C, L] -> [N, C, L'], as `avgPool1d` without padding.
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range, DTypeError for ints
 * @example
 * ```ts
 * lpPool1d(tensor([[3, 4, 0, 5]]), 2, 2).tolistSync() // -> [[5, 5]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool1d.html
 */
export function lpPool1d(x: Tensor, normType: number, kernelSize: PerDim, options: LpPoolOptions = {}): Tensor {
  return lpPool('lpPool1d', 1, x, normType, kernelSize, options)
}

/**
 * The norm of each window of images: (sum of x^normType)^(1 / normType).
 *
 * Shapes: x [N, C, H, W] or [C, H, W] -> [N, C, H', W'], as `avgPool2d` without padding.
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range, DTypeError for ints
 * @example
 * ```ts
 * lpPool2d(ones(1, 4, 4), 1, 2).tolistSync() // -> [[[4, 4], [4, 4]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool2d.html
 */
export function lpPool2d(x: Tensor, normType: number, kernelSize: PerDim, options: LpPoolOptions = {}): Tensor {
  return lpPool('lpPool2d', 2, x, normType, kernelSize, options)
}

/**
 * The norm of each window of volumes: (sum of x^normType)^(1 / normType).
 *
 * Shapes: x [N, C, D, H, W] or [C, D, H, W] -> [N, C, D', H', W'], as `avgPool3d` without padding.
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range, DTypeError for ints
 * @example
 * ```ts
 * lpPool3d(ones(1, 2, 2, 2), 1, 2).tolistSync() // -> [[[[8]]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool3d.html
 */
export function lpPool3d(x: Tensor, normType: number, kernelSize: PerDim, options: LpPoolOptions = {}): Tensor {
  return lpPool('lpPool3d', 3, x, normType, kernelSize, options)
}
