import { readFileSync } from 'node:fs'
import { Generator, Tensor, defaultGenerator, manualSeed, observe, randint, tensor } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import {
  BatchSampler,
  ConcatDataset,
  DataLoader,
  type Dataset,
  RandomSampler,
  SequentialSampler,
  Subset,
  SubsetRandomSampler,
  TensorDataset,
  WeightedRandomSampler,
  padSequence,
  randomSplit,
} from '../index.ts'

// Golden values from PyTorch; golden/loader.py writes them and says what is recorded.
interface Options {
  readonly shuffle?: boolean
  readonly batch_size?: number
  readonly drop_last?: boolean
  readonly num_samples?: number
  readonly replacement?: boolean
  readonly weights?: number[]
  readonly count?: number
  readonly indices?: number[]
}

interface Case {
  readonly kind: 'loader' | 'random' | 'weighted' | 'subset'
  readonly n: number
  readonly options: Options
  readonly seed: number
  readonly own: boolean
  readonly orders: (number | number[])[][]
  readonly after: number
  readonly afterDefault: number
}

interface Split {
  readonly seed: number
  readonly n: number
  readonly lengths: number[]
  readonly parts: number[][]
}

const golden: { readonly cases: Case[]; readonly splits: Split[] } = JSON.parse(
  readFileSync(new URL('../../golden/loader.json', import.meta.url), 'utf8'),
)

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

const kinds: {
  readonly [Kind in Case['kind']]: (
    item: Case,
    generator: { generator?: Generator },
  ) => Iterable<Tensor> | Iterable<number>
} = {
  loader: ({ n, options: { shuffle = false, batch_size: batchSize = 1, drop_last: dropLast = false } }, generator) =>
    new DataLoader<number>(range(n), { shuffle, batchSize, dropLast, ...generator }),
  random: ({ n, options: { num_samples: numSamples, replacement = false } }, generator) =>
    new RandomSampler(range(n), { replacement, ...(numSamples === undefined ? {} : { numSamples }), ...generator }),
  weighted: ({ options: { weights, count, replacement } }, generator) =>
    new WeightedRandomSampler(weights!, count!, { replacement: replacement!, ...generator }),
  subset: ({ options: { indices } }, generator) => new SubsetRandomSampler(indices!, generator),
}

const oneDraw = (generator: Generator): number => randint(2 ** 31, [1], { generator }).itemSync()

describe.each(golden.cases)('$kind of $n, $options, seed $seed, own generator: $own', (item) => {
  test("gives PyTorch's orders in two passes, with as many draws", () => {
    manualSeed(item.own ? 0 : item.seed)
    const generator = item.own ? new Generator(item.seed) : undefined
    const positions = kinds[item.kind](item, generator === undefined ? {} : { generator })
    for (const order of item.orders) {
      const got = [...positions].map((one) => (one instanceof Tensor ? Array.from(one.dataSync(), Number) : one))
      expect(got).toEqual(order)
    }
    expect(oneDraw(generator ?? defaultGenerator)).toBe(item.after)
    expect(oneDraw(defaultGenerator)).toBe(item.afterDefault)
  })
})

test.each(golden.splits)("randomSplit($n samples, $lengths) gives PyTorch's parts for seed $seed", (split) => {
  manualSeed(split.seed)
  expect(randomSplit(range(split.n), split.lengths).map(({ indices }) => indices)).toEqual(split.parts)
})

test('randomSplit(dataset, lengths) says what does not add up', () => {
  expect(() => randomSplit(range(10), [3, 6])).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: randomSplit: lengths must add up to 10, or fractions to 1, got 3 + 6 = 9.]`,
  )
  expect(() => randomSplit(range(10), [0.5, 0.4])).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: randomSplit: lengths must add up to 10, or fractions to 1, got 0.5 + 0.4 = 0.9.]`,
  )
  expect(() => randomSplit(range(2), [3, -1])).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: randomSplit: lengths must add up to 2, or fractions to 1, got 3 + -1 = 2.]`,
  )
  expect(randomSplit(range(3), [1]).map(({ length }) => length)).toEqual([3])
})

describe('TensorDataset', () => {
  const x = tensor([
    [0, 1],
    [2, 3],
    [4, 5],
  ])
  const y = tensor([0n, 1n, 2n])

  test('get(index) gives one row of each tensor', () => {
    const [row, label] = new TensorDataset(x, y).get(2)
    expect(row.tolistSync()).toEqual([4, 5])
    expect(label.itemSync()).toBe(2)
  })

  test('batches cost one indexSelect per tensor, also through a Subset', () => {
    for (const dataset of [new TensorDataset(x, y), new Subset(new TensorDataset(x, y), [2, 0, 1])]) {
      const calls: string[] = []
      const stop = observe(({ primitive }) => calls.push(primitive))
      const batches = [...new DataLoader(dataset, { batchSize: 2 })]
      stop()
      expect(calls).toEqual(['indexSelect', 'indexSelect', 'indexSelect', 'indexSelect'])
      expect(batches.map(([rows]) => rows.shape)).toEqual([
        [2, 2],
        [1, 2],
      ])
    }
  })

  test('batches hold the same as collated samples', () => {
    const dataset = new TensorDataset(x, y)
    const bare = { length: dataset.length, get: (index: number) => dataset.get(index) }
    const [fast] = [...new DataLoader(dataset, { batchSize: 3 })]
    const [slow] = [...new DataLoader(bare, { batchSize: 3 })]
    expect(fast!.map((part) => part.tolistSync())).toEqual(slow!.map((part) => part.tolistSync()))
    expect(fast!.map(({ dtype }) => dtype)).toEqual(['float32', 'int64'])
  })

  test('batches are copies', () => {
    const [[batch]] = [...new DataLoader(new TensorDataset(x), { batchSize: 3 })] as [[Tensor]]
    batch.fill_(9)
    expect(x.tolistSync()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ])
  })

  test('says what is wrong', () => {
    expect(() => new TensorDataset()).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: TensorDataset: needs at least one tensor, got none.]`,
    )
    expect(() => new TensorDataset(x, tensor([1, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: TensorDataset: tensors differ in their first size: [3, 2] vs [2].]`,
    )
    expect(() => new TensorDataset(tensor(1))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: TensorDataset: a 0-d tensor has no rows. Use x.reshape(-1).]`,
    )
    expect(() => new TensorDataset(x).get(3)).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: TensorDataset.get: position 3 is out of range for 3 samples.]`,
    )
    expect(() => new TensorDataset(x).get(0.5)).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: TensorDataset.get: position 0.5 is out of range for 3 samples.]`,
    )
  })
})

test('Subset(dataset, indices) gives the samples at the positions, and rejects others', () => {
  const subset = new Subset(['a', 'b', 'c'], [2, 0])
  expect([subset.length, subset.get(0), subset.get(1)]).toEqual([2, 'c', 'a'])
  expect(() => subset.get(2)).toThrowErrorMatchingInlineSnapshot(
    `[IndexError: Subset.get: position 2 is out of range for 2 samples.]`,
  )
  expect(() => new Subset(['a'], [1])).toThrowErrorMatchingInlineSnapshot(
    `[IndexError: Subset: position 1 is out of range for 1 samples.]`,
  )
})

test('ConcatDataset(datasets) gives the samples end to end', () => {
  const dataset = new ConcatDataset([['a', 'b'], [], new Subset(['x', 'y'], [1]), ['c']])
  expect(range(dataset.length).map((i) => dataset.get(i))).toEqual(['a', 'b', 'y', 'c'])
  expect(() => dataset.get(4)).toThrowErrorMatchingInlineSnapshot(
    `[IndexError: ConcatDataset.get: position 4 is out of range for 4 samples.]`,
  )
  expect(() => new ConcatDataset([])).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: ConcatDataset: needs at least one dataset, got none.]`,
  )
})

test('BatchSampler(sampler, size, dropLast) knows its length', () => {
  const batches = (dropLast: boolean): BatchSampler => new BatchSampler(new SequentialSampler(range(5)), 2, dropLast)
  expect([...batches(false)]).toEqual([[0, 1], [2, 3], [4]])
  expect(batches(false).length).toBe(3)
  expect([...batches(true)]).toEqual([
    [0, 1],
    [2, 3],
  ])
  expect(batches(true).length).toBe(2)
})

test('WeightedRandomSampler(weights) rejects weights that are no weights', () => {
  expect(() => [...new WeightedRandomSampler([1, -1], 2)]).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: multinomial: weights must be finite and not negative: got -1 at element 1.]`,
  )
  expect(() => new WeightedRandomSampler([1], 0)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: WeightedRandomSampler: numSamples must be a whole number > 0, got 0.]`,
  )
})

describe('DataLoader', () => {
  test('length is the number of batches', () => {
    expect(new DataLoader(range(10), { batchSize: 3 }).length).toBe(4)
    expect(new DataLoader(range(10), { batchSize: 3, dropLast: true }).length).toBe(3)
    expect(new DataLoader(range(0)).length).toBe(0)
    expect([...new DataLoader([], { shuffle: true })]).toEqual([])
    const stream: Iterable<number> = new Set([1, 2])
    expect(() => new DataLoader(stream).length).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: DataLoader.length: the dataset does not know its length. Give it a length property.]`,
    )
  })

  test('takes a collate, a sampler, a batch sampler', () => {
    const words = ['a', 'b', 'c', 'd']
    const collate = (samples: string[]): string => samples.join('')
    expect([...new DataLoader(words, { batchSize: 3, collate })]).toEqual(['abc', 'd'])
    const sampler = new SubsetRandomSampler([3, 1], { generator: new Generator(0) })
    expect([...new DataLoader(words, { sampler, collate })].toSorted()).toEqual(['b', 'd'])
    expect([...new DataLoader(words, { batchSampler: [[0, 3], [1]], collate })]).toEqual(['ad', 'b'])
  })

  test('a collate of its own gets the samples of a TensorDataset', () => {
    const dataset = new TensorDataset(tensor([1, 2, 3]))
    const loader = new DataLoader(dataset, { batchSize: 2, collate: (rows) => rows.map(([x]) => x.itemSync()) })
    expect([...loader]).toEqual([[1, 2], [3]])
  })

  test('reads iterables, synchronous or not', async () => {
    const squares = {
      *[Symbol.iterator]() {
        for (let i = 0; i < 5; i++) yield i * i
      },
    }
    const later = {
      async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 5; i++) yield await Promise.resolve(i * i)
      },
    }
    const values = (batch: Tensor): unknown => batch.tolistSync()
    const expected = [[0, 1], [4, 9], [16]]
    const loader = new DataLoader(squares, { batchSize: 2 })
    expect([...loader].map(values)).toEqual(expected)
    expect([...loader].map(values)).toEqual(expected)
    const batches: unknown[] = []
    for await (const batch of new DataLoader(later, { batchSize: 2 })) batches.push(values(batch))
    expect(batches).toEqual(expected)
    const whole: unknown[] = []
    for await (const batch of new DataLoader(later, { batchSize: 2, dropLast: true })) whole.push(values(batch))
    expect(whole).toEqual(expected.slice(0, 2))
    expect(() => [...new DataLoader(later)]).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: DataLoader: the samples come as promises. Use for await (const batch of loader).]`,
    )
  })

  test('awaits the samples of a batch together, and only with for await', async () => {
    let [open, most] = [0, 0]
    const dataset: Dataset<Promise<number>> = {
      length: 5,
      async get(index) {
        most = Math.max(most, ++open)
        await new Promise((resolve) => setTimeout(resolve, 1))
        open--
        return index
      },
    }
    const loader = new DataLoader(dataset, { batchSize: 3 })
    const batches: unknown[] = []
    for await (const batch of loader) batches.push(batch.tolistSync())
    expect(batches).toEqual([
      [0, 1, 2],
      [3, 4],
    ])
    expect(most).toBe(3)
    expect(() => [...loader]).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: DataLoader: the samples come as promises. Use for await (const batch of loader).]`,
    )
  })

  test('iterated with for await gives what for gives', async () => {
    manualSeed(7)
    const loader = new DataLoader(range(6), { batchSize: 4, shuffle: true })
    const expected = [...loader].map((batch) => batch.tolistSync())
    manualSeed(7)
    const batches: unknown[] = []
    for await (const batch of loader) batches.push(batch.tolistSync())
    expect(batches).toEqual(expected)
  })

  test('says which options are wrong', () => {
    const stream: Iterable<number> = new Set([1])
    const sampler = new SequentialSampler([1])
    expect(() => new DataLoader([1], { batchSize: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: DataLoader: batchSize must be a whole number > 0, got 0.]`,
    )
    expect(() => new DataLoader(stream, { shuffle: true })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: DataLoader: an iterable dataset has an order of its own. Leave out shuffle, sampler and batchSampler.]`,
    )
    expect(() => new DataLoader([1], { sampler, shuffle: true })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: DataLoader: sampler and shuffle exclude each other. Pass one of them.]`,
    )
    expect(() => new DataLoader([1], { batchSampler: [[0]], batchSize: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: DataLoader: batchSampler decides alone. Leave out batchSize, shuffle, sampler and dropLast.]`,
    )
    expect(() => [...new DataLoader([1], { batchSampler: [[1]] })]).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: dataset.get: position 1 is out of range for 1 samples.]`,
    )
  })
})

describe('defaultCollate(samples)', () => {
  const collate = <Sample>(samples: readonly Sample[]) =>
    [...new DataLoader(samples, { batchSize: samples.length })][0]!

  test('keeps the structure around', () => {
    const { x, tags, pair } = collate([
      { x: tensor([1, 2]), tags: 'a', pair: [1, true] as const },
      { x: tensor([3, 4]), tags: 'b', pair: [2, false] as const },
    ])
    expect(x.tolistSync()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(tags).toEqual(['a', 'b'])
    expect(pair[0].tolistSync()).toEqual([1, 2])
    expect(pair[1].tolistSync()).toEqual([true, false])
  })

  test('takes the dtype from the samples', () => {
    expect(collate([1, 2]).dtype).toBe('float32')
    expect(collate([1n, 2n]).dtype).toBe('int64')
    expect(collate([true, false]).dtype).toBe('bool')
    const rows = collate([Int32Array.of(1, 2), Int32Array.of(3, 4)])
    expect([rows.dtype, rows.shape]).toEqual(['int32', [2, 2]])
  })

  test('says where samples differ', () => {
    expect(() => collate([tensor([1]), tensor([1, 2])])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: defaultCollate: shapes differ in sample: [1] vs [2]. Pass a collate that pads.]`,
    )
    expect(() => collate([{ x: [1, 2] }, { x: [1] }])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: defaultCollate: lengths differ in sample.x: got 2 and 1. Pass a collate that pads.]`,
    )
    expect(() => collate<{ x?: number }>([{ x: 1 }, {}])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: defaultCollate: sample.x is a number at first and undefined at position 1. Pass a collate.]`,
    )
    expect(() => collate([null, null])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: defaultCollate: sample is null, which has no batch. Pass a collate.]`,
    )
    expect(() => collate([new Date(0), new Date(1)])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: defaultCollate: sample is Date, which has no batch. Pass a collate.]`,
    )
  })
})

describe('padSequence(sequences)', () => {
  const sequences = [tensor([1, 2, 3]), tensor([4]), tensor([5, 6])]

  test('fills up to the longest', () => {
    expect(padSequence(sequences).tolistSync()).toEqual([
      [1, 4, 5],
      [2, 0, 6],
      [3, 0, 0],
    ])
    expect(padSequence(sequences, { batchFirst: true, paddingValue: -1 }).tolistSync()).toEqual([
      [1, 2, 3],
      [4, -1, -1],
      [5, 6, -1],
    ])
    expect(padSequence(sequences, { batchFirst: true, paddingSide: 'left' }).tolistSync()).toEqual([
      [1, 2, 3],
      [0, 0, 4],
      [0, 5, 6],
    ])
    expect(padSequence([tensor([[1, 2]]), tensor([[3, 4], [5, 6]])]).shape).toEqual([2, 2, 2]) // prettier-ignore
  })

  test('keeps the tape', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    expect(padSequence([x, tensor([1, 2, 3])]).requiresGrad).toBe(true)
  })

  test('says what is wrong', () => {
    expect(() => padSequence([])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: padSequence: needs at least one sequence, got none.]`,
    )
    expect(() => padSequence([tensor([1]), tensor([[1]])])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: padSequence: sequences may differ in their first size only: got [1] and [1, 1].]`,
    )
    expect(() => padSequence([tensor(1)])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: padSequence: sequences may differ in their first size only: got [] and [].]`,
    )
  })
})
