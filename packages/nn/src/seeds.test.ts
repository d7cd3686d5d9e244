import { readFileSync } from 'node:fs'
import type { Tensor } from '@metagrad/tensor'
import { arange, empty, manualSeed, ones } from '@metagrad/tensor'
import { expect, test } from 'vitest'
import {
  Bilinear,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  Dropout,
  Embedding,
  Linear,
  ReLU,
  Sequential,
  functional,
  init,
} from './index.ts'

interface Stored {
  readonly shape: number[]
  readonly data: number[]
}

const file = new URL('../golden/seeds.json', import.meta.url)
const { seeds } = JSON.parse(readFileSync(file, 'utf8')) as { readonly seeds: Record<string, Stored[]> }

function chain(): Tensor[] {
  const model = new Sequential(new Linear(4, 8), new ReLU(), new Dropout(0.3), new Linear(8, 2))
  return [...model.parameters(), model.forward(ones(3, 4)), model.eval().forward(ones(3, 4))]
}

interface Row {
  readonly seed: number
  readonly make: () => readonly Tensor[]
  /** Largest difference: 0 for uniform numbers, rounding for what passes through functions. */
  readonly within: number
}

const logits = (): Tensor => arange(12).reshape(3, 4).div(4)

/** What the golden script makes, in our names. */
const rows: Readonly<Record<string, Row>> = {
  'Linear(3, 4)': { seed: 0, within: 0, make: () => new Linear(3, 4).parameters() },
  'Linear(20, 30)': { seed: 7, within: 0, make: () => new Linear(20, 30).parameters() },
  'Linear(3, 4, bias=False)': { seed: 1, within: 0, make: () => new Linear(3, 4, { bias: false }).parameters() },
  'Conv1d(3, 4, 5)': { seed: 0, within: 0, make: () => new Conv1d(3, 4, 5).parameters() },
  'Conv2d(4, 6, [3, 2], groups=2)': {
    seed: 1,
    within: 0,
    make: () => new Conv2d(4, 6, [3, 2], { groups: 2 }).parameters(),
  },
  'Conv3d(2, 3, 2, bias=False)': { seed: 2, within: 0, make: () => new Conv3d(2, 3, 2, { bias: false }).parameters() },
  'ConvTranspose1d(3, 4, 5)': { seed: 3, within: 0, make: () => new ConvTranspose1d(3, 4, 5).parameters() },
  'ConvTranspose2d(4, 6, 3, groups=2)': {
    seed: 4,
    within: 0,
    make: () => new ConvTranspose2d(4, 6, 3, { groups: 2 }).parameters(),
  },
  'ConvTranspose3d(2, 3, 2)': { seed: 5, within: 0, make: () => new ConvTranspose3d(2, 3, 2).parameters() },
  'Bilinear(2, 3, 4)': { seed: 0, within: 0, make: () => new Bilinear(2, 3, 4).parameters() },
  'Embedding(5, 3)': { seed: 0, within: 1e-6, make: () => new Embedding(5, 3).parameters() },
  'Embedding(10, 4, paddingIdx=2)': {
    seed: 3,
    within: 1e-6,
    make: () => new Embedding(10, 4, { paddingIdx: 2 }).parameters(),
  },
  chain: { seed: 0, within: 1e-6, make: chain },
  'dropout(0.5)': { seed: 0, within: 0, make: () => [functional.dropout(ones(40), 0.5)] },
  'dropout(0.1)': { seed: 1, within: 0, make: () => [functional.dropout(ones(5, 8), 0.1)] },
  'featureDropout(0.4)': { seed: 2, within: 0, make: () => [functional.featureDropout(ones(3, 4, 2, 2), 0.4)] },
  'dropout1d(0.4)': { seed: 3, within: 0, make: () => [functional.dropout1d(ones(3, 4, 5), 0.4)] },
  'dropout3d(0.4)': { seed: 4, within: 0, make: () => [functional.dropout3d(ones(5, 2, 1, 2), 0.4)] },
  'alphaDropout(0.3)': { seed: 5, within: 1e-6, make: () => [functional.alphaDropout(ones(4, 5), 0.3)] },
  'featureAlphaDropout(0.3)': {
    seed: 6,
    within: 1e-6,
    make: () => [functional.featureAlphaDropout(ones(3, 4, 2), 0.3)],
  },
  gumbelSoftmax: { seed: 0, within: 1e-6, make: () => [functional.gumbelSoftmax(logits(), { tau: 0.7 })] },
  'gumbelSoftmax hard': { seed: 0, within: 1e-6, make: () => [functional.gumbelSoftmax(logits(), { hard: true })] },
  uniform_: { seed: 0, within: 0, make: () => [init.uniform_(empty(3, 4), -2, 3)] },
  normal_: { seed: 0, within: 1e-6, make: () => [init.normal_(empty(3, 4), 1, 2)] },
  xavierUniform_: { seed: 0, within: 0, make: () => [init.xavierUniform_(empty(3, 4), { gain: 1.5 })] },
  xavierNormal_: { seed: 0, within: 1e-6, make: () => [init.xavierNormal_(empty(3, 4))] },
  kaimingUniform_: { seed: 0, within: 0, make: () => [init.kaimingUniform_(empty(3, 4, 2))] },
  'kaimingUniform_ fanOut': {
    seed: 0,
    within: 0,
    make: () => [init.kaimingUniform_(empty(3, 4, 2), { mode: 'fanOut', nonlinearity: 'relu' })],
  },
  kaimingNormal_: { seed: 0, within: 1e-6, make: () => [init.kaimingNormal_(empty(3, 4), { a: 0.2 })] },
  'kaimingNormal_ tanh': {
    seed: 0,
    within: 1e-6,
    make: () => [init.kaimingNormal_(empty(3, 4), { nonlinearity: 'tanh' })],
  },
  truncNormal_: {
    seed: 0,
    within: 1e-6,
    make: () => [init.truncNormal_(empty(4, 5), { mean: 0.5, std: 2, a: -1, b: 1.5 })],
  },
  'orthogonal_ tall': { seed: 0, within: 1e-6, make: () => [init.orthogonal_(empty(5, 3))] },
  'orthogonal_ wide': { seed: 0, within: 1e-6, make: () => [init.orthogonal_(empty(3, 2, 4), { gain: 2 })] },
}

test('all stored seeds have a row', () => expect(Object.keys(rows).sort()).toEqual(Object.keys(seeds).sort()))

test.each(Object.entries(rows))('%s after manualSeed gives numbers of PyTorch', (name, { seed, make, within }) => {
  manualSeed(seed)
  const made = make()
  const expected = seeds[name]!
  expect(made.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape))
  for (const [i, x] of made.entries()) {
    const values = Array.from(x.dataSync() as Float32Array)
    const differences = values.map((value, at) => Math.abs(value - Math.fround(expected[i]!.data[at]!)))
    expect(Math.max(...differences)).toBeLessThanOrEqual(within)
  }
})
