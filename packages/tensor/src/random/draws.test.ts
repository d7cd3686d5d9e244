import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import type { DType, TypedArray } from '../dtypes.ts'
import type { FloatArray } from './arrays.ts'
import * as random from './index.ts'

// Golden values from PyTorch's CPU generator; golden/draws.py writes them and says what is recorded.
interface Step {
  call: keyof typeof calls
  dtype: DType
  size: number
  args?: (number | string | number[][] | boolean)[]
  first: (number | string)[]
  last?: (number | string)[]
  crc?: number
}

interface Case {
  seed: string
  steps: Step[]
  stateCrc: number
}

const cases: Case[] = JSON.parse(readFileSync(new URL('golden/draws.json', import.meta.url), 'utf8'))

const memory = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
}

const tolerance: Partial<Record<DType, number>> = { float32: 1e-6, float64: 1e-14 }

const float = (out: TypedArray): FloatArray => {
  if (out instanceof Float32Array || out instanceof Float64Array) return out
  throw new Error('golden data names an integer dtype for a draw of floats')
}

/** What each recorded call is here: fills `out`, or gives another array. */
const calls = {
  uniform: (g: random.Generator, out: TypedArray, { args = [] }: Step) =>
    random.fillUniform(g, float(out), ...args.map(Number)),
  normal: (g: random.Generator, out: TypedArray, { args = [] }: Step) =>
    random.fillNormal(g, float(out), ...args.map(Number)),
  normalSerial: (g: random.Generator, out: TypedArray, { args = [] }: Step) =>
    random.fillNormalSerial(g, float(out), ...args.map(Number)),
  exponential: (g: random.Generator, out: TypedArray, { args = [] }: Step) =>
    random.fillExponential(g, float(out), ...args.map(Number)),
  cauchy: (g: random.Generator, out: TypedArray, { args = [] }: Step) =>
    random.fillCauchy(g, float(out), ...args.map(Number)),
  logNormal: (g: random.Generator, out: TypedArray, { args = [] }: Step) =>
    random.fillLogNormal(g, float(out), ...args.map(Number)),
  geometric: (g: random.Generator, out: TypedArray, { args = [] }: Step) =>
    random.fillGeometric(g, out, Number(args[0])),
  bernoulli: (g: random.Generator, out: TypedArray, { args = [] }: Step) =>
    random.fillBernoulli(g, out, Number(args[0])),
  bernoulliOf: (g: random.Generator, out: TypedArray, { size, args = [] }: Step) => {
    const probabilities = args[0] === 'float32' ? new Float32Array(size) : new Float64Array(size)
    random.fillBernoulliOf(g, out, linspace(probabilities))
  },
  dropout: (g: random.Generator, out: TypedArray, { args = [] }: Step) =>
    random.fillDropout(g, float(out), Number(args[0])),
  randint: (g: random.Generator, out: TypedArray, { args = [] }: Step) => {
    const [low, high] = args.map((arg) => (typeof arg === 'string' ? BigInt(arg) : Number(arg)))
    random.fillRandint(g, out, low!, high!)
  },
  random: (g: random.Generator, out: TypedArray, { dtype }: Step) => random.fillRandom(g, out, dtype),
  randperm: (g: random.Generator, out: TypedArray) => random.fillRandperm(g, out),
  multinomial: (g: random.Generator, out: TypedArray, { size, args = [] }: Step) => {
    const [weights, samples, replacement] = args as [number[][], number, boolean]
    const flat =
      float(out).constructor === Float32Array ? Float32Array.from(weights.flat()) : Float64Array.from(weights.flat())
    const drawn = new BigInt64Array(size)
    random.fillMultinomial(g, drawn, flat, { categories: weights[0]!.length, samples, replacement })
    return drawn
  },
} satisfies Record<string, (g: random.Generator, out: TypedArray, step: Step) => TypedArray | void>

/** As torch.linspace(0, 1, n): from both ends to the middle, the step in the dtype of the array. */
function linspace(out: FloatArray): FloatArray {
  const n = out.length
  const step = out instanceof Float32Array ? Math.fround(1 / (n - 1)) : 1 / (n - 1)
  for (let i = 0; i < n; i++) out[i] = i < n / 2 ? i * step : 1 - step * (n - 1 - i)
  return out
}

function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/** What of the recorded values `values` misses: nothing when they agree. */
function misses({ first, last = [], crc, dtype }: Step, values: TypedArray): string[] {
  const got = [...values.subarray(0, first.length), ...values.subarray(values.length - last.length)].map(Number)
  const wanted = [...first, ...last].map(Number)
  const scale = Math.max(1, ...wanted.map(Math.abs))
  const slack = crc === undefined ? tolerance[dtype]! * scale : 0
  const wrong = got.flatMap((value, i) => {
    const want = dtype === 'float32' ? Math.fround(wanted[i]!) : wanted[i]!
    return Math.abs(value - want) <= slack ? [] : [`got ${value}, expected ${want}`]
  })
  if (crc !== undefined && crc32(bytesOf(values)) !== crc) wrong.push('checksum of all values differs')
  return wrong
}

for (const { seed, steps, stateCrc } of cases) {
  test(`Generator(${seed}) draws ${[...new Set(steps.map((step) => `${step.call} ${step.dtype}`))].join(', ')} as PyTorch does`, () => {
    const generator = new random.Generator(BigInt(seed))
    for (const step of steps) {
      const out = new memory[step.dtype](step.size)
      expect(misses(step, calls[step.call](generator, out, step) ?? out)).toEqual([])
    }
    const state = generator.getState()
    // Bytes 16 to 24 say where the next draw stands; before the first block they are arbitrary.
    expect(crc32(state.subarray(24), crc32(state.subarray(0, 16)))).toBe(stateCrc)
  })
}
