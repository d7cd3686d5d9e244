import type { Tensor, ValuesAndIndices, Windows } from '@metagrad/tensor'
import { dispatchAll } from '@metagrad/tensor'
import type { PerDim } from '../windows.ts'
import type { AdaptiveSize, PoolOptions } from './windows.ts'
import { adaptiveWindows, slidingWindows } from './windows.ts'

export interface MaxPoolOptions extends PoolOptions {
  /** Steps between neighbouring elements of the window; 1 by default. */
  readonly dilation?: PerDim
  /** Whether the result holds where the values came from too: row-major positions in the pooled dims. False by default. */
  readonly returnIndices?: boolean
}

export interface AdaptiveMaxPoolOptions extends Pick<MaxPoolOptions, 'returnIndices'> {}

function pooledMaximum(x: Tensor, windows: readonly Windows[], returnIndices: boolean): Tensor | ValuesAndIndices {
  const [values, indices] = dispatchAll('maxPool', [x], { windows })
  return returnIndices ? { values: values!, indices: indices! } : values!
}

function maxPool(
  op: string,
  dims: number,
  x: Tensor,
  kernelSize: PerDim,
  { returnIndices = false, ...options }: MaxPoolOptions,
): Tensor | ValuesAndIndices {
  return pooledMaximum(x, slidingWindows(op, x, kernelSize, dims, options), returnIndices)
}

function adaptiveMaxPool(
  op: string,
  dims: number,
  x: Tensor,
  outputSize: AdaptiveSize,
  { returnIndices = false }: AdaptiveMaxPoolOptions,
): Tensor | ValuesAndIndices {
  return pooledMaximum(x, adaptiveWindows(op, x, outputSize, dims), returnIndices)
}

/**
 * The largest element of each window of a sequence; NaN where there is one.
 *
 * Shapes: x [N, C, L] or [C, L] -> [N, C, L'], L' = (L + 2 padding - dilation (kernelSize - 1) - 1) / stride + 1,
 * rounded down, or up with `ceilMode`.
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range, DTypeError for ints
 * @example
 * ```ts
 * maxPool1d(tensor([[1, 5, 2, 3]]), 2).tolistSync() // -> [[5, 3]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html
 */
export function maxPool1d(
  x: Tensor,
  kernelSize: PerDim,
  options: MaxPoolOptions & { readonly returnIndices: true },
): ValuesAndIndices
export function maxPool1d(
  x: Tensor,
  kernelSize: PerDim,
  options?: MaxPoolOptions & { readonly returnIndices?: false },
): Tensor
export function maxPool1d(x: Tensor, kernelSize: PerDim, options: MaxPoolOptions = {}): Tensor | ValuesAndIndices {
  return maxPool('maxPool1d', 1, x, kernelSize, options)
}

/**
 * The largest element of each window of images; NaN where there is one.
 *
 * Shapes: x [N, C, H, W] or [C, H, W] -> [N, C, H', W'], H' = (H + 2 padding - dilation (kernelSize - 1) - 1) / stride + 1,
 * rounded down, or up with `ceilMode`.
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range, DTypeError for ints
 * @example
 * ```ts
 * maxPool2d(arange(16).reshape(1, 4, 4).float(), 2).tolistSync() // -> [[[5, 7], [13, 15]]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 */
export function maxPool2d(
  x: Tensor,
  kernelSize: PerDim,
  options: MaxPoolOptions & { readonly returnIndices: true },
): ValuesAndIndices
export function maxPool2d(
  x: Tensor,
  kernelSize: PerDim,
  options?: MaxPoolOptions & { readonly returnIndices?: false },
): Tensor
export function maxPool2d(x: Tensor, kernelSize: PerDim, options: MaxPoolOptions = {}): Tensor | ValuesAndIndices {
  return maxPool('maxPool2d', 2, x, kernelSize, options)
}

/**
 * The largest element of each window of volumes; NaN where there is one.
 *
 * Shapes: x [N, C, D, H, W] or [C, D, H, W] -> [N, C, D', H', W'], D' = (D + 2 padding - dilation (kernelSize - 1) - 1) / stride + 1,
 * rounded down, or up with `ceilMode`.
 * @throws ShapeError for inputs that no window fits, ArgumentError for options out of range, DTypeError for ints
 * @example
 * ```ts
 * maxPool3d(ones(1, 4, 4, 4), 2, { stride: 1 }).shape // -> [1, 3, 3, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool3d.html
 */
export function maxPool3d(
  x: Tensor,
  kernelSize: PerDim,
  options: MaxPoolOptions & { readonly returnIndices: true },
): ValuesAndIndices
export function maxPool3d(
  x: Tensor,
  kernelSize: PerDim,
  options?: MaxPoolOptions & { readonly returnIndices?: false },
): Tensor
export function maxPool3d(x: Tensor, kernelSize: PerDim, options: MaxPoolOptions = {}): Tensor | ValuesAndIndices {
  return maxPool('maxPool3d', 3, x, kernelSize, options)
}

/**
 * The largest elements of as many windows of a sequence as asked for; the windows are those of `adaptiveAvgPool1d`.
 *
 * Shapes: x [N, C, L] or [C, L] -> [N, C, *outputSize].
 * @throws ShapeError for other shapes, ArgumentError for other sizes than whole numbers and null, DTypeError for ints
 * @example
 * ```ts
 * adaptiveMaxPool1d(tensor([[1, 2, 3, 4, 5]]), 2).tolistSync() // -> [[3, 5]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html
 */
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: AdaptiveSize,
  options: { readonly returnIndices: true },
): ValuesAndIndices
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: AdaptiveSize,
  options?: { readonly returnIndices?: false },
): Tensor
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | ValuesAndIndices {
  return adaptiveMaxPool('adaptiveMaxPool1d', 1, x, outputSize, options)
}

/**
 * The largest elements of as many windows of images as asked for; the windows are those of `adaptiveAvgPool2d`.
 *
 * Shapes: x [N, C, H, W] or [C, H, W] -> [N, C, *outputSize].
 * @throws ShapeError for other shapes, ArgumentError for other sizes than whole numbers and null, DTypeError for ints
 * @example
 * ```ts
 * adaptiveMaxPool2d(ones(1, 8, 6, 5), [3, null]).shape // -> [1, 8, 3, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
 */
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: AdaptiveSize,
  options: { readonly returnIndices: true },
): ValuesAndIndices
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: AdaptiveSize,
  options?: { readonly returnIndices?: false },
): Tensor
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | ValuesAndIndices {
  return adaptiveMaxPool('adaptiveMaxPool2d', 2, x, outputSize, options)
}

/**
 * The largest elements of as many windows of volumes as asked for; the windows are those of `adaptiveAvgPool3d`.
 *
 * Shapes: x [N, C, D, H, W] or [C, D, H, W] -> [N, C, *outputSize].
 * @throws ShapeError for other shapes, ArgumentError for other sizes than whole numbers and null, DTypeError for ints
 * @example
 * ```ts
 * adaptiveMaxPool3d(ones(1, 8, 6, 5, 4), 1).shape // -> [1, 8, 1, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool3d.html
 */
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: AdaptiveSize,
  options: { readonly returnIndices: true },
): ValuesAndIndices
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: AdaptiveSize,
  options?: { readonly returnIndices?: false },
): Tensor
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | ValuesAndIndices {
  return adaptiveMaxPool('adaptiveMaxPool3d', 3, x, outputSize, options)
}
