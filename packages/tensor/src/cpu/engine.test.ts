import { describe, expect, it } from 'vitest'
import type { DType, Tensor, TypedArray } from '../index.ts'
import { Generator, cat, fromData, where } from '../index.ts'
import { cpuEngine, startEngine } from './engine.ts'

// Every place is far too small, so that tensors are copied out and back all the time.
startEngine({
  small: { slots: 4, slotBytes: 256 },
  smallBytes: 64,
  medium: { slots: 6, slotBytes: 4096 },
  mediumBytes: 512,
  large: { first: 16 << 10, most: 16 << 10 },
})

/** A tensor and, in plain JavaScript, what it must hold: a view of a shadow storage. */
interface Pair {
  readonly tensor: Tensor
  readonly shadow: Shadow
}

interface Shadow {
  readonly data: (number | bigint)[]
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
}

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'int64', 'uint8', 'bool']
const random = new Generator(20)
const below = (n: number): number => random.uint32() % n
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!

function* positions({ shape, strides, offset }: Shadow): Generator_ {
  const walk = function* (dim: number, at: number): Generator_ {
    if (dim === shape.length) yield at
    else for (let i = 0; i < shape[dim]!; i++) yield* walk(dim + 1, at + i * strides[dim]!)
  }
  yield* walk(0, offset)
}
type Generator_ = globalThis.Generator<number, void, undefined>

const valuesOf = (shadow: Shadow): (number | bigint)[] => Array.from(positions(shadow), (at) => shadow.data[at]!)

function fresh(values: readonly (number | bigint)[], shape: readonly number[]): Shadow {
  const strides = shape.map((_, dim) => shape.slice(dim + 1).reduce((a, b) => a * b, 1))
  return { data: [...values], shape, strides, offset: 0 }
}

const rounding: { readonly [D in DType]: (x: number | bigint) => number | bigint } = {
  float16: Number,
  float32: (x) => Math.fround(Number(x)),
  float64: Number,
  int32: (x) => Number(x) | 0,
  int64: (x) => BigInt.asIntN(64, BigInt(x)),
  uint8: (x) => Number(x) & 255,
  bool: (x) => Number(Number(x) !== 0),
}

function dataOf(values: readonly (number | bigint)[], dtype: DType): TypedArray {
  const numbers = values.map(Number)
  switch (dtype) {
    case 'float64':
      return Float64Array.from(numbers)
    case 'int32':
      return Int32Array.from(numbers)
    case 'int64':
      return BigInt64Array.from(values, BigInt)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(numbers)
    default:
      return Float32Array.from(numbers)
  }
}

function create(): Pair {
  const dtype = pick(dtypes)
  const shape = Array.from({ length: below(5) }, () => pick([1, 1, 2, 3, 5, 8, ...(below(30) === 0 ? [40] : [])]))
  const numel = shape.reduce((a, b) => a * b, 1)
  const limit = dtype === 'bool' ? 2 : 100
  const values = Array.from({ length: numel }, () => (dtype === 'int64' ? BigInt(below(limit)) : below(limit)))
  return { tensor: fromData(dataOf(values, dtype), shape, dtype), shadow: fresh(values, shape) }
}

/** Views: the tensor's and the shadow's must stay the same elements. */
function view({ tensor, shadow }: Pair): Pair {
  const { shape, strides, offset, data } = shadow
  if (shape.length === 0) return { tensor: tensor.view([1]), shadow: { data, shape: [1], strides: [1], offset } }
  const dim = below(shape.length)
  const other = below(shape.length)
  switch (below(4)) {
    case 0: {
      const swapped = (list: readonly number[]): number[] =>
        list.map((x, d) => (d === dim ? list[other]! : d === other ? list[dim]! : x))
      return {
        tensor: tensor.transpose(dim, other),
        shadow: { data, shape: swapped(shape), strides: swapped(strides), offset },
      }
    }
    case 1: {
      const start = below(shape[dim]!)
      const size = 1 + below(shape[dim]! - start)
      return {
        tensor: tensor.narrow(dim, start, size),
        shadow: { data, shape: shape.with(dim, size), strides, offset: offset + start * strides[dim]! },
      }
    }
    case 2:
      return {
        tensor: tensor.flip(dim),
        shadow: {
          data,
          shape,
          strides: strides.with(dim, -strides[dim]!),
          offset: offset + (shape[dim]! - 1) * strides[dim]!,
        },
      }
    default: {
      const index = below(shape[dim]!)
      return {
        tensor: tensor.select(dim, index),
        shadow: {
          data,
          shape: shape.toSpliced(dim, 1),
          strides: strides.toSpliced(dim, 1),
          offset: offset + index * strides[dim]!,
        },
      }
    }
  }
}

type Op = (a: number | bigint, b: number | bigint) => number | bigint
const sum: Op = (a, b) => (typeof a === 'bigint' ? a + BigInt(b) : Number(a) + Number(b))

function combine(a: Pair): Pair {
  const { tensor, shadow } = a
  const round = rounding[tensor.dtype]
  const values = valuesOf(shadow)
  const mapped = (f: (x: number | bigint) => number | bigint): Shadow =>
    fresh(
      values.map((x) => round(f(x))),
      shadow.shape,
    )
  switch (below(6)) {
    case 0:
      return { tensor: tensor.clone(), shadow: mapped((x) => x) }
    case 1:
      return tensor.dtype === 'bool' ? view(a) : { tensor: tensor.add(tensor), shadow: mapped((x) => sum(x, x)) }
    case 2:
      return { tensor: tensor.reshape(-1).clone(), shadow: fresh(values, [values.length]) }
    case 3:
      return {
        tensor: cat([tensor.reshape(-1), tensor.reshape(-1)]),
        shadow: fresh([...values, ...values], [values.length * 2]),
      }
    case 4: {
      const mask = tensor.gt(50)
      return { tensor: where(mask, tensor, tensor.newFull([], 1)), shadow: mapped((x) => (x > 50 ? x : 1)) }
    }
    default:
      if (tensor.dtype === 'float64') return view(a)
      return { tensor: tensor.to('float64'), shadow: fresh(values.map(Number), shadow.shape) }
  }
}

/** In-place writes, seen by all views through the shared shadow storage. */
function write({ tensor, shadow }: Pair): void {
  const round = rounding[tensor.dtype]
  if (below(2) === 0) {
    const value = tensor.dtype === 'bool' ? 1 : below(100)
    tensor.fill_(value)
    for (const at of positions(shadow)) shadow.data[at] = round(value)
  } else if (tensor.dtype !== 'bool') {
    tensor.add_(3)
    for (const at of positions(shadow)) shadow.data[at] = round(sum(shadow.data[at]!, 3))
  }
}

function expectSame({ tensor, shadow }: Pair, step: number): void {
  expect(Array.from(tensor.dataSync() as ArrayLike<number | bigint>), `step ${step}`).toEqual(
    valuesOf(shadow).map((x) => rounding[tensor.dtype](x)),
  )
}

describe('the engine in tiny places', () => {
  const steps = Number(process.env['METAGRAD_FUZZ_STEPS'] ?? 50_000)

  it(`holds every live tensor bit for bit through ${steps} random ops`, () => {
    const live: Pair[] = []
    for (let step = 0; step < steps; step++) {
      const action = below(10)
      if (live.length < 4 || action < 2) live.push(create())
      else if (action < 4) live.push(view(pick(live)))
      else if (action < 7) live.push(combine(pick(live)))
      else write(pick(live))
      // Random survivors; large results die young so that shapes stay small.
      while (live.length > 60 || (live.at(-1)?.tensor.numel ?? 0) > 5000)
        live.splice((live.at(-1)?.tensor.numel ?? 0) > 5000 ? live.length - 1 : below(live.length), 1)
      if (live.length > 0) expectSame(pick(live), step)
    }
    for (const pair of live) expectSame(pair, steps)
    expect(cpuEngine().memory.usage().total).toBeLessThan(16 << 20)
  }, 600_000)
})
