import type { Shape, Tensor, TensorOptions } from '@metagrad/tensor'
import { ShapeError, empty, formatShape, sameShape } from '@metagrad/tensor'
import { checkSizes } from '../check.ts'
import { embedding, paddingRow } from '../functional/embedding.ts'
import type { InitOptions } from '../init.ts'
import { normal_ } from '../init.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'
import type { LayerOptions } from './linear.ts'

export interface EmbeddingOptions extends LayerOptions {
  /** A row that begins as 0 and is not learned. Negative values count from the end. */
  readonly paddingIdx?: number
  /** Rows to begin with, [numEmbeddings, embeddingDim], shared and not drawn. */
  readonly weight?: Tensor
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
    { paddingIdx, weight, generator, ...options }: EmbeddingOptions = {},
  ) {
    super()
    checkSizes('Embedding', { numEmbeddings, embeddingDim })
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    this.paddingIdx = paddingIdx === undefined ? undefined : paddingRow('Embedding', paddingIdx, numEmbeddings)
    const shape = [numEmbeddings, embeddingDim]
    if (weight !== undefined && !sameShape(weight.shape, shape)) {
      throw new ShapeError(
        `Embedding: weight has the wrong shape: ${formatShape(weight.shape)} vs ${formatShape(shape)}.`,
      )
    }
    this.weight = new Parameter(weight ?? drawn(shape, this.paddingIdx, options, generator && { generator }))
  }

  /** An embedding of given rows [numEmbeddings, embeddingDim]. */
  static fromPretrained(weight: Tensor, { freeze = true, ...options }: PretrainedOptions = {}): Embedding {
    if (weight.ndim !== 2) {
      throw new ShapeError(
        `Embedding: the rows must be [numEmbeddings, embeddingDim], got ${formatShape(weight.shape)}.`,
      )
    }
    const result = new Embedding(weight.size(0), weight.size(1), { ...options, weight })
    result.weight.requiresGrad = !freeze
    return result
  }

  forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight, this.paddingIdx === undefined ? {} : { paddingIdx: this.paddingIdx })
  }
}

/** Rows of N(0, 1), and the padding row 0. */
function drawn(shape: Shape, padding: number | undefined, options: TensorOptions, random: InitOptions = {}): Tensor {
  const rows = normal_(empty(shape, options), 0, 1, random)
  if (padding !== undefined) rows.select(0, padding).zero_()
  return rows
}
