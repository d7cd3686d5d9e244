import { ArgumentError, Generator, defaultGenerator, multinomial, randint, tensor } from '@metagrad/tensor'
import { permutation } from './dataset.ts'

/** Positions of a dataset, in an order that may differ each time it is iterated. */
export interface Sampler<Position = number> extends Iterable<Position> {
  readonly length: number
}

interface Sized {
  readonly length: number
}

export interface GeneratorOption {
  /** Defaults to the process-wide generator that `manualSeed` sets. */
  readonly generator?: Generator
}

const checkCount = (op: string, name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ArgumentError(`${op}: ${name} must be a whole number > 0, got ${value}.`)
  }
}

/** A random int64 >= 0, as PyTorch draws the seeds of a loader. */
export const drawSeed = (generator: Generator): bigint => generator.uint64() & (2n ** 63n - 1n)

/** 0, 1, 2, ... @see https://pytorch.org/docs/stable/data.html#torch.utils.data.SequentialSampler */
export class SequentialSampler implements Sampler {
  readonly #source: Sized

  constructor(source: Sized) {
    this.#source = source
  }

  get length(): number {
    return this.#source.length
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.#source.length; i++) yield i
  }
}

export interface RandomSamplerOptions extends GeneratorOption {
  /** Whether a position may come again before all others have come. Default false. */
  readonly replacement?: boolean
  /** Default as many as the source has. */
  readonly numSamples?: number
}

/**
 * All positions in random order; PyTorch's order for the same seed.
 *
 * Without a generator of its own, each iteration seeds a fresh one with a draw from the default generator.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler
 */
export class RandomSampler implements Sampler {
  readonly #source: Sized
  readonly #options: RandomSamplerOptions

  /** @throws ArgumentError for a count that is none */
  constructor(source: Sized, options: RandomSamplerOptions = {}) {
    if (options.numSamples !== undefined) checkCount('RandomSampler', 'numSamples', options.numSamples)
    this.#source = source
    this.#options = options
  }

  get length(): number {
    return this.#options.numSamples ?? this.#source.length
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const { generator = new Generator(drawSeed(defaultGenerator)), replacement = false } = this.#options
    const n = this.#source.length
    if (n === 0) return
    // PyTorch draws whole blocks, of 32 or of n, and a last one even where nothing of it is needed.
    const block = replacement ? 32 : n
    const draw = (size: number): ArrayLike<number> =>
      replacement
        ? (randint(n, [size], { generator, dtype: 'int32' }).dataSync() as Int32Array)
        : permutation(n, generator)
    let left = this.length
    for (; left >= block; left -= block) yield* Array.from(draw(block))
    yield* Array.from(draw(left)).slice(0, left)
  }
}

/** The positions given, in random order. @see https://pytorch.org/docs/stable/data.html#torch.utils.data.SubsetRandomSampler */
export class SubsetRandomSampler implements Sampler {
  readonly indices: readonly number[]
  readonly #generator: Generator

  constructor(indices: Iterable<number>, { generator = defaultGenerator }: GeneratorOption = {}) {
    this.indices = [...indices]
    this.#generator = generator
  }

  get length(): number {
    return this.indices.length
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (const i of permutation(this.indices.length, this.#generator)) yield this.indices[i]!
  }
}

export interface WeightedRandomSamplerOptions extends GeneratorOption {
  /** Whether a position may be drawn more than once. Default true. */
  readonly replacement?: boolean
}

/**
 * Positions drawn with probabilities in proportion to their weights.
 *
 * @throws ArgumentError for a count that is none; when iterated, for weights that are negative or all 0
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler
 */
export class WeightedRandomSampler implements Sampler {
  readonly length: number
  readonly weights: readonly number[]
  readonly #options: WeightedRandomSamplerOptions

  constructor(weights: Iterable<number>, numSamples: number, options: WeightedRandomSamplerOptions = {}) {
    checkCount('WeightedRandomSampler', 'numSamples', numSamples)
    this.weights = [...weights]
    this.length = numSamples
    this.#options = options
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const { replacement = true, generator = defaultGenerator } = this.#options
    const weights = tensor(this.weights, { dtype: 'float64' })
    yield* Array.from(multinomial(weights, this.length, { replacement, generator }).dataSync(), Number)
  }
}

/**
 * The positions of a sampler in lists of `batchSize`; the last list may be shorter, or is left out with `dropLast`.
 *
 * @throws ArgumentError for a size that is none
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler
 */
export class BatchSampler implements Sampler<number[]> {
  readonly sampler: Sampler
  readonly batchSize: number
  readonly dropLast: boolean

  constructor(sampler: Sampler, batchSize: number, dropLast = false) {
    checkCount('BatchSampler', 'batchSize', batchSize)
    this.sampler = sampler
    this.batchSize = batchSize
    this.dropLast = dropLast
  }

  get length(): number {
    const whole = this.sampler.length / this.batchSize
    return this.dropLast ? Math.floor(whole) : Math.ceil(whole)
  }

  [Symbol.iterator](): IterableIterator<number[]> {
    return inBatches(this.sampler, this.batchSize, this.dropLast)
  }
}

/** Lists of `size` items; the last may be shorter. */
export function* inBatches<Item>(items: Iterable<Item>, size: number, dropLast: boolean): IterableIterator<Item[]> {
  let batch: Item[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0 && !dropLast) yield batch
}
