import { describe, expect, test } from 'vitest'
import { DEFAULT_SEED, defaultGenerator, Generator, manualSeed } from './generator.ts'
import { drawNormal, fillNormal } from './normal.ts'

const take = (generator: Generator, n: number): number[] => Array.from({ length: n }, () => generator.uint32())

describe('Generator', () => {
  test('Generator() starts from the default seed', () => {
    expect(new Generator().initialSeed()).toBe(BigInt(DEFAULT_SEED))
  })

  test('Generator(5489) draws the published sequence of mt19937', () => {
    const generator = new Generator(5489)
    expect(generator.uint32()).toBe(3499211612)
    for (let i = 2; i < 10000; i++) generator.uint32()
    expect(generator.uint32()).toBe(4123659995) // the 10,000th, as the C++ standard gives it
  })

  test('uint64() and uint53() take two draws, the high word first', () => {
    const [high, low] = take(new Generator(7), 2)
    const wide = (BigInt(high!) << 32n) | BigInt(low!)
    expect(new Generator(7).uint64()).toBe(wide)
    expect(new Generator(7).uint53()).toBe(Number(wide & (2n ** 53n - 1n)))
  })

  test('manualSeed(seed) starts anew and forgets the cached normal', () => {
    const generator = new Generator(3)
    const first = drawNormal(generator)
    expect(generator.cachedNormal).toBeDefined()
    generator.manualSeed(3)
    expect(generator.cachedNormal).toBeUndefined()
    expect(drawNormal(generator)).toBe(first)
  })

  test('manualSeed(-1) counts from 2^64 downward', () => {
    expect(new Generator(-1).initialSeed()).toBe(2n ** 64n - 1n)
  })

  test('manualSeed(seed) rejects what is no seed', () => {
    const generator = new Generator(1)
    expect(() => generator.manualSeed(1.5)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: manualSeed: seed must be a safe integer or a bigint: got 1.5. Use a bigint beyond 2^53.]`,
    )
    expect(() => generator.manualSeed(Number.NaN)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: manualSeed: seed must be a safe integer or a bigint: got NaN. Use a bigint beyond 2^53.]`,
    )
    expect(() => generator.manualSeed(2 ** 60)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: manualSeed: seed must be a safe integer or a bigint: got 1152921504606847000. Use a bigint beyond 2^53.]`,
    )
    expect(() => generator.manualSeed(2n ** 64n)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: manualSeed: seed out of range: got 18446744073709551616, expected -2^63 to 2^64 - 1.]`,
    )
    expect(generator.initialSeed()).toBe(1n)
  })

  test('seed() seeds from entropy and returns a seed that repeats the sequence', () => {
    const generator = new Generator(1)
    const seed = generator.seed()
    expect(Number.isSafeInteger(seed)).toBe(true)
    expect(generator.initialSeed()).toBe(BigInt(seed))
    expect(take(generator, 5)).toEqual(take(new Generator(seed), 5))
    expect(generator.seed()).not.toBe(seed)
  })

  test.each([0, 1, 623, 624, 625, 1000])(
    'setState(getState()) continues after %i draws, cached normal included',
    (draws) => {
      const generator = new Generator(11)
      take(generator, draws)
      drawNormal(generator)
      const state = generator.getState()
      const wanted = [drawNormal(generator), ...take(generator, 700)]
      const other = new Generator(99).setState(state)
      expect([drawNormal(other), ...take(other, 700)]).toEqual(wanted)
      expect(other.initialSeed()).toBe(11n)
    },
  )

  test('setState(state) reads a view that does not start at the beginning of its buffer', () => {
    const state = new Generator(5).getState()
    const shifted = new Uint8Array(state.length + 3)
    shifted.set(state, 3)
    expect(take(new Generator(1).setState(shifted.subarray(3)), 3)).toEqual(take(new Generator(5), 3))
  })

  test('setState(bytes) rejects what is no state and keeps the old one', () => {
    const generator = new Generator(2)
    expect(() => generator.setState(new Uint8Array(10))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: setState: state has the wrong size: got 10 bytes, expected 5056. Pass what getState() returned.]`,
    )
    expect(() => generator.setState(new Uint8Array(5056))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: setState: bytes are not a generator state. Pass what getState() returned.]`,
    )
    expect(take(generator, 3)).toEqual(take(new Generator(2), 3))
  })

  test('clone() continues with the same numbers and moves on its own', () => {
    const generator = new Generator(8)
    take(generator, 600)
    drawNormal(generator)
    const copy = generator.clone()
    const wanted = [drawNormal(generator), ...take(generator, 700)]
    expect([drawNormal(copy), ...take(copy, 700)]).toEqual(wanted)
  })

  test('manualSeed(seed) of the module seeds the default generator', () => {
    expect(manualSeed(42)).toBe(defaultGenerator)
    const values = new Float32Array(2)
    fillNormal(defaultGenerator, values)
    expect(values[0]).toBeCloseTo(0.33669037, 6) // torch.manual_seed(42); torch.randn(2)
    expect(values[1]).toBeCloseTo(0.12880941, 6)
  })
})
