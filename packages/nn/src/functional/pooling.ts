import type { Shape, Tensor, ValuesAndIndices, Windows } from '@metagrad/tensor'
import { ArgumentError, ShapeError, dispatch, dispatchAll, formatShape } from '@metagrad/tensor'
import type { PerDim } from './windows.ts'
import { checkInput, extents, perDim } from './windows.ts'

interface PoolOptions {
  /** How far the window moves; its own size by default, so that windows neither overlap nor leave gaps. */
  readonly stride?: PerDim | undefined
  /** Elements on either side that count as nothing, at most half a window; none by default. */
  readonly padding?: PerDim
  /** Whether a last window may begin inside and reach beyond the end; false by default. */
  readonly ceilMode?: boolean
}

export interface MaxPoolOptions extends PoolOptions {
  /** Steps between neighbouring elements of the window; 1 by default. */
  readonly dilation?: PerDim
  /** Whether the result holds where the values came from too: row-major positions in the pooled dims. False by default. */
  readonly returnIndices?: boolean
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as elements that are 0; true by default. */
  readonly countIncludePad?: boolean
  /** What sums are divided by instead of the number of elements. */
  readonly divisorOverride?: number | undefined
}

export interface AdaptiveMaxPoolOptions {
  /** Whether the result holds where the values came from too: row-major positions in the pooled dims. False by default. */
  readonly returnIndices?: boolean
}

export interface LpPoolOptions {
  /** How far the window moves; its own size by default. */
  readonly stride?: PerDim | undefined
  /** Whether a last window may begin inside and reach beyond the end; false by default. */
  readonly ceilMode?: boolean
}

export interface MaxUnpoolOptions {
  /** How far the window of the pool moved; its own size by default. */
  readonly stride?: PerDim | undefined
  readonly padding?: PerDim
  /** Sizes of the pooled dims, where several have windows of one number; the smallest by default. */
  readonly outputSize?: Shape | undefined
}

/** Sizes of the pooled dims, one for all or one each; null keeps the input's. */
export type AdaptiveSize = number | readonly (number | null)[]

/** The pooled dims, none of them empty. */
function pooledSizes(op: string, x: Tensor, dims: number): Shape {
  checkInput(op, x, dims)
  if (x.shape.slice(-dims - 1).includes(0))
    throw new ShapeError(`${op}: only the batch may be empty, got ${formatShape(x.shape)}.`)
  return x.shape.slice(-dims)
}

/** Windows of one size along each dim. */
function slidingWindows(
  op: string,
  x: Tensor,
  kernelSize: PerDim,
  dims: number,
  { stride = kernelSize, padding = 0, ceilMode = false, dilation = 1 }: PoolOptions & { readonly dilation?: PerDim },
): Windows[] {
  const kernel = perDim(op, 'kernelSize', kernelSize, dims, 1)
  const steps = perDim(op, 'stride', stride, dims, 1)
  const around = perDim(op, 'padding', padding, dims, 0)
  const spread = perDim(op, 'dilation', dilation, dims, 1)
  const sizes = pooledSizes(op, x, dims)
  if (around.some((size, dim) => 2 * size > kernel[dim]!)) {
    throw new ArgumentError(
      `${op}: padding must be at most half of the window: got ${formatShape(around)} for ${formatShape(kernel)}.`,
    )
  }
  return extents(kernel, spread).map((reach, dim) => {
    const [step, before, size] = [steps[dim]!, around[dim]!, sizes[dim]!]
    const room = size + 2 * before - reach
    let outputs = (ceilMode ? Math.ceil : Math.floor)(room / step) + 1
    // No window begins in the padding behind.
    if (ceilMode && (outputs - 1) * step >= size + before) outputs--
    if (outputs < 1) {
      throw new ShapeError(
        `${op}: the window is larger than the padded input: ${reach} vs ${size + 2 * before} in ${formatShape(x.shape)}.`,
      )
    }
    return { outputs, step, per: 1, reach, padding: before, dilation: spread[dim]! }
  })
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** As many windows as asked for, which cover the input: from floor(o size / outputs) to ceil((o + 1) size / outputs). */
function adaptiveWindows(op: string, x: Tensor, outputSize: AdaptiveSize, dims: number): Windows[] {
  const sizes = pooledSizes(op, x, dims)
  const list = typeof outputSize === 'number' ? sizes.map(() => outputSize) : outputSize
  const fits = Array.isArray(list) && list.length === dims
  if (!fits || !list.every((size) => size === null || (Number.isInteger(size) && size >= 0))) {
    const got = Array.isArray(list) ? `[${list.map(String).join(', ')}]` : String(list)
    const many = dims === 1 ? '' : `, or ${dims} of them, null for the input's`
    throw new ArgumentError(`${op}: outputSize must be a whole number >= 0${many}, got ${got}.`)
  }
  return sizes.map((size, dim) => {
    const outputs = list[dim] ?? size
    const common = greatestCommonDivisor(size, Math.max(1, outputs))
    const per = Math.max(1, outputs) / common
    return { outputs, step: size / common, per, reach: size / common + per - 1, padding: 0, dilation: 1 }
  })
}

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

function avgPool(
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

function adaptiveMaxPool(
  op: string,
  dims: number,
  x: Tensor,
  outputSize: AdaptiveSize,
  { returnIndices = false }: AdaptiveMaxPoolOptions,
): Tensor | ValuesAndIndices {
  return pooledMaximum(x, adaptiveWindows(op, x, outputSize, dims), returnIndices)
}

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
