import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, dispatch } from '@metagrad/tensor'
import type { PerDim } from '../windows.ts'
import type { AdaptiveSize, PoolOptions } from './windows.ts'
import { adaptiveWindows, slidingWindows } from './windows.ts'

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as elements that are 0; true by default. */
  readonly countIncludePad?: boolean
  /** What sums are divided by instead of the number of elements. */
  readonly divisorOverride?: number | undefined
}

export function avgPool(
  op: string,
  dims: number,
  x: Tensor,
  kernelSize: PerDim,
  { countIncludePad = true, divisorOverride, ...options }: AveragePoolOptions,
): Tensor {
  const windows = slidingWindows(op, x, kernelSize, dims, options)
  if (divisorOverride === 0 || Number.isNaN(divisorOverride))
    throw new ArgumentError(`${op}: divisorOverride must be a number other than 0, got ${divisorOverride}.`)
  return dispatch('avgPool', [x], { windows, countIncludePad, divisor: divisorOverride ?? 0 })
}

function adaptiveAvgPool(op: string, dims: number, x: Tensor, outputSize: AdaptiveSize): Tensor {
  const windows = adaptiveWindows(op, x, outputSize, dims)
  return dispatch('avgPool', [x], { windows, countIncludePad: false, divisor: 0 })
}

/**
 * The mean of each window of a sequence.
 *
 * Shapes: x [N, C, L] or [C, L] -> [N, C, L'], L' = (L + 2 padding - kernelSize) / stride + 1,
 * rounded down, or up with `ceilMode`.
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range, DTypeError for ints
 * @example
 * ```ts
 * avgPool1d(tensor([[1, 3, 5, 7]]), 2).tolistSync() // -> [[2, 6]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html; divisorOverride is here for one dim too
 */
export function avgPool1d(x: Tensor, kernelSize: PerDim, options: AveragePoolOptions = {}): Tensor {
  return avgPool('avgPool1d', 1, x, kernelSize, options)
}

/**
 * The mean of each window of images.
 *
 * Shapes: x [N, C, H, W] or [C, H, W] -> [N, C, H', W'], H' = (H + 2 padding - kernelSize) / stride + 1,
 * rounded down, or up with `ceilMode`.
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range, DTypeError for ints
 * @example
 * ```ts
 * avgPool2d(arange(16).reshape(1, 4, 4).float(), 2).tolistSync() // -> [[[2.5, 4.5], [10.5, 12.5]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 */
export function avgPool2d(x: Tensor, kernelSize: PerDim, options: AveragePoolOptions = {}): Tensor {
  return avgPool('avgPool2d', 2, x, kernelSize, options)
}

/**
 * The mean of each window of volumes.
 *
 * Shapes: x [N, C, D, H, W] or [C, D, H, W] -> [N, C, D', H', W'], D' = (D + 2 padding - kernelSize) / stride + 1,
 * rounded down, or up with `ceilMode`.
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range, DTypeError for ints
 * @example
 * ```ts
 * avgPool3d(ones(1, 4, 4, 4), 2).shape // -> [1, 2, 2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool3d.html
 */
export function avgPool3d(x: Tensor, kernelSize: PerDim, options: AveragePoolOptions = {}): Tensor {
  return avgPool('avgPool3d', 3, x, kernelSize, options)
}

/**
 * Means of as many windows of a sequence as asked for; window o reaches from floor(o size / outputs) to ceil((o + 1) size / outputs).
 *
 * Shapes: x [N, C, L] or [C, L] -> [N, C, *outputSize].
 * @throws ShapeError for other shapes, ArgumentError for other sizes than whole numbers and null, DTypeError for ints
 * @example
 * ```ts
 * adaptiveAvgPool1d(tensor([[1, 2, 3, 4, 5]]), 2).tolistSync() // -> [[2, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html
 */
export function adaptiveAvgPool1d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveAvgPool('adaptiveAvgPool1d', 1, x, outputSize)
}

/**
 * Means of as many windows of images as asked for; window o reaches from floor(o size / outputs) to ceil((o + 1) size / outputs).
 *
 * Shapes: x [N, C, H, W] or [C, H, W] -> [N, C, *outputSize].
 * @throws ShapeError for other shapes, ArgumentError for other sizes than whole numbers and null, DTypeError for ints
 * @example
 * ```ts
 * adaptiveAvgPool2d(ones(1, 8, 6, 5), [3, null]).shape // -> [1, 8, 3, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveAvgPool('adaptiveAvgPool2d', 2, x, outputSize)
}

/**
 * Means of as many windows of volumes as asked for; window o reaches from floor(o size / outputs) to ceil((o + 1) size / outputs).
 *
 * Shapes: x [N, C, D, H, W] or [C, D, H, W] -> [N, C, *outputSize].
 * @throws ShapeError for other shapes, ArgumentError for other sizes than whole numbers and null, DTypeError for ints
 * @example
 * ```ts
 * adaptiveAvgPool3d(ones(1, 8, 6, 5, 4), 1).shape // -> [1, 8, 1, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool3d.html
 */
export function adaptiveAvgPool3d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveAvgPool('adaptiveAvgPool3d', 3, x, outputSize)
}
