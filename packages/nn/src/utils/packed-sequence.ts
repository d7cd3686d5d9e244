import type { Device, DType, Tensor } from '@metagrad/tensor'
import { ArgumentError, ShapeError, cat, formatShape, sameShape, tensor } from '@metagrad/tensor'

/** Numbers of steps per sequence: plain numbers, or a 1-d tensor of ints on a device that can be read at once. */
export type Lengths = readonly number[] | Tensor

/**
 * Sequences of different lengths without padding: first all first steps, then all second steps, and so on, the longest sequence first.
 *
 * `packSequence` and `packPaddedSequence` make it; recurrent layers take and return it.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.PackedSequence.html; sizes and orders are plain numbers here
 */
export class PackedSequence {
  /** [all steps of all sequences, ...] */
  readonly data: Tensor
  /** How many sequences have a first step, a second step, ...: never rising. */
  readonly batchSizes: readonly number[]
  /** Which sequence stands at each place, if they were sorted. */
  readonly sortedIndices: readonly number[] | undefined

  /** @throws ArgumentError if batchSizes is empty or rises, ShapeError if it does not add up to the rows of `data` */
  constructor(data: Tensor, batchSizes: readonly number[], sortedIndices?: readonly number[]) {
    const sound = batchSizes.every(
      (size, t) => Number.isInteger(size) && size > 0 && size <= batchSizes[Math.max(0, t - 1)]!,
    )
    if (batchSizes.length === 0 || !sound) {
      throw new ArgumentError(
        `PackedSequence: batchSizes must be whole numbers > 0 that never rise, got [${batchSizes.join(', ')}].`,
      )
    }
    const rows = batchSizes.reduce((sum, size) => sum + size, 0)
    if (data.ndim === 0 || data.shape[0] !== rows) {
      throw new ShapeError(
        `PackedSequence: batchSizes must add up to the first size of data: got ${rows} for ${formatShape(data.shape)}.`,
      )
    }
    this.data = data
    this.batchSizes = [...batchSizes]
    this.sortedIndices = sortedIndices === undefined ? undefined : checkedOrder(sortedIndices, batchSizes[0]!)
  }

  /** At which place each sequence stands, if they were sorted. */
  get unsortedIndices(): readonly number[] | undefined {
    return this.sortedIndices && inverse(this.sortedIndices)
  }

  /** The number of steps of each sequence, in the original order. */
  get lengths(): number[] {
    const places = this.unsortedIndices ?? Array.from({ length: this.batchSizes[0]! }, (_, i) => i)
    return places.map((place) => this.batchSizes.filter((size) => size > place).length)
  }

  /** The same sequences with other contents, row by row: `packed.withData(relu(packed.data))`. */
  withData(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.batchSizes, this.sortedIndices)
  }

  /** Moves the data to a dtype, a device, or both. */
  to(target: DType | Device): PackedSequence {
    return this.withData(this.data.to(target))
  }
}

/** Where each index of a permutation stands. */
function inverse(order: readonly number[]): number[] {
  const places = Array.from(order, () => 0)
  for (const [place, index] of order.entries()) places[index] = place
  return places
}

/** @throws ArgumentError unless each sequence occurs once */
function checkedOrder(order: readonly number[], count: number): number[] {
  const sorted = order.toSorted((a, b) => a - b)
  if (order.length !== count || sorted.some((index, i) => index !== i)) {
    throw new ArgumentError(
      `PackedSequence: sortedIndices must hold 0 to ${count - 1} once each, got [${order.join(', ')}].`,
    )
  }
  return [...order]
}

/** Rows of `x` in another order; gradients flow back. */
export function rowsOf(x: Tensor, indices: readonly number[], dim = 0): Tensor {
  return x.indexSelect(dim, tensor([...indices], { dtype: 'int32', device: x.device }))
}

export interface PackOptions {
  /** Whether the lengths must fall already; true by default. Otherwise the sequences are sorted, and put back later. */
  readonly enforceSorted?: boolean
}

function checkedLengths(op: string, lengths: Lengths, count: number): number[] {
  const list = 'dataSync' in lengths ? Array.from(lengths.dataSync(), Number) : [...lengths]
  if (list.length !== count) {
    throw new ArgumentError(`${op}: needs one length per sequence: got ${list.length} for ${count} sequences.`)
  }
  const wrong = list.find((length) => !Number.isInteger(length) || length < 1)
  if (wrong === undefined && count > 0) return list
  throw new ArgumentError(
    count === 0
      ? `${op}: needs at least one sequence, got none.`
      : `${op}: lengths must be whole numbers >= 1, got ${String(wrong)}. Leave out empty sequences.`,
  )
}

/**
 * Packs the rows of a flat tensor.
 *
 * @param rowAt the row of step t of sequence i
 */
function pack(
  op: string,
  rows: Tensor,
  lengths: readonly number[],
  rowAt: (t: number, i: number) => number,
  { enforceSorted = true }: PackOptions,
): PackedSequence {
  const order = Array.from(lengths, (_, i) => i)
  if (!enforceSorted) order.sort((a, b) => lengths[b]! - lengths[a]!)
  else if (lengths.some((length, i) => length > (lengths[i - 1] ?? Infinity))) {
    throw new ArgumentError(
      `${op}: lengths must fall: got [${lengths.join(', ')}]. Sort the sequences, or pass { enforceSorted: false }.`,
    )
  }
  const steps = Array.from({ length: lengths[order[0]!]! }, (_, t) => order.filter((i) => lengths[i]! > t))
  const data = rowsOf(rows, steps.flatMap((present, t) => present.map((i) => rowAt(t, i)))) // prettier-ignore
  return new PackedSequence(data, steps.map((present) => present.length), enforceSorted ? undefined : order) // prettier-ignore
}

export interface PackPaddedOptions extends PackOptions {
  /** Whether the batch comes before the time; false by default. */
  readonly batchFirst?: boolean
}

/**
 * Takes the padding out of a batch of sequences. Gradients flow back to all but the padding.
 *
 * Shapes: x [time, batch, ...], or [batch, time, ...] with `batchFirst`; a length from 1 to time per sequence.
 * @throws ArgumentError for lengths that are out of range, too few, or (unless `enforceSorted` is false) rise
 * @example
 * ```ts
 * const packed = packPaddedSequence(tensor([[1, 2, 3], [4, 0, 0]]), [3, 1], { batchFirst: true })
 * packed.data.tolistSync() // -> [1, 4, 2, 3]
 * packed.batchSizes // -> [2, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html
 */
export function packPaddedSequence(
  x: Tensor,
  lengths: Lengths,
  { batchFirst = false, ...options }: PackPaddedOptions = {},
): PackedSequence {
  const op = 'packPaddedSequence'
  if (x.ndim < 2) {
    throw new ShapeError(
      `${op}: needs ${batchFirst ? '[batch, time, ...]' : '[time, batch, ...]'}, got ${formatShape(x.shape)}.`,
    )
  }
  const [time, batch] = batchFirst ? [x.size(1), x.size(0)] : [x.size(0), x.size(1)]
  const list = checkedLengths(op, lengths, batch)
  const longest = Math.max(...list)
  if (longest > time) throw new ArgumentError(`${op}: a length exceeds the time: got ${longest} vs ${time} steps.`)
  const rowAt = batchFirst ? (t: number, i: number) => i * time + t : (t: number, i: number) => t * batch + i
  return pack(op, x.flatten(0, 1), list, rowAt, options)
}

/**
 * Packs a list of sequences. Gradients flow back into each.
 *
 * Shapes: tensors [length, ...] that differ in their first size only.
 * @throws ArgumentError for an empty list or empty sequences, and (unless `enforceSorted` is false) if lengths rise; ShapeError
 * @example
 * ```ts
 * packSequence([tensor([1, 2, 3]), tensor([4])]).data.tolistSync() // -> [1, 4, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_sequence.html
 */
export function packSequence(sequences: readonly Tensor[], options: PackOptions = {}): PackedSequence {
  for (const { shape } of sequences) {
    if (shape.length > 0 && sameShape(shape.slice(1), sequences[0]!.shape.slice(1))) continue
    throw new ShapeError(
      `packSequence: sequences may differ in their first size only: got ${formatShape(sequences[0]!.shape)} and ${formatShape(shape)}.`,
    )
  }
  const lengths = checkedLengths(
    'packSequence',
    sequences.map((sequence) => sequence.size(0)),
    sequences.length,
  )
  let end = 0
  const starts = lengths.map((length) => (end += length) - length)
  return pack('packSequence', cat(sequences), lengths, (t, i) => starts[i]! + t, options)
}

export interface PadPackedOptions {
  /** Whether the batch comes before the time; false by default. */
  readonly batchFirst?: boolean
  /** What fills the room; 0 by default. */
  readonly paddingValue?: number
  /** How many steps the result has; the longest sequence by default. */
  readonly totalLength?: number
}

/**
 * Undoes packing: the padded batch in its original order, and the lengths. Gradients flow back into the packed data.
 *
 * Shapes: -> [time, batch, ...], or [batch, time, ...] with `batchFirst`.
 * @throws ArgumentError if totalLength is shorter than the longest sequence
 * @example
 * ```ts
 * const packed = packSequence([tensor([4]), tensor([1, 2, 3])], { enforceSorted: false })
 * const [padded, lengths] = padPackedSequence(packed, { batchFirst: true })
 * padded.tolistSync() // -> [[4, 0, 0], [1, 2, 3]]
 * lengths // -> [1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_packed_sequence.html; the lengths are plain numbers here
 */
export function padPackedSequence(
  packed: PackedSequence,
  { batchFirst = false, paddingValue = 0, totalLength }: PadPackedOptions = {},
): [padded: Tensor, lengths: number[]] {
  const { data, batchSizes, lengths } = packed
  const time = totalLength ?? batchSizes.length
  if (!Number.isInteger(time) || time < batchSizes.length) {
    throw new ArgumentError(
      `padPackedSequence: totalLength must reach the longest sequence: got ${String(time)} vs ${batchSizes.length} steps.`,
    )
  }
  const batch = batchSizes[0]!
  const places = packed.unsortedIndices ?? Array.from({ length: batch }, (_, i) => i)
  const padding = data.size(0)
  let end = 0
  const starts = batchSizes.map((size) => (end += size) - size)
  const rowAt = (t: number, i: number): number =>
    places[i]! < (batchSizes[t] ?? 0) ? starts[t]! + places[i]! : padding
  const shape = batchFirst ? [batch, time] : [time, batch]
  const rows = Array.from({ length: batch * time }, (_, at) =>
    batchFirst ? rowAt(at % time, Math.floor(at / time)) : rowAt(Math.floor(at / batch), at % batch),
  )
  const rest = data.shape.slice(1)
  const padded = rowsOf(cat([data, data.newFull([1, ...rest], paddingValue)]), rows)
  return [padded.reshape([...shape, ...rest]), lengths]
}

/**
 * Undoes packing: each sequence by itself, in the original order.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpack_sequence.html
 */
export function unpackSequence(packed: PackedSequence): Tensor[] {
  const [padded, lengths] = padPackedSequence(packed, { batchFirst: true })
  return unpadSequence(padded, lengths, { batchFirst: true })
}

/**
 * Undoes padding: each sequence by itself.
 *
 * Shapes: [time, batch, ...], or [batch, time, ...] with `batchFirst` -> `batch` tensors [length, ...].
 * @throws ArgumentError for lengths that are out of range or too few
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.unpad_sequence.html
 */
export function unpadSequence(
  padded: Tensor,
  lengths: Lengths,
  { batchFirst = false }: { readonly batchFirst?: boolean } = {},
): Tensor[] {
  if (padded.ndim < 2) throw new ShapeError(`unpadSequence: needs 2 dims or more, got ${formatShape(padded.shape)}.`)
  const sequences = padded.unbind(batchFirst ? 0 : 1)
  return checkedLengths('unpadSequence', lengths, sequences.length).map((length, i) =>
    sequences[i]!.narrow(0, 0, length),
  )
}
