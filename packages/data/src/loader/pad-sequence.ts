import { ArgumentError, ShapeError, type Tensor, cat, formatShape, sameShape, stack } from '@metagrad/tensor'

export interface PadSequenceOptions {
  /** Whether the batch comes first in the result, before the time. Default false. */
  readonly batchFirst?: boolean
  /** What fills the room. Default 0. */
  readonly paddingValue?: number
  /** Which end is filled. Default 'right'. */
  readonly paddingSide?: 'left' | 'right'
}

/**
 * Sequences of different lengths as one tensor, filled up to the longest. Gradients flow back into each.
 *
 * Shapes: k tensors [length, ...] -> [longest, k, ...], or [k, longest, ...] with `batchFirst`.
 * @throws ArgumentError for an empty list
 * @throws ShapeError for 0-d tensors, or if they differ in more than their length
 * @example
 * ```ts
 * padSequence([tensor([1, 2, 3]), tensor([4])], { batchFirst: true }).tolistSync() // -> [[1, 2, 3], [4, 0, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
 */
export function padSequence(
  sequences: readonly Tensor[],
  { batchFirst = false, paddingValue = 0, paddingSide = 'right' }: PadSequenceOptions = {},
): Tensor {
  const [first] = sequences
  if (first === undefined) throw new ArgumentError('padSequence: needs at least one sequence, got none.')
  const rest = first.shape.slice(1)
  for (const { shape } of sequences) {
    if (shape.length > 0 && sameShape(shape.slice(1), rest)) continue
    throw new ShapeError(
      `padSequence: sequences may differ in their first size only: got ${formatShape(first.shape)} and ${formatShape(shape)}.`,
    )
  }
  const longest = Math.max(...sequences.map(({ shape }) => shape[0]!))
  const padded = sequences.map((sequence) => {
    const room = longest - sequence.shape[0]!
    if (room === 0) return sequence
    const padding = sequence.newFull([room, ...rest], paddingValue)
    return cat(paddingSide === 'right' ? [sequence, padding] : [padding, sequence])
  })
  return stack(padded, batchFirst ? 0 : 1)
}
