import type { Device, DType, Generator, Tensor } from '@metagrad/tensor'
import { empty } from '@metagrad/tensor'
import { checkChoice, checkSizes } from '../check.ts'
import { linear } from '../functional/linear.ts'
import { kaimingNormal_, kaimingUniform_, uniform_, zeros_ } from '../init.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'

/** What the constructors of all layers with parameters take. */
export interface LayerOptions {
  readonly dtype?: DType
  readonly device?: Device
  /** Draws the initial weights; the process-wide one that `manualSeed` sets, if left out. */
  readonly generator?: Generator
}

/**
 * How a `Linear` begins: 'pytorch' uniform in +-1 / sqrt(in), weight and bias; 'metagrad' weights normal with standard deviation
 * sqrt(2 / in), which suits ReLU, and bias 0; 'zeros' all 0.
 */
export type LinearInit = 'pytorch' | 'metagrad' | 'zeros'

export interface LinearOptions extends LayerOptions {
  /** Whether an offset is learned too; true by default. */
  readonly bias?: boolean
  readonly init?: LinearInit
}

type Initialise = (weight: Tensor, bias: Tensor | undefined, random: { readonly generator?: Generator }) => void

const initialisations: { readonly [I in LinearInit]: Initialise } = {
  pytorch(weight, bias, random) {
    // The slope sqrt(5) makes the bound 1 / sqrt(in), rounded as PyTorch rounds it.
    kaimingUniform_(weight, { a: Math.sqrt(5), ...random })
    const bound = 1 / Math.sqrt(weight.size(1))
    if (bias !== undefined) uniform_(bias, -bound, bound, random)
  },
  metagrad(weight, bias, random) {
    kaimingNormal_(weight, { nonlinearity: 'relu', ...random })
    if (bias !== undefined) zeros_(bias)
  },
  zeros(weight, bias) {
    zeros_(weight)
    if (bias !== undefined) zeros_(bias)
  },
}

/**
 * x weight^T + bias: each output is a weighted sum of the inputs.
 *
 * Shapes: [..., inFeatures] -> [..., outFeatures]; weight [outFeatures, inFeatures], bias [outFeatures].
 * After `manualSeed` the initial numbers are PyTorch's.
 * @throws ArgumentError for sizes that are no positive whole numbers
 * @example
 * ```ts
 * new Linear(3, 4).forward(zeros(2, 3)).shape // -> [2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
export class Linear extends Module {
  readonly inFeatures: number
  readonly outFeatures: number
  readonly weight: Parameter
  readonly bias: Parameter | undefined

  constructor(
    inFeatures: number,
    outFeatures: number,
    { bias = true, init = 'pytorch', generator, ...options }: LinearOptions = {},
  ) {
    super()
    checkSizes('Linear', { inFeatures, outFeatures })
    checkChoice('Linear', 'init', init, Object.keys(initialisations))
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    this.weight = new Parameter(empty([outFeatures, inFeatures], options))
    this.bias = bias ? new Parameter(empty([outFeatures], options)) : undefined
    initialisations[init](this.weight, this.bias, generator === undefined ? {} : { generator })
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias)
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, bias=${this.bias !== undefined}`
  }
}
