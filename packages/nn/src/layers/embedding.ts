import type { Tensor } from '@metagrad/tensor'
import { ShapeError, empty, formatShape } from '@metagrad/tensor'
import { noGrad } from '@metagrad/autograd'
import { checkSizes } from '../check.ts'
import { embedding, paddingRow } from '../functional/embedding.ts'
import { normal_ } from '../init.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'
import type { LayerOptions } from './linear.ts'

export interface EmbeddingOptions extends LayerOptions {
  /** A row that begins as 0 and is not learned. Negative values count from the end. */
  readonly paddingIdx?: number
}

/** What `Embedding.fromPretrained` takes. */
export interface PretrainedOptions {
  /** Whether the rows stay as they are; true by default. */
  readonly freeze?: boolean
  /** A row that is not learned; its values are kept. */
  readonly paddingIdx?: number
}

/**
 * A learned row of numbers for each index.
 *
 * Shapes: [...] of ints -> [..., embeddingDim]. The rows begin as N(0, 1); after `manualSeed` they are PyTorch's.
 * @throws ArgumentError, IndexError for a padding row that does not exist
 * @example
 * ```ts
 * new Embedding(10, 3).forward(tensor([[1, 2], [4, 5]], { dtype: 'int64' })).shape // -> [2, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 */
export class Embedding extends Module {
  readonly numEmbeddings: number
  readonly embeddingDim: number
  readonly paddingIdx: number | undefined
  readonly weight: Parameter

  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    { paddingIdx, generator, ...options }: EmbeddingOptions = {},
  ) {
    super()
    checkSizes('Embedding', { numEmbeddings, embeddingDim })
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    this.paddingIdx = paddingIdx === undefined ? undefined : paddingRow('Embedding', paddingIdx, numEmbeddings)
    this.weight = normal_(
      new Parameter(empty([numEmbeddings, embeddingDim], options)),
      0,
      1,
      generator && { generator },
    )
    const { paddingIdx: row } = this
    if (row !== undefined) noGrad(() => this.weight.select(0, row).zero_())
  }

  /** An embedding of given rows [numEmbeddings, embeddingDim]. */
  static fromPretrained(weight: Tensor, { freeze = true, ...options }: PretrainedOptions = {}): Embedding {
    if (weight.ndim !== 2) {
      throw new ShapeError(
        `Embedding: the rows must be [numEmbeddings, embeddingDim], got ${formatShape(weight.shape)}.`,
      )
    }
    const result = new Embedding(weight.size(0), weight.size(1), options)
    result.weight.setData(weight.detach()).requiresGrad = !freeze
    return result
  }

  forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight, this.paddingIdx === undefined ? {} : { paddingIdx: this.paddingIdx })
  }
}
