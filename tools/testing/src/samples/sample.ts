import type { DType, Shape, Tensor, TypedArray } from '@metagrad/tensor'
import { Generator, fromData, isFloat } from '@metagrad/tensor'

/** What an input holds. Values are drawn from a seed, so that goldens need not repeat them. */
export interface Input {
  readonly shape: Shape
  /** Draws the elements; the result is rounded to the dtype. */
  readonly draw: (generator: Generator, numel: number, shape: Shape) => ArrayLike<number>
  /** Fixed, for indices and masks; others run in each dtype of the sample. */
  readonly dtype?: DType
}

/**
 * One op in one form. A row is all that an op needs to be proven: it yields goldens, gradient checks, strided and empty
 * inputs, parity between backends, and its line in docs/ops.md.
 */
export interface Sample {
  /** Name in the API: `logSumExp`. Rows with one name are forms of one op. */
  readonly name: string
  /** What sets this form apart: `dim=1, keepDim`. */
  readonly form?: string
  /**
   * The same in Python, over inputs `a`, `b`, `c`, ...; `torch`, `F` and `math` are in scope. Statements may come first, each
   * ended by `; `. Missing: no oracle in PyTorch.
   */
  readonly torch?: string
  readonly run: (...inputs: Tensor[]) => Tensor | readonly Tensor[]
  /** Several sets of inputs. */
  readonly cases: readonly (readonly Input[])[]
  /** Default: float32 and float64. */
  readonly dtypes?: readonly DType[]
  /** Whether gradients exist (default) and second ones too (default). */
  readonly differentiable?: boolean
  readonly second?: boolean
  /** Largest relative error against PyTorch where the common table (tolerances.ts) is too strict; say why beside it. */
  readonly tolerance?: Partial<Record<DType, number>>
  /** Calls that must fail; the tests hold their messages as snapshots. */
  readonly bad?: Readonly<Record<string, () => unknown>>
  /** First-tier names of the op list are 1. */
  readonly tier?: 1 | 2
}

/** Uniform numbers, away from the kinks of most functions. */
export function real(shape: Shape, low = -2, high = 2): Input {
  return {
    shape,
    draw: (generator, numel) => Array.from({ length: numel }, () => low + (high - low) * generator.uniform24()),
  }
}

/** Whole numbers from low to high, both included. They follow the sample's dtype unless one is given. */
export function whole(shape: Shape, low: number, high: number, dtype?: DType): Input {
  const draw: Input['draw'] = (generator, numel) =>
    Array.from({ length: numel }, () => low + (generator.uint32() % (high - low + 1)))
  return dtype === undefined ? { shape, draw } : { shape, draw, dtype }
}

/** Positions in a dim of `size`. */
export function index(shape: Shape, size: number): Input {
  return whole(shape, 0, size - 1, 'int64')
}

/** Positions, none twice, for ops that leave the order of equal ones open. */
export function distinctIndex(count: number, size: number): Input {
  return { shape: [count], dtype: 'int64', draw: (generator) => shuffled(generator, size).slice(0, count) }
}

export function mask(shape: Shape): Input {
  return whole(shape, 0, 1, 'bool')
}

/** All different, at least 0.1 apart: for sorting and extrema, whose gradients jump at ties. */
export function distinct(shape: Shape): Input {
  return {
    shape,
    draw: (generator, numel) => shuffled(generator, numel).map((rank) => 0.1 * rank - 0.05 * numel + 0.03),
  }
}

/** Exact values. */
export function values(shape: Shape, list: readonly number[], dtype?: DType): Input {
  return dtype === undefined ? { shape, draw: () => list } : { shape, draw: () => list, dtype }
}

/** Square matrices far from singular: random plus `size` on the diagonal. */
export function wellConditioned(...shape: number[]): Input {
  const size = shape.at(-1)!
  const draw: Input['draw'] = (generator, numel) =>
    Array.from(
      { length: numel },
      (_, i) => 2 * generator.uniform24() - 1 + (Math.floor(i / size) % size === i % size ? size : 0),
    )
  return { shape, draw }
}

function shuffled(generator: Generator, n: number): number[] {
  const list = Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = generator.uint32() % (i + 1)
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  }
  return list
}

/** 0-d, 1-d, 2-d, larger than a vector register, and empty. */
export function unaryCases(low?: number, high?: number): Input[][] {
  return [[], [5], [2, 3], [3, 1, 17], [0, 3]].map((shape) => [real(shape, low, high)])
}

/** Equal shapes, broadcasting from both sides, a scalar, and empty. */
export function binaryCases(
  first: readonly [number, number] = [-2, 2],
  second: readonly [number, number] = first,
): Input[][] {
  const shapes: [Shape, Shape][] = [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [
      [4, 1],
      [1, 5],
    ],
    [[], [3]],
    [[2, 1, 9], []],
    [[0, 3], [3]],
  ]
  return shapes.map(([a, b]) => [real(a, ...first), real(b, ...second)])
}

/** Key of a golden case; also its title in tests. */
export function caseKey(sample: Sample, at: number, dtype: DType): string {
  return `${sample.name}${sample.form === undefined ? '' : `(${sample.form})`} #${at} ${dtype}`
}

/** One number per text, so that each case has its own stream whatever the order of rows. */
function seedOf(text: string): number {
  let seed = 7
  for (let i = 0; i < text.length; i++) seed = (Math.imul(seed, 31) + text.charCodeAt(i)) >>> 0
  return seed
}

function asData(list: ArrayLike<number>, dtype: DType): TypedArray {
  const numbers = Array.from(list)
  switch (dtype) {
    case 'float64':
      return Float64Array.from(numbers)
    case 'float32':
    case 'float16':
      return Float32Array.from(numbers)
    case 'int64':
      return BigInt64Array.from(numbers, (value) => BigInt(Math.round(value)))
    case 'int32':
      return Int32Array.from(numbers, Math.round)
    case 'uint8':
      return Uint8Array.from(numbers, (value) => Math.abs(Math.round(value)))
    case 'bool':
      return Uint8Array.from(numbers, (value) => Number(Math.round(value) !== 0))
  }
}

/** The inputs of a case, the same on every machine. Float inputs of the sample's dtype require grad if asked. */
export function makeInputs(sample: Sample, at: number, dtype: DType, requiresGrad = false): Tensor[] {
  const generator = new Generator(seedOf(`${sample.name} ${sample.form ?? ''} ${at}`))
  return sample.cases[at]!.map(({ shape, draw, dtype: fixed }) => {
    const own = fixed ?? dtype
    const numel = shape.reduce((n, size) => n * size, 1)
    const tensor = fromData(asData(draw(generator, numel, shape), own), shape, own)
    if (requiresGrad && isFloat(own)) tensor.requiresGrad = true
    return tensor
  })
}

/** Gradient of the i-th output element that goldens start backward from: fixed numbers of moderate size. */
export function seedGradient(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.cos(1.7 * i) + 0.25)
}

/** The float outputs of a run. */
export function outputsOf(sample: Sample, inputs: readonly Tensor[]): Tensor[] {
  return [sample.run(...inputs)].flat()
}
