import type { Shape, Tensor } from '@metagrad/tensor'
import { ArgumentError, ones, zeros } from '@metagrad/tensor'
import { checkSizes } from '../check.ts'
import { layerNorm, rmsNorm } from '../functional/normalization.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'
import type { LayerOptions } from './linear.ts'

export interface NormOptions extends Omit<LayerOptions, 'generator'> {
  /** Added to the variance. */
  readonly eps?: number
  /** Whether factors (and offsets) per element are learned; true by default. */
  readonly elementwiseAffine?: boolean
}

export interface LayerNormOptions extends NormOptions {
  /** Whether offsets are learned beside the factors; true by default. */
  readonly bias?: boolean
}

function shapeOf(op: string, normalizedShape: number | Shape): Shape {
  const shape = [normalizedShape].flat() as number[]
  if (shape.length === 0) throw new ArgumentError(`${op}: normalizedShape must have a dim or more, got [].`)
  checkSizes(op, Object.fromEntries(shape.map((size, dim) => [`normalizedShape[${dim}]`, size])))
  return shape
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias, over the last dims.
 *
 * Shapes: [..., *normalizedShape] -> the same; weight and bias [*normalizedShape], beginning as 1 and 0.
 * @throws ArgumentError for sizes that are no positive whole numbers
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 */
export class LayerNorm extends Module {
  readonly normalizedShape: Shape
  readonly eps: number
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined

  constructor(
    normalizedShape: number | Shape,
    { eps = 1e-5, elementwiseAffine = true, bias = true, ...options }: LayerNormOptions = {},
  ) {
    super()
    const shape = shapeOf('LayerNorm', normalizedShape)
    this.normalizedShape = shape
    this.eps = eps
    this.weight = elementwiseAffine ? new Parameter(ones(shape, options)) : undefined
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(shape, options)) : undefined
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this)
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, elementwiseAffine=${this.weight !== undefined}`
  }
}

/**
 * x / sqrt(mean(x^2) + eps) * weight, over the last dims.
 *
 * @throws ArgumentError for sizes that are no positive whole numbers
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 */
export class RMSNorm extends Module {
  readonly normalizedShape: Shape
  /** The machine epsilon of the input's dtype if undefined. */
  readonly eps: number | undefined
  readonly weight: Parameter | undefined

  constructor(normalizedShape: number | Shape, { eps, elementwiseAffine = true, ...options }: NormOptions = {}) {
    super()
    const shape = shapeOf('RMSNorm', normalizedShape)
    this.normalizedShape = shape
    this.eps = eps
    this.weight = elementwiseAffine ? new Parameter(ones(shape, options)) : undefined
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this)
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, elementwiseAffine=${this.weight !== undefined}`
  }
}
