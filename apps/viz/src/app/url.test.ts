import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Block, DataSpec, Experiment } from '../model/experiment.ts'
import {
  activationNames,
  generatorNames,
  initNames,
  normNames,
  optimizerNames,
  penaltyNames,
  ranges,
} from '../model/experiment.ts'
import type { RangeName } from '../model/experiment.ts'
import { packFile, unpackFile } from './payload.ts'
import type { UrlState } from './url.ts'
import { decodeHash, defaultUrlState, encodeHash, screens } from './url.ts'

const number = (name: RangeName): fc.Arbitrary<number> => {
  const { low, high, whole = false } = ranges[name]
  return whole
    ? fc.integer({ min: low, max: high })
    : fc.double({ min: low, max: high, noNaN: true }).map((value) => (value === 0 ? 0 : value))
}
const block: fc.Arbitrary<Block> = fc.record({
  units: number('units'),
  activation: fc.constantFrom(...activationNames),
  norm: fc.constantFrom(...normNames),
  dropout: number('dropout').map((value) => Number(value.toFixed(3))),
})
const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
const data: fc.Arbitrary<DataSpec> = fc.oneof(
  fc.record({
    source: fc.constant('generator' as const),
    generator: fc.constantFrom(...generatorNames),
    samples: number('samples'),
    noise: number('noise'),
    classes: number('classes'),
    validation: number('validation'),
  }),
  fc.record({
    source: fc.constant('csv' as const),
    file: name,
    columns: fc.tuple(name, name),
    target: fc.oneof(name, fc.constant('')),
    validation: number('validation'),
  }),
)
const experiment: fc.Arbitrary<Experiment> = fc.record({
  data,
  blocks: fc.array(block, { maxLength: 6 }),
  optimizer: fc.constantFrom(...optimizerNames),
  lr: number('lr'),
  momentum: number('momentum'),
  batchSize: number('batchSize'),
  penalty: fc.constantFrom(...penaltyNames),
  penaltyRate: number('penaltyRate'),
  init: fc.constantFrom(...initNames),
  seed: number('seed'),
})
const scale = fc.constantFrom('linear' as const, 'log' as const)
const state: fc.Arbitrary<UrlState> = fc.record({
  screen: fc.constantFrom(...screens),
  experiment,
  lossScale: scale,
  runs: fc.record({
    axis: fc.constantFrom('step' as const, 'epoch' as const, 'time' as const),
    xScale: scale,
    yScale: scale,
    smoothing: fc.double({ min: 0, max: 0.99, noNaN: true }).map((value) => (value === 0 ? 0 : value)),
  }),
})

describe('encodeHash(state)', () => {
  it('is read back as the same state', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(decodeHash(encodeHash(one))).toEqual({ state: one, problems: [], payload: undefined })
      }),
    )
  })

  it('holds only what differs from the defaults', () => {
    expect(encodeHash(defaultUrlState)).toBe('#/train')
    const spirals = { ...defaultUrlState.experiment, lr: 0.1, data: { ...defaultUrlState.experiment.data, noise: 0 } }
    expect(encodeHash({ ...defaultUrlState, screen: 'graph', experiment: spirals })).toBe('#/graph?v=1&noise=0&lr=0.1')
  })
})

describe('decodeHash(text)', () => {
  it('takes any text and names what it cannot use', () => {
    fc.assert(fc.property(fc.string(), (text) => decodeHash(text).state.screen.length > 0))
    const { state: read, problems } = decodeHash('#/nowhere?v=9&lr=-1&layers=8-Tanh,99-Tanh&seed=5&optim=Adam2')
    expect(read.experiment).toEqual({ ...defaultUrlState.experiment, seed: 5 })
    expect(problems).toEqual([
      'There is no screen "nowhere".',
      'The link has version 9; this page reads version 1.',
      '"layers=8-Tanh,99-Tanh" in the link cannot be used.',
      '"optim=Adam2" in the link cannot be used.',
      '"lr=-1" in the link cannot be used.',
    ])
  })
})

describe('packFile(bytes)', () => {
  it('is unpacked as the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        const text = (await packFile(Uint8Array.from(bytes)))!
        expect(encodeURIComponent(text)).toBe(text)
        expect(await unpackFile(text)).toEqual(Uint8Array.from(bytes))
      }),
      { numRuns: 20 },
    )
  })

  it('gives up on what would make a link too long, and on text that is none', async () => {
    const noise = Uint8Array.from({ length: 20_000 }, (_, i) => (i * i * 2654435761) >>> 13)
    expect(await packFile(noise)).toBeUndefined()
    expect(await unpackFile('%%%')).toBeUndefined()
    expect(await unpackFile('AAAA')).toBeUndefined()
    // Megabytes of zeros pack to little; a link that unpacks to more than one of the page's own is none.
    const zeros = deflateRawSync(new Uint8Array(2 ** 24)).toString('base64url')
    expect(await unpackFile(zeros)).toBeUndefined()
  })
})
