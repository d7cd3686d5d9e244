import type { Tensor } from '@metagrad/tensor'
import { empty } from '@metagrad/tensor'
import { checkSizes } from '../check.ts'
import { bilinear } from '../functional/linear.ts'
import { uniform_ } from '../init.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'
import type { LayerOptions } from './linear.ts'

export interface BilinearOptions extends LayerOptions {
  /** Whether an offset is learned too; true by default. */
  readonly bias?: boolean
}

/**
 * Per output o: x1^T weight[o] x2 + bias[o].
 *
 * Shapes: [..., in1Features], [..., in2Features] -> [..., outFeatures].
 * @throws ArgumentError for sizes that are no positive whole numbers
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
 */
export class Bilinear extends Module {
  readonly in1Features: number
  readonly in2Features: number
  readonly outFeatures: number
  readonly weight: Parameter
  readonly bias: Parameter | undefined

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    { bias = true, generator, ...options }: BilinearOptions = {},
  ) {
    super()
    checkSizes('Bilinear', { in1Features, in2Features, outFeatures })
    this.in1Features = in1Features
    this.in2Features = in2Features
    this.outFeatures = outFeatures
    const bound = 1 / Math.sqrt(in1Features)
    const drawn = (shape: readonly number[]): Parameter =>
      uniform_(new Parameter(empty(shape, options)), -bound, bound, generator && { generator })
    this.weight = drawn([outFeatures, in1Features, in2Features])
    this.bias = bias ? drawn([outFeatures]) : undefined
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return bilinear(x1, x2, this.weight, this.bias)
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, bias=${this.bias !== undefined}`
  }
}
