import type { Tensor } from '@metagrad/tensor'
import { ShapeError, formatShape, ones, zeros } from '@metagrad/tensor'
import { checkSizes } from '../check.ts'
import { batchNorm, instanceNorm } from '../functional/normalization.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'
import type { LayerOptions } from './linear.ts'

export interface BatchNormOptions extends Omit<LayerOptions, 'generator'> {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number
  /** Share of a batch in the running statistics, 0.1 by default; 'cumulative' for the plain mean over all batches. */
  readonly momentum?: number | 'cumulative'
  /** Whether factors and offsets per channel are learned. */
  readonly affine?: boolean
  /** Whether running statistics are kept for evaluation; without them inputs are normalised by their own always. */
  readonly trackRunningStats?: boolean
}

/** Factors and offsets per channel, and running statistics by PyTorch's names. */
abstract class ChannelNorm extends Module {
  readonly numFeatures: number
  readonly eps: number
  readonly momentum: number | 'cumulative'
  readonly affine: boolean
  readonly trackRunningStats: boolean
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined
  readonly running_mean: Tensor | undefined
  readonly running_var: Tensor | undefined
  readonly num_batches_tracked: Tensor | undefined

  constructor(
    numFeatures: number,
    { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, ...options }: BatchNormOptions = {},
  ) {
    super()
    checkSizes(this.constructor.name, { numFeatures })
    this.numFeatures = numFeatures
    this.eps = eps
    this.momentum = momentum
    this.affine = affine
    this.trackRunningStats = trackRunningStats
    this.weight = affine ? new Parameter(ones([numFeatures], options)) : undefined
    this.bias = affine ? new Parameter(zeros([numFeatures], options)) : undefined
    if (!trackRunningStats) return
    const mean = zeros([numFeatures], options)
    const dtype = mean.device.dtypes.has('int64') ? 'int64' : 'int32'
    this.running_mean = this.registerBuffer('running_mean', mean)
    this.running_var = this.registerBuffer('running_var', ones([numFeatures], options))
    this.num_batches_tracked = this.registerBuffer('num_batches_tracked', zeros([], { ...options, dtype }))
  }

  /** Whether inputs are normalised by their own statistics. */
  protected get usesInput(): boolean {
    return this.training || !this.trackRunningStats
  }
}

/** @throws ShapeError unless the input has one of these numbers of dims */
function checkDims(layer: Module, x: Tensor, ...dims: readonly number[]): void {
  if (dims.includes(x.ndim)) return
  throw new ShapeError(
    `${layer.constructor.name}: the input must have ${dims.join(' or ')} dims, got ${formatShape(x.shape)}.`,
  )
}

abstract class BatchNorm extends ChannelNorm {
  /** The share of the next batch in the running statistics, which counts it. */
  #nextMomentum(): number {
    const count = this.num_batches_tracked
    if (!this.training || count === undefined) return 0
    count.add_(1)
    return this.momentum === 'cumulative' ? 1 / count.itemSync() : this.momentum
  }

  protected normalize(x: Tensor): Tensor {
    const { weight, bias, eps, usesInput: training } = this
    const momentum = this.#nextMomentum()
    return batchNorm(x, this.running_mean, this.running_var, { weight, bias, eps, training, momentum })
  }
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias per channel: of the batch in training, of the running statistics in evaluation.
 *
 * Shapes: [N, C] or [N, C, L] -> the same; weight and bias [C], beginning as 1 and 0.
 * @throws ArgumentError for sizes that are no positive whole numbers
 * @example
 * ```ts
 * const norm = new BatchNorm1d(2)
 * norm.forward(tensor([[1, 2], [3, 6]])).tolistSync() // -> [[-0.99..., -0.99...], [0.99..., 0.99...]]
 * norm.running_mean!.tolistSync() // -> [0.2..., 0.4...]
 * ```
 * @see S. Ioffe, C. Szegedy, "Batch Normalization", 2015; https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 */
export class BatchNorm1d extends BatchNorm {
  /** @throws ShapeError for other numbers of dims or channels */
  forward(x: Tensor): Tensor {
    checkDims(this, x, 2, 3)
    return this.normalize(x)
  }
}

/** Batch norm of images [N, C, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html */
export class BatchNorm2d extends BatchNorm {
  forward(x: Tensor): Tensor {
    checkDims(this, x, 4)
    return this.normalize(x)
  }
}

/** Batch norm of volumes [N, C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm3d.html */
export class BatchNorm3d extends BatchNorm {
  forward(x: Tensor): Tensor {
    checkDims(this, x, 5)
    return this.normalize(x)
  }
}

abstract class InstanceNorm extends ChannelNorm {
  constructor(numFeatures: number, { affine = false, trackRunningStats = false, ...options }: BatchNormOptions = {}) {
    super(numFeatures, { affine, trackRunningStats, ...options })
  }

  /** An item without the dim N is a batch of one. */
  protected normalize(x: Tensor, spatialDims: number): Tensor {
    checkDims(this, x, spatialDims + 1, spatialDims + 2)
    if (x.ndim === spatialDims + 1) return this.normalize(x.unsqueeze(0), spatialDims).squeeze(0)
    const { weight, bias, eps, usesInput: useInputStats, running_mean: runningMean, running_var: runningVar } = this
    const momentum = this.momentum === 'cumulative' ? 0 : this.momentum
    return instanceNorm(x, { runningMean, runningVar, weight, bias, useInputStats, momentum, eps })
  }
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias over each channel of each item. By default nothing is learned or tracked.
 *
 * Shapes: [N, C, L] or [C, L] -> the same; weight and bias [C], beginning as 1 and 0.
 * @throws ArgumentError for sizes that are no positive whole numbers
 * @see D. Ulyanov et al., "Instance Normalization", 2016; https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html
 */
export class InstanceNorm1d extends InstanceNorm {
  /** @throws ShapeError for other numbers of dims or channels */
  forward(x: Tensor): Tensor {
    return this.normalize(x, 1)
  }
}

/** Instance norm of images [N, C, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html */
export class InstanceNorm2d extends InstanceNorm {
  forward(x: Tensor): Tensor {
    return this.normalize(x, 2)
  }
}

/** Instance norm of volumes [N, C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm3d.html */
export class InstanceNorm3d extends InstanceNorm {
  forward(x: Tensor): Tensor {
    return this.normalize(x, 3)
  }
}
