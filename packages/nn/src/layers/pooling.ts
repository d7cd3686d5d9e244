import type { Tensor } from '@metagrad/tensor'
import type { AveragePoolOptions } from '../functional/pooling/average.ts'
import * as average from '../functional/pooling/average.ts'
import type { MaxPoolOptions } from '../functional/pooling/max.ts'
import * as max from '../functional/pooling/max.ts'
import type { AdaptiveSize } from '../functional/pooling/windows.ts'
import type { PerDim } from '../functional/windows.ts'
import { Module } from '../module.ts'

/** Options of a pooling layer that gives values alone; for positions there is `functional.maxPool2d` and its likes. */
export interface MaxPoolLayerOptions extends Omit<MaxPoolOptions, 'returnIndices'> {}

abstract class MaxPool extends Module {
  readonly kernelSize: PerDim
  readonly stride: PerDim
  readonly padding: PerDim
  readonly dilation: PerDim
  readonly ceilMode: boolean

  constructor(
    kernelSize: PerDim,
    { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false }: MaxPoolLayerOptions = {},
  ) {
    super()
    this.kernelSize = kernelSize
    this.stride = stride
    this.padding = padding
    this.dilation = dilation
    this.ceilMode = ceilMode
  }
}

abstract class AvgPool extends Module {
  readonly kernelSize: PerDim
  readonly stride: PerDim
  readonly padding: PerDim
  readonly ceilMode: boolean
  readonly countIncludePad: boolean
  readonly divisorOverride: number | undefined

  constructor(
    kernelSize: PerDim,
    {
      stride = kernelSize,
      padding = 0,
      ceilMode = false,
      countIncludePad = true,
      divisorOverride,
    }: AveragePoolOptions = {},
  ) {
    super()
    this.kernelSize = kernelSize
    this.stride = stride
    this.padding = padding
    this.ceilMode = ceilMode
    this.countIncludePad = countIncludePad
    this.divisorOverride = divisorOverride
  }
}

abstract class AdaptivePool extends Module {
  readonly outputSize: AdaptiveSize

  constructor(outputSize: AdaptiveSize) {
    super()
    this.outputSize = outputSize
  }
}

/**
 * The largest element of each window of a sequence: see `functional.maxPool1d`.
 *
 * @example
 * ```ts
 * new MaxPool1d(2).forward(zeros(1, 3, 10)).shape // -> [1, 3, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 */
export class MaxPool1d extends MaxPool {
  forward(x: Tensor): Tensor {
    return max.maxPool1d(x, this.kernelSize, this)
  }
}

/**
 * The largest element of each window of images: see `functional.maxPool2d`.
 *
 * @example
 * ```ts
 * new MaxPool2d(2).forward(zeros(1, 3, 8, 8)).shape // -> [1, 3, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 */
export class MaxPool2d extends MaxPool {
  forward(x: Tensor): Tensor {
    return max.maxPool2d(x, this.kernelSize, this)
  }
}

/**
 * The largest element of each window of volumes: see `functional.maxPool3d`.
 *
 * @example
 * ```ts
 * new MaxPool3d(2).forward(zeros(1, 3, 4, 4, 4)).shape // -> [1, 3, 2, 2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html
 */
export class MaxPool3d extends MaxPool {
  forward(x: Tensor): Tensor {
    return max.maxPool3d(x, this.kernelSize, this)
  }
}

/**
 * The mean of each window of a sequence: see `functional.avgPool1d`.
 *
 * @example
 * ```ts
 * new AvgPool1d(2).forward(zeros(1, 3, 10)).shape // -> [1, 3, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 */
export class AvgPool1d extends AvgPool {
  forward(x: Tensor): Tensor {
    return average.avgPool1d(x, this.kernelSize, this)
  }
}

/**
 * The mean of each window of images: see `functional.avgPool2d`.
 *
 * @example
 * ```ts
 * new AvgPool2d(2).forward(zeros(1, 3, 8, 8)).shape // -> [1, 3, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 */
export class AvgPool2d extends AvgPool {
  forward(x: Tensor): Tensor {
    return average.avgPool2d(x, this.kernelSize, this)
  }
}

/**
 * The mean of each window of volumes: see `functional.avgPool3d`.
 *
 * @example
 * ```ts
 * new AvgPool3d(2).forward(zeros(1, 3, 4, 4, 4)).shape // -> [1, 3, 2, 2, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html
 */
export class AvgPool3d extends AvgPool {
  forward(x: Tensor): Tensor {
    return average.avgPool3d(x, this.kernelSize, this)
  }
}

/**
 * Means of as many windows of a sequence as asked for: see `functional.adaptiveAvgPool1d`.
 *
 * @example
 * ```ts
 * new AdaptiveAvgPool1d(1).forward(zeros(1, 3, 10)).shape // -> [1, 3, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 */
export class AdaptiveAvgPool1d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return average.adaptiveAvgPool1d(x, this.outputSize)
  }
}

/**
 * Means of as many windows of images as asked for: see `functional.adaptiveAvgPool2d`.
 *
 * @example
 * ```ts
 * new AdaptiveAvgPool2d(1).forward(zeros(1, 3, 8, 8)).shape // -> [1, 3, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 */
export class AdaptiveAvgPool2d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return average.adaptiveAvgPool2d(x, this.outputSize)
  }
}

/**
 * Means of as many windows of volumes as asked for: see `functional.adaptiveAvgPool3d`.
 *
 * @example
 * ```ts
 * new AdaptiveAvgPool3d(1).forward(zeros(1, 3, 4, 4, 4)).shape // -> [1, 3, 1, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html
 */
export class AdaptiveAvgPool3d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return average.adaptiveAvgPool3d(x, this.outputSize)
  }
}

/**
 * The largest elements of as many windows of a sequence as asked for: see `functional.adaptiveMaxPool1d`.
 *
 * @example
 * ```ts
 * new AdaptiveMaxPool1d(1).forward(zeros(1, 3, 10)).shape // -> [1, 3, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
 */
export class AdaptiveMaxPool1d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return max.adaptiveMaxPool1d(x, this.outputSize)
  }
}

/**
 * The largest elements of as many windows of images as asked for: see `functional.adaptiveMaxPool2d`.
 *
 * @example
 * ```ts
 * new AdaptiveMaxPool2d(1).forward(zeros(1, 3, 8, 8)).shape // -> [1, 3, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 */
export class AdaptiveMaxPool2d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return max.adaptiveMaxPool2d(x, this.outputSize)
  }
}

/**
 * The largest elements of as many windows of volumes as asked for: see `functional.adaptiveMaxPool3d`.
 *
 * @example
 * ```ts
 * new AdaptiveMaxPool3d(1).forward(zeros(1, 3, 4, 4, 4)).shape // -> [1, 3, 1, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html
 */
export class AdaptiveMaxPool3d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return max.adaptiveMaxPool3d(x, this.outputSize)
  }
}
