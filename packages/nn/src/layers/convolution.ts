import type { Shape, Tensor } from '@metagrad/tensor'
import { ArgumentError, empty } from '@metagrad/tensor'
import { checkSizes } from '../check.ts'
import type { ConvOptions, ConvTransposeOptions } from '../functional/convolution.ts'
import { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from '../functional/convolution.ts'
import type { PerDim } from '../functional/windows.ts'
import { perDim } from '../functional/windows.ts'
import { kaimingUniform_, uniform_ } from '../init.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'
import type { LayerOptions } from './linear.ts'

/** Options of the functional form, with whether an offset is learned in the place of the offset; true by default. */
type Learned<Options> = LayerOptions & Omit<Options, 'bias'> & { readonly bias?: boolean }

export interface ConvLayerOptions extends Learned<ConvOptions> {}
export interface ConvTransposeLayerOptions extends Learned<ConvTransposeOptions> {}

interface Channels {
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelSize: readonly number[]
  readonly groups: number
}

/** What all convolutions hold: weights uniform in +-1 / sqrt(elements of a window over its channels), the bias too. */
abstract class Convolution extends Module {
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelSize: readonly number[]
  readonly groups: number
  readonly weight: Parameter
  readonly bias: Parameter | undefined

  constructor(
    { inChannels, outChannels, kernelSize, groups }: Channels,
    weightChannels: readonly [number, number],
    bias: boolean,
    { generator, ...options }: LayerOptions,
  ) {
    super()
    this.inChannels = inChannels
    this.outChannels = outChannels
    this.kernelSize = kernelSize
    this.groups = groups
    const random = generator === undefined ? {} : { generator }
    const shape: Shape = [...weightChannels, ...kernelSize]
    this.weight = kaimingUniform_(new Parameter(empty(shape, options)), { a: Math.sqrt(5), ...random })
    const bound = 1 / Math.sqrt(shape.slice(1).reduce((count, size) => count * size, 1))
    this.bias = bias ? uniform_(new Parameter(empty([outChannels], options)), -bound, bound, random) : undefined
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, bias=${this.bias !== undefined}`
  }
}

/** Sizes that belong together. @throws ArgumentError */
function channelsOf(
  op: string,
  dims: number,
  inChannels: number,
  outChannels: number,
  kernelSize: PerDim,
  groups: number,
): Channels {
  checkSizes(op, { inChannels, outChannels, groups })
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new ArgumentError(
      `${op}: channels must be divisible by groups ${groups}: got ${inChannels} in and ${outChannels} out.`,
    )
  }
  return { inChannels, outChannels, kernelSize: perDim(op, 'kernelSize', kernelSize, dims, 1), groups }
}

abstract class Conv extends Convolution {
  readonly stride: readonly number[]
  readonly padding: readonly number[] | 'same' | 'valid'
  readonly dilation: readonly number[]

  constructor(
    op: string,
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: PerDim,
    { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, ...options }: ConvLayerOptions,
  ) {
    const channels = channelsOf(op, dims, inChannels, outChannels, kernelSize, groups)
    super(channels, [outChannels, inChannels / groups], bias, options)
    this.stride = perDim(op, 'stride', stride, dims, 1)
    this.padding = typeof padding === 'string' ? padding : perDim(op, 'padding', padding, dims, 0)
    this.dilation = perDim(op, 'dilation', dilation, dims, 1)
  }
}

abstract class ConvTranspose extends Convolution {
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly outputPadding: readonly number[]
  readonly dilation: readonly number[]

  constructor(
    op: string,
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: PerDim,
    options: ConvTransposeLayerOptions,
  ) {
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1, bias = true, ...rest } = options
    const channels = channelsOf(op, dims, inChannels, outChannels, kernelSize, groups)
    super(channels, [inChannels, outChannels / groups], bias, rest)
    this.stride = perDim(op, 'stride', stride, dims, 1)
    this.padding = perDim(op, 'padding', padding, dims, 0)
    this.outputPadding = perDim(op, 'outputPadding', outputPadding, dims, 0)
    this.dilation = perDim(op, 'dilation', dilation, dims, 1)
  }
}

/**
 * Slides learned windows over a sequence: see `functional.conv1d`.
 *
 * Shapes: [N, inChannels, L] or [inChannels, L] -> [N, outChannels, L']; weight [outChannels, inChannels / groups, *kernelSize],
 * bias [outChannels]. After `manualSeed` the initial numbers are PyTorch's.
 * @throws ArgumentError for sizes out of range, or channels that the groups do not divide
 * @example
 * ```ts
 * new Conv1d(3, 8, 5).forward(zeros(2, 3, 20)).shape // -> [2, 8, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv1d.html; padding is with zeros only
 */
export class Conv1d extends Conv {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvLayerOptions = {}) {
    super('Conv1d', 1, inChannels, outChannels, kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, this)
  }
}

/**
 * Slides learned windows over images: see `functional.conv2d`.
 *
 * Shapes: [N, inChannels, H, W] or [inChannels, H, W] -> [N, outChannels, H', W']; weight [outChannels, inChannels / groups, *kernelSize],
 * bias [outChannels]. After `manualSeed` the initial numbers are PyTorch's.
 * @throws ArgumentError for sizes out of range, or channels that the groups do not divide
 * @example
 * ```ts
 * new Conv2d(3, 8, 3, { padding: 1, stride: 2 }).forward(zeros(2, 3, 32, 32)).shape // -> [2, 8, 16, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html; padding is with zeros only
 */
export class Conv2d extends Conv {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvLayerOptions = {}) {
    super('Conv2d', 2, inChannels, outChannels, kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this)
  }
}

/**
 * Slides learned windows over volumes: see `functional.conv3d`.
 *
 * Shapes: [N, inChannels, D, H, W] or [inChannels, D, H, W] -> [N, outChannels, D', H', W']; weight [outChannels, inChannels / groups, *kernelSize],
 * bias [outChannels]. After `manualSeed` the initial numbers are PyTorch's.
 * @throws ArgumentError for sizes out of range, or channels that the groups do not divide
 * @example
 * ```ts
 * new Conv3d(1, 4, 2).forward(zeros(1, 1, 4, 4, 4)).shape // -> [1, 4, 3, 3, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv3d.html; padding is with zeros only
 */
export class Conv3d extends Conv {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvLayerOptions = {}) {
    super('Conv3d', 3, inChannels, outChannels, kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return conv3d(x, this.weight, this)
  }
}

/**
 * Spreads each element of a sequence over a learned window: see `functional.convTranspose1d`.
 *
 * Shapes: [N, inChannels, L] or [inChannels, L] -> [N, outChannels, L']; weight [inChannels, outChannels / groups, *kernelSize],
 * bias [outChannels]. After `manualSeed` the initial numbers are PyTorch's.
 * @throws ArgumentError for sizes out of range, or channels that the groups do not divide
 * @example
 * ```ts
 * new ConvTranspose1d(3, 8, 4, { stride: 2 }).forward(zeros(2, 3, 5)).shape // -> [2, 8, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
 */
export class ConvTranspose1d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvTransposeLayerOptions = {}) {
    super('ConvTranspose1d', 1, inChannels, outChannels, kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return convTranspose1d(x, this.weight, this)
  }
}

/**
 * Spreads each element of images over a learned window: see `functional.convTranspose2d`.
 *
 * Shapes: [N, inChannels, H, W] or [inChannels, H, W] -> [N, outChannels, H', W']; weight [inChannels, outChannels / groups, *kernelSize],
 * bias [outChannels]. After `manualSeed` the initial numbers are PyTorch's.
 * @throws ArgumentError for sizes out of range, or channels that the groups do not divide
 * @example
 * ```ts
 * new ConvTranspose2d(8, 3, 2, { stride: 2 }).forward(zeros(2, 8, 16, 16)).shape // -> [2, 3, 32, 32]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 */
export class ConvTranspose2d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvTransposeLayerOptions = {}) {
    super('ConvTranspose2d', 2, inChannels, outChannels, kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this)
  }
}

/**
 * Spreads each element of volumes over a learned window: see `functional.convTranspose3d`.
 *
 * Shapes: [N, inChannels, D, H, W] or [inChannels, D, H, W] -> [N, outChannels, D', H', W']; weight [inChannels, outChannels / groups, *kernelSize],
 * bias [outChannels]. After `manualSeed` the initial numbers are PyTorch's.
 * @throws ArgumentError for sizes out of range, or channels that the groups do not divide
 * @example
 * ```ts
 * new ConvTranspose3d(1, 4, 2).forward(zeros(1, 1, 3, 3, 3)).shape // -> [1, 4, 4, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose3d.html
 */
export class ConvTranspose3d extends ConvTranspose {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvTransposeLayerOptions = {}) {
    super('ConvTranspose3d', 3, inChannels, outChannels, kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return convTranspose3d(x, this.weight, this)
  }
}
