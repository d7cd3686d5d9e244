import { ArgumentError, type Generator, defaultGenerator } from '@metagrad/tensor'
import type { Collated } from './collate.ts'
import { defaultCollate } from './collate.ts'
import type { IterableDataset, MapDataset } from './dataset.ts'
import { sampleAt } from './dataset.ts'
import type { Sampler } from './sampler.ts'
import { BatchSampler, RandomSampler, SequentialSampler, drawSeed, inBatches } from './sampler.ts'

export interface DataLoaderOptions<Sample, Batch> {
  /** Samples per batch. A whole number > 0, default 1. */
  readonly batchSize?: number
  /** Whether each pass has an order of its own. Default false. */
  readonly shuffle?: boolean
  /** Leave out the last batch if it is not full. Default false. */
  readonly dropLast?: boolean
  /** Makes a batch of samples. Default `defaultCollate`, or the dataset's own `getBatch`. */
  readonly collate?: (samples: Awaited<Sample>[]) => Batch
  /** The order of the samples, in place of `shuffle`. */
  readonly sampler?: Sampler
  /** The batches as lists of positions, in place of `batchSize`, `shuffle`, `dropLast` and `sampler`. */
  readonly batchSampler?: Sampler<readonly number[]>
  /** Where shuffling draws from; defaults to the process-wide generator that `manualSeed` sets. */
  readonly generator?: Generator
}

/**
 * Batches of a dataset, anew each time it is iterated: with `for`, or with `for await` where samples come as promises.
 *
 * With `shuffle` and the same seed the order is PyTorch's.
 * @throws ArgumentError for options out of range or in conflict
 * @example
 * ```ts
 * const dataset = new TensorDataset(rand([5, 3]), arange(5))
 * const loader = new DataLoader(dataset, { batchSize: 2, shuffle: true })
 * const sizes: number[] = []
 * for (const [inputs, targets] of loader) sizes.push(targets.numel)
 * sizes // -> [2, 2, 1]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader; there are no workers
 */
export class DataLoader<Sample, Batch = Collated<Awaited<Sample>>> {
  readonly dataset: MapDataset<Sample> | IterableDataset<Sample>
  readonly #options: DataLoaderOptions<Sample, Batch>
  /** Lists of positions; undefined where samples only come one after another. */
  readonly #batchSampler: Sampler<readonly number[]> | undefined

  constructor(dataset: MapDataset<Sample> | IterableDataset<Sample>, options: DataLoaderOptions<Sample, Batch> = {}) {
    checkOptions(options, isMapDataset(dataset))
    this.dataset = dataset
    this.#options = options
    this.#batchSampler = isMapDataset(dataset) ? batchSamplerOf(dataset, options) : undefined
  }

  /** Number of batches of a pass. @throws ArgumentError where the dataset does not know its length */
  get length(): number {
    if (this.#batchSampler !== undefined) return this.#batchSampler.length
    const { dataset } = this
    if (!('length' in dataset && typeof dataset.length === 'number')) {
      throw new ArgumentError('DataLoader.length: the dataset does not know its length. Give it a length property.')
    }
    const { batchSize = 1, dropLast = false } = this.#options
    return dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize)
  }

  /** @throws ArgumentError where samples come as promises */
  [Symbol.iterator](): IterableIterator<Sample extends Promise<unknown> ? never : Batch> {
    this.#drawBaseSeed()
    return this.#batches() as IterableIterator<Sample extends Promise<unknown> ? never : Batch>
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Batch> {
    this.#drawBaseSeed()
    return this.#asyncBatches()
  }

  /** PyTorch draws a seed for its workers before each pass, even if there are none. */
  #drawBaseSeed(): void {
    drawSeed(this.#options.generator ?? defaultGenerator)
  }

  *#batches(): IterableIterator<Batch> {
    if (!isMapDataset(this.dataset) && !(Symbol.iterator in this.dataset)) throw needsAwait()
    for (const batch of this.#fetched()) {
      if (!(batch instanceof Promise)) {
        yield batch
        continue
      }
      // Nobody will wait for it.
      batch.catch(() => undefined)
      throw needsAwait()
    }
  }

  async *#asyncBatches(): AsyncIterableIterator<Batch> {
    const { dataset } = this
    if (isMapDataset(dataset) || Symbol.iterator in dataset) {
      for (const batch of this.#fetched()) yield await batch
      return
    }
    const { batchSize = 1, dropLast = false } = this.#options
    let samples: Sample[] = []
    for await (const sample of dataset) {
      samples.push(sample)
      if (samples.length < batchSize) continue
      yield await this.#collate(samples)
      samples = []
    }
    if (samples.length > 0 && !dropLast) yield await this.#collate(samples)
  }

  /** Batches, or promises of them, of a dataset that is read synchronously. */
  *#fetched(): IterableIterator<Batch | Promise<Batch>> {
    const { dataset } = this
    const { batchSize = 1, dropLast = false, collate } = this.#options
    if (!isMapDataset(dataset)) {
      const samples = dataset as Iterable<Sample>
      for (const batch of inBatches(samples, batchSize, dropLast)) yield this.#collate(batch)
      return
    }
    for (const indices of this.#batchSampler!) {
      yield collate === undefined && 'get' in dataset && dataset.getBatch !== undefined
        ? (dataset.getBatch(indices) as Batch | Promise<Batch>)
        : this.#collate(indices.map((index) => sampleAt(dataset, index)))
    }
  }

  #collate(samples: Sample[]): Batch | Promise<Batch> {
    const collate = (this.#options.collate ?? defaultCollate) as (ready: Awaited<Sample>[]) => Batch
    return samples.some((sample) => sample instanceof Promise)
      ? Promise.all(samples).then(collate)
      : collate(samples as Awaited<Sample>[])
  }
}

function isMapDataset<Sample>(dataset: MapDataset<Sample> | IterableDataset<Sample>): dataset is MapDataset<Sample> {
  return Array.isArray(dataset) || ('get' in dataset && 'length' in dataset)
}

function batchSamplerOf<Sample, Batch>(
  dataset: MapDataset<Sample>,
  options: DataLoaderOptions<Sample, Batch>,
): Sampler<readonly number[]> {
  const { batchSize = 1, shuffle = false, dropLast = false, generator } = options
  if (options.batchSampler !== undefined) return options.batchSampler
  const ordered = shuffle
    ? new RandomSampler(dataset, generator === undefined ? {} : { generator })
    : new SequentialSampler(dataset)
  return new BatchSampler(options.sampler ?? ordered, batchSize, dropLast)
}

function checkOptions<Sample, Batch>(options: DataLoaderOptions<Sample, Batch>, hasPositions: boolean): void {
  const { batchSize = 1, shuffle = false, dropLast = false, sampler, batchSampler } = options
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new ArgumentError(`DataLoader: batchSize must be a whole number > 0, got ${batchSize}.`)
  }
  if (!hasPositions && (shuffle || sampler !== undefined || batchSampler !== undefined)) {
    throw new ArgumentError(
      'DataLoader: an iterable dataset has an order of its own. Leave out shuffle, sampler and batchSampler.',
    )
  }
  if (sampler !== undefined && shuffle) {
    throw new ArgumentError('DataLoader: sampler and shuffle exclude each other. Pass one of them.')
  }
  if (batchSampler !== undefined && (options.batchSize !== undefined || shuffle || sampler !== undefined || dropLast)) {
    throw new ArgumentError(
      'DataLoader: batchSampler decides alone. Leave out batchSize, shuffle, sampler and dropLast.',
    )
  }
}

function needsAwait(): ArgumentError {
  return new ArgumentError('DataLoader: the samples come as promises. Use for await (const batch of loader).')
}
