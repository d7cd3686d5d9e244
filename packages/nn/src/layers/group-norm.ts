import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, ones, zeros } from '@metagrad/tensor'
import { checkSizes } from '../check.ts'
import { groupNorm } from '../functional/normalization.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'
import type { LayerOptions } from './linear.ts'

export interface GroupNormOptions extends Omit<LayerOptions, 'generator'> {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number
  /** Whether factors and offsets per channel are learned; true by default. */
  readonly affine?: boolean
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias, over groups of channels of each item.
 *
 * Shapes: [N, C, ...] -> the same; weight and bias [C], beginning as 1 and 0.
 * @throws ArgumentError for sizes that are no positive whole numbers, or groups that do not divide the channels
 * @see Y. Wu, K. He, "Group Normalization", 2018; https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 */
export class GroupNorm extends Module {
  readonly numGroups: number
  readonly numChannels: number
  readonly eps: number
  readonly affine: boolean
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined

  constructor(
    numGroups: number,
    numChannels: number,
    { eps = 1e-5, affine = true, ...options }: GroupNormOptions = {},
  ) {
    super()
    checkSizes('GroupNorm', { numGroups, numChannels })
    if (numChannels % numGroups !== 0) {
      throw new ArgumentError(`GroupNorm: the groups must divide the channels, got ${numGroups} for ${numChannels}.`)
    }
    this.numGroups = numGroups
    this.numChannels = numChannels
    this.eps = eps
    this.affine = affine
    this.weight = affine ? new Parameter(ones([numChannels], options)) : undefined
    this.bias = affine ? new Parameter(zeros([numChannels], options)) : undefined
  }

  /** @throws ShapeError for other numbers of channels */
  forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, this)
  }
}
