import type { DType, TypedArray } from './dtypes.ts'
import { DTypeError } from './errors.ts'
import type { Shape } from './layout.ts'

/** What `tolist()` gives: a number or boolean for a 0-d tensor, else nested arrays. */
export type NestedArray = number | boolean | NestedArray[]

/** @throws DTypeError for an int64 that a number cannot hold exactly */
export function toNumber(op: string, value: number | bigint): number {
  if (typeof value === 'number') return value
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
    throw new DTypeError(`${op}: the int64 ${value} does not fit in a number exactly. Use data() for bigints.`)
  }
  return Number(value)
}

/** Row-major elements as nested arrays. */
export function nest(data: TypedArray, shape: Shape, dtype: DType): NestedArray {
  let at = 0
  const read = (): number | boolean => {
    const value = toNumber('tolist', data[at++]!)
    return dtype === 'bool' ? value !== 0 : value
  }
  const build = (dim: number): NestedArray =>
    dim === shape.length ? read() : Array.from({ length: shape[dim]! }, () => build(dim + 1))
  return build(0)
}
