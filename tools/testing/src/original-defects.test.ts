// What the first metagrad got wrong, number by number, as promises that this one keeps.
import { DataLoader, TensorDataset, defaultCollate } from '@metagrad/data'
import {
  Embedding,
  GRU,
  GRUCell,
  Dropout,
  Linear,
  ModuleList,
  Parameter,
  functional as F,
  init,
  packSequence,
  padPackedSequence,
} from '@metagrad/nn'
import { Adagrad, Adam, AdamW, ReduceLROnPlateau, SGD } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { Generator, StateDictError, arange, fullLike, ones, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'

const long = (data: number[]): Tensor => tensor(data, { dtype: 'int64' })
const double = (data: number[] | number[][]): Tensor => tensor(data, { dtype: 'float64' })
const list = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

function expectNear(x: Tensor, expected: readonly number[]): void {
  expect(x.numel).toBe(expected.length)
  for (const [i, value] of list(x).entries()) expect(value).toBeCloseTo(expected[i]!, 6)
}

/** A parameter of 1 with the gradient `grad`. */
function parameter(grad: number): Parameter {
  const one = new Parameter(ones(1))
  one.grad = tensor([grad])
  return one
}

describe('1: dropout(p)', () => {
  test('scales what it keeps by 1 / (1 - p), forward and backward', () => {
    const x = ones(1000).requiresGrad_()
    const y = new Dropout(0.2, { generator: new Generator(1) }).forward(x)
    expect([...new Set(list(y))].sort()).toEqual([0, 1.25])
    y.sum().backward()
    expect(list(x.grad!)).toEqual(list(y))
    expect(y.mean().itemSync()).toBeCloseTo(1, 1)
  })
})

describe('2: the backward of classification losses', () => {
  const rows = [
    [0, 0],
    [0, 0],
  ]
  const [p, q] = [0.5, -0.5]

  test.each([
    ['mean', 1, [q / 2, p / 2, p / 2, q / 2]],
    ['sum', 1, [q, p, p, q]],
    ['sum', 3, [3 * q, 3 * p, 3 * p, 3 * q]],
    ['mean', -2, [-q, -p, -p, -q]],
  ] as const)('crossEntropy with reduction %s, times %d, follows both', (reduction, factor, expected) => {
    const logits = tensor(rows).requiresGrad_()
    F.crossEntropy(logits, long([0, 1]), { reduction })
      .mul(factor)
      .backward()
    expectNear(logits.grad!, expected)
  })

  test('nllLoss follows the reduction and the incoming gradient', () => {
    const x = zeros(2, 2).requiresGrad_()
    F.nllLoss(x, long([0, 1]), { reduction: 'sum' })
      .mul(3)
      .backward()
    expectNear(x.grad!, [-3, 0, 0, -3])
  })
})

describe("3: reduction 'none'", () => {
  test('gives a loss per row, each with its own gradient', () => {
    const logits = tensor([[0, 0], [0, 0], [0, 0]]).requiresGrad_() // prettier-ignore
    const losses = F.crossEntropy(logits, long([0, 1, 0]), { reduction: 'none' })
    expect(losses.shape).toEqual([3])
    expectNear(losses, [Math.LN2, Math.LN2, Math.LN2])
    losses.backward(tensor([1, 0, 4]))
    expectNear(logits.grad!, [-0.5, 0.5, 0, 0, -2, 2])
    expectNear(F.nllLoss(tensor([[-1, -2], [-3, -4]]), long([1, 0]), { reduction: 'none' }), [2, 3]) // prettier-ignore
  })
})

describe('4: Adagrad', () => {
  test('learns: the first step is lr, later ones shrink', () => {
    const w = parameter(2)
    const optimizer = new Adagrad([w], { lr: 0.1 })
    optimizer.step()
    expectNear(w, [0.9])
    optimizer.step()
    expectNear(w, [0.9 - 0.1 / Math.SQRT2])
  })

  test('brings a loss down', () => {
    const w = new Parameter(ones(1))
    const optimizer = new Adagrad([w], { lr: 0.5 })
    for (let step = 0; step < 100; step++) {
      w.grad = undefined
      w.sub(3).square().sum().backward()
      optimizer.step()
    }
    expect(Math.abs(w.itemSync() - 3)).toBeLessThan(0.1)
  })
})

describe('5: weight decay', () => {
  test.each([
    ['Adagrad', (w: Parameter) => new Adagrad([w], { lr: 0.1, weightDecay: 10 }), 0.9],
    ['Adam', (w: Parameter) => new Adam([w], { lr: 0.1, weightDecay: 10 }), 0.9],
    ['AdamW', (w: Parameter) => new AdamW([w], { lr: 0.01, weightDecay: 10 }), 0.9],
    ['SGD', (w: Parameter) => new SGD([w], { lr: 0.01, weightDecay: 10 }), 0.9],
  ])('of %s uses the parameter: it moves although the gradient is 0', (_, make, expected) => {
    const w = parameter(0)
    make(w).step()
    expectNear(w, [expected])
  })
})

describe('6: ReduceLROnPlateau', () => {
  test('can be built, and lowers lr once a metric has not improved for longer than its patience', () => {
    const optimizer = new SGD([parameter(0)], { lr: 1 })
    const scheduler = new ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.1 })
    const rates = [3, 2, 2, 2, 1].map((metric) => {
      scheduler.step(metric)
      return optimizer.paramGroups[0]!.lr
    })
    expect(rates).toEqual([1, 1, 1, 0.1, 0.1])
  })
})

describe('7: GRUCell', () => {
  test('can be built, and with weights of 0 halves its state', () => {
    const cell = new GRUCell(3, 2)
    for (const weight of cell.parameters()) init.zeros_(weight)
    expectNear(cell.forward(ones(1, 3), tensor([[4, -2]])), [2, -1])
  })
})

describe('8: ModuleList.insert', () => {
  test.each([
    [0, [9, 1, 2, 3]],
    [1, [1, 9, 2, 3]],
    [3, [1, 2, 3, 9]],
  ])('at %d moves what follows, and nothing else', (at, expected) => {
    const modules = new ModuleList([1, 2, 3].map((size) => new Linear(size, 1)))
    modules.insert(at, new Linear(9, 1))
    expect([...modules].map(({ inFeatures }) => inFeatures)).toEqual(expected)
    expect(modules.namedChildren().map(([name]) => name)).toEqual(['0', '1', '2', '3'])
  })
})

describe('9: padPackedSequence', () => {
  test('keeps gradients: back through a layer into each sequence', () => {
    const sequences = [ones(1, 2), ones(3, 2)].map((x) => x.requiresGrad_())
    const [output] = new GRU(2, 3, { generator: new Generator(1) }).forward(
      packSequence(sequences, { enforceSorted: false }),
    )
    padPackedSequence(output)[0].sum().backward()
    for (const { grad } of sequences) expect(grad!.ne(0).all().itemSync()).toBe(1)
  })

  test('gives the padding no share in them', () => {
    const x = tensor([1, 2, 3]).requiresGrad_()
    const [padded] = padPackedSequence(packSequence([x, tensor([4])]))
    padded.mul(padded).sum().backward()
    expect(list(x.grad!)).toEqual([2, 4, 6])
  })
})

describe('10: Embedding', () => {
  test('passes no gradient to the padding row', () => {
    const embedding = new Embedding(3, 2, { paddingIdx: 1 })
    expect(list(embedding.weight.select(0, 1))).toEqual([0, 0])
    embedding
      .forward(long([0, 1, 1, 2, 2]))
      .sum()
      .backward()
    expect(embedding.weight.grad!.tolistSync()).toEqual([[1, 1], [0, 0], [2, 2]]) // prettier-ignore
  })

  test('begins as N(0, 1)', () => {
    const { weight } = new Embedding(200, 50, { generator: new Generator(1) })
    expect(weight.mean().itemSync()).toBeCloseTo(0, 1)
    expect(weight.std().itemSync()).toBeCloseTo(1, 1)
    expect(weight.lt(0).float().mean().itemSync()).toBeCloseTo(0.5, 1)
  })
})

describe('11: signatures', () => {
  test('zeros and ones take sizes or a shape', () => {
    for (const x of [zeros(2, 3), zeros([2, 3]), ones(2, 3), ones([2, 3])]) expect(x.shape).toEqual([2, 3])
  })

  test('arange takes start, end, step in this order', () => {
    expect(list(arange(3))).toEqual([0, 1, 2])
    expect(list(arange(2, 8, 3))).toEqual([2, 5])
  })

  test('fullLike keeps the dtype', () => {
    expect(fullLike(double([1, 2]), 3).dtype).toBe('float64')
    expect(fullLike(long([1, 2]), 3).dtype).toBe('int64')
    expect(fullLike(tensor([1, 2]), 3).dtype).toBe('float32')
  })

  test('eq compares elements, equal whole tensors', () => {
    expect(
      tensor([1, 2])
        .eq(tensor([1, 3]))
        .tolistSync(),
    ).toEqual([true, false])
    expect(tensor([1, 2]).equal(tensor([1, 2]))).toBe(true)
  })

  test('the length of a DataLoader is its number of batches', () => {
    const dataset = new TensorDataset(zeros(7, 2))
    expect(new DataLoader(dataset, { batchSize: 3 }).length).toBe(3)
    expect(new DataLoader(dataset, { batchSize: 3, dropLast: true }).length).toBe(2)
    expect([...new DataLoader(dataset, { batchSize: 3 })].length).toBe(3)
  })
})

describe('12: defaultCollate', () => {
  test('makes a pair of batches of pairs, by itself and in a DataLoader', () => {
    const pairs: [Tensor, number][] = [
      [tensor([1, 2]), 0],
      [tensor([3, 4]), 1],
    ]
    const expected = [
      [
        [1, 2],
        [3, 4],
      ],
      [0, 1],
    ]
    expect(defaultCollate(pairs).map((x) => x.tolistSync())).toEqual(expected)
    const [batch] = new DataLoader(pairs, { batchSize: 2 })
    expect(batch!.map((x) => x.tolistSync())).toEqual(expected)
  })
})

describe('13: large numbers', () => {
  const far = (): Tensor => double([-1000, 0, 1000]).requiresGrad_()

  test.each([
    ['softplus', F.softplus, [0, Math.LN2, 1000], [0, 0.5, 1]],
    ['logSigmoid', F.logSigmoid, [-1000, -Math.LN2, 0], [1, 0.5, 0]],
  ] as const)('%s neither overflows nor underflows', (_, f, values, grads) => {
    const x = far()
    const y = f(x)
    y.sum().backward()
    expectNear(y, values)
    expectNear(x.grad!, grads)
  })

  test('cosineSimilarity gives a number per row', () => {
    const [a, b] = [double([[3, 4], [1, 0]]), double([[4, 3], [-2, 0]])] // prettier-ignore
    expectNear(F.cosineSimilarity(a, b, { dim: 1 }), [0.96, -1])
  })
})

describe('14: loadStateDict', () => {
  const state = (): Map<string, Tensor> => new Map(new Linear(2, 3).stateDict())

  test.each<[string, (state: Map<string, Tensor>) => unknown]>([
    ['missing keys', (s) => s.delete('bias')],
    ['keys that it does not know', (s) => s.set('scale', ones(3))],
    ['other shapes', (s) => s.set('bias', ones(4))],
  ])('refuses %s, and then changes nothing', (_, spoil) => {
    const model = new Linear(2, 3, { init: 'zeros' })
    const spoilt = state()
    spoil(spoilt)
    expect(() => model.loadStateDict(spoilt)).toThrow(StateDictError)
    expect(list(model.weight)).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('copies a state that fits', () => {
    const model = new Linear(2, 3, { init: 'zeros' })
    const fitting = state()
    model.loadStateDict(fitting)
    expect(model.weight.equal(fitting.get('weight')!)).toBe(true)
  })
})
