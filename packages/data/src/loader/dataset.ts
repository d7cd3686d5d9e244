import {
  ArgumentError,
  type Generator,
  IndexError,
  type Tensor,
  defaultGenerator,
  formatShape,
  fromData,
  randperm,
} from '@metagrad/tensor'

/**
 * Samples by position. What `get` gives may be a promise; such a dataset is iterated with `for await`.
 *
 * Arrays are datasets too, wherever one is asked for.
 * @see https://pytorch.org/docs/stable/data.html#map-style-datasets
 */
export interface Dataset<Sample> {
  readonly length: number
  /** The sample at a position in [0, length). */
  get(index: number): Sample
  /** The batch of several positions at once, as collating their samples would give it; for datasets that can do it faster. */
  getBatch?(indices: readonly number[]): unknown
}

/** Samples one after another, each time it is iterated. @see https://pytorch.org/docs/stable/data.html#iterable-style-datasets */
export type IterableDataset<Sample> = Iterable<Sample> | AsyncIterable<Sample>

/** A dataset, or an array as one. */
export type MapDataset<Sample> = Dataset<Sample> | readonly Sample[]

export function sampleAt<Sample>(dataset: MapDataset<Sample>, index: number): Sample {
  checkIndex('dataset.get', index, dataset.length)
  return 'get' in dataset ? dataset.get(index) : dataset[index]!
}

/** @throws IndexError */
export function checkIndex(op: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return
  throw new IndexError(`${op}: position ${index} is out of range for ${length} samples.`)
}

/**
 * The rows of tensors, side by side. A batch is one `indexSelect` per tensor.
 *
 * @throws ArgumentError for no tensors, for 0-d ones, or if they differ in their first size
 * @example
 * ```ts
 * const data = new TensorDataset(tensor([[1, 2], [3, 4]]), tensor([0, 1]))
 * data.get(1).map((row) => row.tolistSync()) // -> [[3, 4], 1]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
 */
export class TensorDataset<Tensors extends readonly Tensor[]> implements Dataset<Tensors> {
  readonly tensors: Tensors
  readonly length: number

  constructor(...tensors: Tensors) {
    const [first] = tensors
    if (first === undefined) throw new ArgumentError('TensorDataset: needs at least one tensor, got none.')
    if (tensors.some(({ ndim }) => ndim === 0)) {
      throw new ArgumentError('TensorDataset: a 0-d tensor has no rows. Use x.reshape(-1).')
    }
    const odd = tensors.find(({ shape }) => shape[0] !== first.shape[0])
    if (odd !== undefined) {
      throw new ArgumentError(
        `TensorDataset: tensors differ in their first size: ${formatShape(first.shape)} vs ${formatShape(odd.shape)}.`,
      )
    }
    this.tensors = tensors
    this.length = first.shape[0]!
  }

  get(index: number): Tensors {
    checkIndex('TensorDataset.get', index, this.length)
    return this.tensors.map((x) => x.select(0, index)) as readonly Tensor[] as Tensors
  }

  getBatch(indices: readonly number[]): Tensors {
    const { device } = this.tensors[0]!
    const index = fromData(Int32Array.from(indices), [indices.length], 'int32', device)
    const rows = this.tensors.map((x) => x.indexSelect(0, x.device === device ? index : index.to(x.device)))
    return rows as readonly Tensor[] as Tensors
  }
}

/** Some positions of a dataset, in the order given. @see https://pytorch.org/docs/stable/data.html#torch.utils.data.Subset */
export class Subset<Sample> implements Dataset<Sample> {
  readonly dataset: MapDataset<Sample>
  readonly indices: readonly number[]
  /** There if the dataset has it. */
  declare readonly getBatch?: (indices: readonly number[]) => unknown

  /** @throws IndexError for positions that the dataset does not have */
  constructor(dataset: MapDataset<Sample>, indices: Iterable<number>) {
    this.dataset = dataset
    this.indices = [...indices]
    for (const index of this.indices) checkIndex('Subset', index, dataset.length)
    if ('get' in dataset && dataset.getBatch !== undefined) {
      this.getBatch = (positions) => dataset.getBatch?.(positions.map((position) => this.#indexOf(position)))
    }
  }

  get length(): number {
    return this.indices.length
  }

  get(index: number): Sample {
    return sampleAt(this.dataset, this.#indexOf(index))
  }

  #indexOf(position: number): number {
    checkIndex('Subset.get', position, this.length)
    return this.indices[position]!
  }
}

/** Datasets end to end. @see https://pytorch.org/docs/stable/data.html#torch.utils.data.ConcatDataset */
export class ConcatDataset<Sample> implements Dataset<Sample> {
  readonly datasets: readonly MapDataset<Sample>[]
  /** Where each dataset ends. */
  readonly #ends: readonly number[]

  constructor(datasets: Iterable<MapDataset<Sample>>) {
    this.datasets = [...datasets]
    if (this.datasets.length === 0) throw new ArgumentError('ConcatDataset: needs at least one dataset, got none.')
    let end = 0
    this.#ends = this.datasets.map(({ length }) => (end += length))
  }

  get length(): number {
    return this.#ends.at(-1)!
  }

  get(index: number): Sample {
    checkIndex('ConcatDataset.get', index, this.length)
    const at = this.#ends.findIndex((end) => index < end)
    return sampleAt(this.datasets[at]!, index - (this.#ends[at - 1] ?? 0))
  }
}

export interface RandomSplitOptions {
  /** Defaults to the process-wide generator that `manualSeed` sets. */
  readonly generator?: Generator
}

/**
 * Parts of a dataset, drawn at random without overlap; PyTorch's parts for the same seed.
 *
 * @param lengths - sizes that add up to the dataset's, or fractions that add up to 1 (sizes are rounded down, what is left
 * over goes to the first parts, one each)
 * @throws ArgumentError for lengths that do not add up
 * @example
 * ```ts
 * const parts = randomSplit(['a', 'b', 'c', 'd', 'e'], [0.8, 0.2], { generator: new Generator(42) })
 * parts.map(({ length }) => length) // -> [4, 1]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.random_split
 */
export function randomSplit<Sample>(
  dataset: MapDataset<Sample>,
  lengths: readonly number[],
  { generator = defaultGenerator }: RandomSplitOptions = {},
): Subset<Sample>[] {
  const sizes = splitSizes(dataset.length, lengths)
  const order = permutation(dataset.length, generator)
  let start = 0
  return sizes.map((size) => new Subset(dataset, order.subarray(start, (start += size))))
}

function splitSizes(total: number, lengths: readonly number[]): readonly number[] {
  const sum = lengths.reduce((a, b) => a + b, 0)
  const areSizes = lengths.every((length) => Number.isInteger(length) && length >= 0)
  if (areSizes && sum === total) return lengths
  const areFractions = lengths.every((length) => length >= 0 && length <= 1) && Math.abs(sum - 1) < 1e-9
  if (!areFractions) {
    throw new ArgumentError(
      `randomSplit: lengths must add up to ${total}, or fractions to 1, got ${lengths.join(' + ')} = ${sum}.`,
    )
  }
  const sizes = lengths.map((length) => Math.floor(total * length))
  const left = total - sizes.reduce((a, b) => a + b, 0)
  return sizes.map((size, i) => size + Math.floor(left / sizes.length) + (i < left % sizes.length ? 1 : 0))
}

/** 0 to n - 1 in random order. */
export function permutation(n: number, generator: Generator): Int32Array {
  return randperm(n, { generator, dtype: 'int32' }).dataSync() as Int32Array
}
