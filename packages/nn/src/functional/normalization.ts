import type { Shape, Tensor } from '@metagrad/tensor'
import { ArgumentError, ShapeError, dispatch, dispatchAll, dtypes, formatShape, sameShape } from '@metagrad/tensor'
import { checkSizes } from '../check.ts'
import { vectorNorm } from './distance.ts'

export interface LayerNormFunctionOptions {
  /** Factor per element, of the normalised shape. */
  readonly weight?: Tensor | undefined
  /** Offset per element, of the normalised shape. */
  readonly bias?: Tensor | undefined
  /** Added to the variance. */
  readonly eps?: number
}

/** The last dims that `shape` covers. @throws ShapeError unless x ends with it */
function lastDims(op: string, x: Tensor, shape: Shape): number[] {
  if (shape.length === 0 || x.ndim < shape.length || !sameShape(x.shape.slice(-shape.length), shape)) {
    throw new ShapeError(`${op}: the input must end with ${formatShape(shape)}, got ${formatShape(x.shape)}.`)
  }
  return shape.map((_, i) => i - shape.length)
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias, over the last dims.
 *
 * Shapes: x [..., *normalizedShape] -> the same.
 * @see J. L. Ba et al., "Layer Normalization", 2016; https://pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  { weight, bias, eps = 1e-5 }: LayerNormFunctionOptions = {},
): Tensor {
  const dims = lastDims('layerNorm', x, normalizedShape).length
  if (weight === undefined && bias !== undefined) return layerNorm(x, normalizedShape, { eps }).add(bias)
  return dispatch('layerNorm', affine(x, weight, bias), { dims, eps })
}

/** The inputs of a normalising primitive: a bias comes with a weight only. */
function affine(x: Tensor, weight: Tensor | undefined, bias: Tensor | undefined): Tensor[] {
  return [x, weight, bias].filter((input) => input !== undefined)
}

export interface RMSNormFunctionOptions {
  /** Factor per element, of the normalised shape. */
  readonly weight?: Tensor | undefined
  /** Added to the mean square; the machine epsilon of the dtype if left out. */
  readonly eps?: number | undefined
}

/**
 * x / sqrt(mean(x^2) + eps) * weight, over the last dims.
 *
 * @see B. Zhang, R. Sennrich, "Root Mean Square Layer Normalization", 2019; https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: Shape,
  { weight, eps = dtypes[x.dtype].eps }: RMSNormFunctionOptions = {},
): Tensor {
  const dims = lastDims('rmsNorm', x, normalizedShape)
  const normal = x.mul(x.square().mean(dims, { keepDim: true }).add(eps).rsqrt())
  return weight === undefined ? normal : normal.mul(weight)
}

/** A number per channel as it broadcasts to x [N, C, ..]. */
function perChannel(values: Tensor, x: Tensor): Tensor {
  return values.reshape(x.shape.map((_, dim) => (dim === 1 ? -1 : 1)))
}

/** @throws ShapeError unless x has channels, and each of `values` one number for each */
function checkChannels(op: string, x: Tensor, values: { readonly [name: string]: Tensor | undefined }): number {
  if (x.ndim < 2) throw new ShapeError(`${op}: the input must be [N, C, ...], got ${formatShape(x.shape)}.`)
  const channels = x.shape[1]!
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || sameShape(value.shape, [channels])) continue
    throw new ShapeError(
      `${op}: ${name} has the wrong shape: ${formatShape(value.shape)} vs ${formatShape([channels])}.`,
    )
  }
  return channels
}

/** x times a weight per channel, plus a bias. */
function affinePerChannel(x: Tensor, weight: Tensor | undefined, bias: Tensor | undefined): Tensor {
  const scaled = weight === undefined ? x : x.mul(perChannel(weight, x))
  return bias === undefined ? scaled : scaled.add(perChannel(bias, x))
}

/** Moves running statistics towards those of a batch of `count` elements per channel, of whose variance they take the unbiased form. */
function updateRunning(
  running: RunningStatistics,
  mean: Tensor,
  variance: Tensor,
  count: number,
  momentum: number,
): void {
  const towards = (old: Tensor | undefined, now: Tensor, scale: number): void => {
    old?.mul_(1 - momentum).add_(now.detach(), { alpha: momentum * scale })
  }
  towards(running.runningMean, mean, 1)
  towards(running.runningVar, variance, count / (count - 1))
}

interface RunningStatistics {
  readonly runningMean: Tensor | undefined
  readonly runningVar: Tensor | undefined
}

export interface BatchNormFunctionOptions {
  /** Factor per channel. */
  readonly weight?: Tensor | undefined
  /** Offset per channel. */
  readonly bias?: Tensor | undefined
  /** Whether the batch's own statistics are used, and the running ones updated; false by default. */
  readonly training?: boolean
  /** Share of the batch in the running statistics; 0.1 by default. */
  readonly momentum?: number
  /** Added to the variance. */
  readonly eps?: number
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias per channel: over the batch in training, else of the running statistics.
 *
 * In training, running statistics that are given change in place: running = (1 - momentum) running + momentum batch, the
 * variance in its unbiased form.
 *
 * Shapes: x [N, C, ...]; runningMean, runningVar, weight and bias [C].
 * @throws ShapeError for other shapes, and in training for a single value per channel; ArgumentError without statistics to use
 * @see S. Ioffe, C. Szegedy, "Batch Normalization", 2015; https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | undefined,
  runningVar: Tensor | undefined,
  { weight, bias, training = false, momentum = 0.1, eps = 1e-5 }: BatchNormFunctionOptions = {},
): Tensor {
  const channels = checkChannels('batchNorm', x, { runningMean, runningVar, weight, bias })
  if (!training) return byStatistics('batchNorm', x, { runningMean, runningVar }, { weight, bias, eps })
  const count = x.shape.reduce((size, n, dim) => (dim === 1 ? size : size * n), 1)
  checkCount('batchNorm', x, count, channels)
  if (weight === undefined && bias !== undefined) {
    return affinePerChannel(batchNorm(x, runningMean, runningVar, { training, momentum, eps }), undefined, bias)
  }
  const [out, mean, variance] = dispatchAll('batchNorm', affine(x, weight, bias), { eps })
  updateRunning({ runningMean, runningVar }, mean!, variance!, count, momentum)
  return out!
}

/** @throws ShapeError where a variance would be of a single value */
function checkCount(op: string, x: Tensor, count: number, channels: number): void {
  if (count > 1 || channels === 0) return
  throw new ShapeError(
    `${op}: needs more than 1 value per channel in training, got ${formatShape(x.shape)}. Use larger batches, or evaluation.`,
  )
}

function byStatistics(
  op: string,
  x: Tensor,
  { runningMean: mean, runningVar: variance }: RunningStatistics,
  { weight, bias, eps }: { weight: Tensor | undefined; bias: Tensor | undefined; eps: number },
): Tensor {
  if (mean === undefined || variance === undefined) {
    throw new ArgumentError(
      `${op}: needs runningMean and runningVar outside of training. Pass both, or training: true.`,
    )
  }
  const rstd = variance.add(eps).rsqrt()
  const factor = weight === undefined ? rstd : rstd.mul(weight)
  const offset = mean.mul(factor).neg()
  return affinePerChannel(x, factor, bias === undefined ? offset : offset.add(bias))
}

export interface GroupNormFunctionOptions {
  /** Factor per channel. */
  readonly weight?: Tensor | undefined
  /** Offset per channel. */
  readonly bias?: Tensor | undefined
  /** Added to the variance. */
  readonly eps?: number
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias, over groups of channels of each item.
 *
 * Shapes: x [N, C, ...]; weight and bias [C].
 * @throws ShapeError for other shapes, ArgumentError unless the groups divide the channels
 * @see Y. Wu, K. He, "Group Normalization", 2018; https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 */
export function groupNorm(
  x: Tensor,
  numGroups: number,
  { weight, bias, eps = 1e-5 }: GroupNormFunctionOptions = {},
): Tensor {
  const channels = checkChannels('groupNorm', x, { weight, bias })
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ArgumentError(
      `groupNorm: needs groups that divide the channels, got ${String(numGroups)} for ${channels}.`,
    )
  }
  const [items] = x.shape as [number]
  const size = x.shape.slice(2).reduce((n, length) => n * length, channels / numGroups)
  const [normal] = dispatchAll('layerNorm', [x.reshape([items, numGroups, size])], { dims: 1, eps })
  return affinePerChannel(normal!.reshape(x.shape), weight, bias)
}

export interface InstanceNormFunctionOptions extends Omit<BatchNormFunctionOptions, 'training'> {
  readonly runningMean?: Tensor | undefined
  readonly runningVar?: Tensor | undefined
  /** Whether each item's own statistics are used, and running ones updated if given; true by default. */
  readonly useInputStats?: boolean
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias, over each channel of each item.
 *
 * Shapes: x [N, C, L, ...]; the statistics, weight and bias [C].
 * @throws ShapeError for other shapes and for a single value per channel, ArgumentError without statistics to use
 * @see D. Ulyanov et al., "Instance Normalization", 2016; https://pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
 */
export function instanceNorm(
  x: Tensor,
  {
    runningMean,
    runningVar,
    weight,
    bias,
    useInputStats = true,
    momentum = 0.1,
    eps = 1e-5,
  }: InstanceNormFunctionOptions = {},
): Tensor {
  const channels = checkChannels('instanceNorm', x, { runningMean, runningVar, weight, bias })
  if (!useInputStats) return byStatistics('instanceNorm', x, { runningMean, runningVar }, { weight, bias, eps })
  const [items, , ...lengths] = x.shape as [number, number, ...number[]]
  const count = lengths.reduce((size, n) => size * n, 1)
  checkCount('instanceNorm', x, count, items * channels)
  const [normal, mean, variance] = dispatchAll('batchNorm', [x.reshape([1, items * channels, ...lengths])], { eps })
  const overItems = (statistics: Tensor): Tensor => statistics.detach().reshape([items, channels]).mean(0)
  if (runningMean !== undefined || runningVar !== undefined) {
    updateRunning({ runningMean, runningVar }, overItems(mean!), overItems(variance!), count, momentum)
  }
  return affinePerChannel(normal!.reshape(x.shape), weight, bias)
}

export interface LocalResponseNormOptions {
  /** Factor of the mean square; 1e-4 by default. */
  readonly alpha?: number
  /** Exponent; 0.75 by default. */
  readonly beta?: number
  /** Least divisor before the exponent; 1 by default. */
  readonly k?: number
}

/**
 * x / (k + alpha mean(x^2))^beta, the mean over `size` neighbouring channels, those beyond the ends counting as 0.
 *
 * Shapes: x [N, C, L, ...] -> the same.
 * @see A. Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks", 2012, section 3.3; https://pytorch.org/docs/stable/generated/torch.nn.functional.local_response_norm.html
 */
export function localResponseNorm(
  x: Tensor,
  size: number,
  { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions = {},
): Tensor {
  checkSizes('localResponseNorm', { size })
  if (x.ndim < 3) {
    throw new ShapeError(`localResponseNorm: the input must be [N, C, L, ...], got ${formatShape(x.shape)}.`)
  }
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)]
  const padding = [...x.shape.slice(2).flatMap(() => [0, 0]), before, after]
  const squares = x.square().pad(padding).unfold(1, size, 1).mean(-1)
  return x.div(squares.mul(alpha).add(k).pow(beta))
}

export interface NormalizeOptions {
  /** Exponent of the norm; 2 by default. */
  readonly p?: number
  readonly dim?: number
  /** Smallest divisor. */
  readonly eps?: number
}

/** x / max(norm(x), eps) along `dim`. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html */
export function normalize(x: Tensor, { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions = {}): Tensor {
  return x.div(vectorNorm(x, p, dim, true).clamp(eps))
}
