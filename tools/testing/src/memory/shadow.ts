import type { DType, Tensor, TypedArray } from '@metagrad/tensor'

/** What a view must hold, in plain JavaScript: `data` stands for its storage and is shared by all its views. */
export interface Shadow {
  readonly data: (number | bigint)[]
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
}

/** A tensor and what it must hold. */
export interface Pair {
  readonly tensor: Tensor
  readonly shadow: Shadow
}

/** Where the elements of a shadow are in its data, in order. */
export function positionsOf({ shape, strides, offset }: Shadow): number[] {
  const positions: number[] = []
  const walk = (dim: number, start: number): void => {
    const [size, stride] = [shape[dim]!, strides[dim]!]
    const isLast = dim === shape.length - 1
    for (let i = 0, at = start; i < size; i++, at += stride) {
      if (isLast) positions.push(at)
      else walk(dim + 1, at)
    }
  }
  if (shape.length === 0) return [offset]
  walk(0, offset)
  return positions
}

export function valuesOf(shadow: Shadow): (number | bigint)[] {
  return positionsOf(shadow).map((at) => shadow.data[at]!)
}

/** A shadow of a fresh, contiguous tensor. */
export function fresh(values: readonly (number | bigint)[], shape: readonly number[]): Shadow {
  const strides = shape.map((_, dim) => shape.slice(dim + 1).reduce((a, b) => a * b, 1))
  return { data: [...values], shape, strides, offset: 0 }
}

export const numelOf = ({ shape }: Shadow): number => shape.reduce((a, b) => a * b, 1)

export function isContiguous(shadow: Shadow): boolean {
  const { strides } = fresh([], shadow.shape)
  return strides.every((stride, dim) => stride === shadow.strides[dim] || shadow.shape[dim] === 1)
}

/** Several elements share one place, as `expand` makes them: in-place methods refuse that. */
export function overlapsItself({ shape, strides }: Shadow): boolean {
  return shape.some((size, dim) => size > 1 && strides[dim] === 0)
}

/** To the nearest float16, of numbers that are no smaller than its least normal one. */
function roundHalf(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(x))) - 10)
  const [below, rest] = [Math.floor(x / unit), x / unit - Math.floor(x / unit)]
  const rounded = (rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below) * unit
  return Math.abs(rounded) > 65_504 ? Math.sign(x) * Infinity : rounded
}

/** What becomes of an exact result in each dtype. */
export const rounding: { readonly [D in DType]: (x: number | bigint) => number | bigint } = {
  float16: (x) => roundHalf(Number(x)),
  float32: (x) => Math.fround(Number(x)),
  float64: Number,
  int32: (x) => Number(x) | 0,
  int64: (x) => BigInt.asIntN(64, BigInt(x)),
  uint8: (x) => Number(x) & 255,
  bool: (x) => Number(Number(x) !== 0),
}

/** Values as the data that a tensor of a dtype is made from. */
export function dataOf(values: readonly (number | bigint)[], dtype: DType): TypedArray {
  const numbers = (): number[] => values.map(Number)
  switch (dtype) {
    case 'float64':
      return Float64Array.from(numbers())
    case 'int32':
      return Int32Array.from(numbers())
    case 'int64':
      return BigInt64Array.from(values, BigInt)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(numbers())
    default:
      return Float32Array.from(numbers())
  }
}

/** The first element that differs in any bit, if there is one. */
export function difference({ tensor, shadow }: Pair): string | undefined {
  const got = tensor.dataSync()
  const positions = positionsOf(shadow)
  if (got.length !== positions.length) return `${got.length} elements instead of ${positions.length}`
  for (let i = 0; i < positions.length; i++) {
    const want = shadow.data[positions[i]!]
    if (!Object.is(got[i], want))
      return `${tensor.dtype} [${shadow.shape.join(', ')}]: ${got[i]} at ${i} instead of ${want}`
  }
  return undefined
}
