import { Tensor } from '@metagrad/tensor'
import * as binary from '../functional/losses/binary.ts'
import * as classification from '../functional/losses/classification.ts'
import * as likelihood from '../functional/losses/likelihood.ts'
import * as ranking from '../functional/losses/ranking.ts'
import type { ReductionOptions } from '../functional/losses/reduction.ts'
import * as regression from '../functional/losses/regression.ts'
import { Module } from '../module.ts'

/** A number that says how far tensors are from where they should be. */
export abstract class Loss<Inputs extends readonly Tensor[]> extends Module {
  abstract override forward(...inputs: Inputs): Tensor
}

type Pair = [input: Tensor, target: Tensor]

export type LossClass<Options, Inputs extends readonly Tensor[] = Pair> = new (options?: Options) => Loss<Inputs>

/** The class of a loss function: its options become properties, tensors among them buffers. */
/* @__NO_SIDE_EFFECTS__ */
function loss<Options extends object, Inputs extends readonly Tensor[]>(
  name: string,
  formula: (...args: [...Inputs, Options]) => Tensor,
): LossClass<Options, Inputs> {
  const Class = class extends Loss<Inputs> {
    readonly #names: readonly string[]

    constructor(options?: Options) {
      super()
      const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
      this.#names = given.map(([key]) => key)
      for (const [key, value] of given as [string, unknown][]) {
        if (value instanceof Tensor) this.registerBuffer(key, value)
        else Reflect.set(this, key, value)
      }
    }

    override forward(...inputs: Inputs): Tensor {
      // Read anew each time: `to` exchanges buffers.
      const options = {} as Options
      for (const key of this.#names) Reflect.set(options, key, Reflect.get(this, key))
      return formula(...inputs, options)
    }
  }
  Object.defineProperty(Class, 'name', { value: name })
  return Class
}

// Each is the function of its name in `functional`, which tells the formula and the options.
export const MSELoss: LossClass<ReductionOptions> = loss('MSELoss', regression.mseLoss)
export const L1Loss: LossClass<ReductionOptions> = loss('L1Loss', regression.l1Loss)
export const SmoothL1Loss: LossClass<regression.SmoothL1Options> = loss('SmoothL1Loss', regression.smoothL1Loss)
export const HuberLoss: LossClass<regression.HuberOptions> = loss('HuberLoss', regression.huberLoss)

export const BCELoss: LossClass<binary.BinaryCrossEntropyOptions> = loss('BCELoss', binary.binaryCrossEntropy)
export const BCEWithLogitsLoss: LossClass<binary.BinaryCrossEntropyWithLogitsOptions> = loss(
  'BCEWithLogitsLoss',
  binary.binaryCrossEntropyWithLogits,
)
export const SoftMarginLoss: LossClass<ReductionOptions> = loss('SoftMarginLoss', binary.softMarginLoss)
export const MultiLabelSoftMarginLoss: LossClass<binary.MultilabelOptions> = loss(
  'MultiLabelSoftMarginLoss',
  binary.multilabelSoftMarginLoss,
)

export const CrossEntropyLoss: LossClass<classification.CrossEntropyOptions> = loss(
  'CrossEntropyLoss',
  classification.crossEntropy,
)
export const NLLLoss: LossClass<classification.ClassOptions> = loss('NLLLoss', classification.nllLoss)
export const MultiMarginLoss: LossClass<classification.MultiMarginOptions> = loss(
  'MultiMarginLoss',
  classification.multiMarginLoss,
)

export const KLDivLoss: LossClass<likelihood.KLDivOptions> = loss('KLDivLoss', likelihood.klDiv)
export const PoissonNLLLoss: LossClass<likelihood.PoissonNLLOptions> = loss('PoissonNLLLoss', likelihood.poissonNllLoss)
export const GaussianNLLLoss: LossClass<
  likelihood.GaussianNLLOptions,
  [input: Tensor, target: Tensor, variance: Tensor]
> = loss('GaussianNLLLoss', likelihood.gaussianNllLoss)

export const HingeEmbeddingLoss: LossClass<ranking.MarginOptions> = loss(
  'HingeEmbeddingLoss',
  ranking.hingeEmbeddingLoss,
)
export const MarginRankingLoss: LossClass<ranking.MarginOptions, [input1: Tensor, input2: Tensor, target: Tensor]> =
  loss('MarginRankingLoss', ranking.marginRankingLoss)
export const CosineEmbeddingLoss: LossClass<ranking.MarginOptions, [input1: Tensor, input2: Tensor, target: Tensor]> =
  loss('CosineEmbeddingLoss', ranking.cosineEmbeddingLoss)
export const TripletMarginLoss: LossClass<
  ranking.TripletMarginOptions,
  [anchor: Tensor, positive: Tensor, negative: Tensor]
> = loss('TripletMarginLoss', ranking.tripletMarginLoss)
