import { dispatch, dispatchAll } from '../dispatch.ts'
import type { DType } from '../dtypes.ts'
import { isFloat } from '../dtypes.ts'
import { ArgumentError, DTypeError } from '../errors.ts'
import { normalizeDim, normalizeDims } from '../layout.ts'
import { cast } from '../operands.ts'
import type { Tensor } from '../tensor.ts'
import { sumType } from './pointwise.ts'

/** One dim, several, or (undefined) all. */
export type Dims = number | readonly number[] | undefined

export interface ReduceOptions {
  /** Reduced dims stay, with size 1. */
  readonly keepDim?: boolean
}

export interface SumOptions extends ReduceOptions {
  /** Cast to this before adding up. */
  readonly dtype?: DType
}

export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements: 1 (default) for the unbiased estimate, 0 for the population. */
  readonly correction?: number
}

/** Values and where they came from. */
export interface ValuesAndIndices {
  readonly values: Tensor
  readonly indices: Tensor
}

function reduction(primitive: 'sum' | 'prod' | 'amax' | 'amin', x: Tensor, dim: Dims, keepDim: boolean): Tensor {
  return dispatch(primitive, [x], { dims: normalizeDims(primitive, dim, x.ndim), keepDim })
}

export function sum(x: Tensor, dim: Dims, { keepDim = false, dtype }: SumOptions): Tensor {
  return reduction('sum', cast(x, sumType(x, dtype)), dim, keepDim)
}

export function prod(x: Tensor, dim: Dims, { keepDim = false, dtype }: SumOptions): Tensor {
  return reduction('prod', cast(x, sumType(x, dtype)), dim, keepDim)
}

export function amax(x: Tensor, dim: Dims, { keepDim = false }: ReduceOptions): Tensor {
  return reduction('amax', x, dim, keepDim)
}

export function amin(x: Tensor, dim: Dims, { keepDim = false }: ReduceOptions): Tensor {
  return reduction('amin', x, dim, keepDim)
}

function countOf(x: Tensor, dims: readonly number[]): number {
  return dims.reduce((count, dim) => count * x.shape[dim]!, 1)
}

export function mean(x: Tensor, dim: Dims, { keepDim = false, dtype }: SumOptions): Tensor {
  const wide = dtype === undefined ? x : cast(x, dtype)
  if (!isFloat(wide.dtype)) {
    throw new DTypeError(
      `mean: needs a float dtype, got ${wide.dtype}. Use x.to('float32').mean() or { dtype: 'float32' }.`,
    )
  }
  const dims = normalizeDims('mean', dim, x.ndim)
  return dispatch('mean', [wide], { dims, keepDim })
}

/** Two passes: the mean first, so that a large offset costs no digits. */
export function variance(x: Tensor, dim: Dims, { keepDim = false, correction = 1 }: VarianceOptions): Tensor {
  const dims = normalizeDims('var', dim, x.ndim)
  if (!isFloat(x.dtype)) throw new DTypeError(`var: needs a float dtype, got ${x.dtype}. Use x.to('float32').`)
  const centered = x.sub(mean(x, dims, { keepDim: true }))
  return dispatch('sum', [centered.square()], { dims, keepDim }).div(Math.max(0, countOf(x, dims) - correction))
}

export function argExtremum(op: 'argmax' | 'argmin', x: Tensor, dim: number | undefined, keepDim: boolean): Tensor {
  const dims = dim === undefined ? normalizeDims(op, undefined, x.ndim) : [normalizeDim(op, dim, x.ndim)]
  return dispatch(op, [x], { dims: x.ndim === 0 ? [] : dims, keepDim })
}

export function extremumAlong(op: 'max' | 'min', x: Tensor, dim: number, keepDim: boolean): ValuesAndIndices {
  if (x.ndim === 0)
    return { values: x.clone(), indices: argExtremum(op === 'max' ? 'argmax' : 'argmin', x, undefined, false) }
  const at = normalizeDim(op, dim, x.ndim)
  const indices = argExtremum(op === 'max' ? 'argmax' : 'argmin', x, at, true)
  const values = dispatch('gather', [x, indices], { dim: at })
  return keepDim ? { values, indices } : { values: values.squeeze(at), indices: indices.squeeze(at) }
}

/** `log(sum(exp(x)))` with the maximum taken out first. */
export function logSumExp(x: Tensor, dim: Dims, { keepDim = false }: ReduceOptions): Tensor {
  const dims = normalizeDims('logSumExp', dim, x.ndim)
  if (countOf(x, dims) === 0) return x.exp().sum(dims, { keepDim }).log()
  // Infinities would turn x - max into NaN; they are exact without the shift.
  const peak = amax(x, dims, { keepDim: true }).detach()
  const shift = peak.where(peak.isfinite(), 0)
  const total = x.sub(shift).exp().sum(dims, { keepDim: true }).log().add(shift)
  return keepDim ? total : total.squeeze(dims)
}

export function scan(op: 'cumsum' | 'cumprod', x: Tensor, dim: number, dtype: DType | undefined): Tensor {
  return dispatch(op, [cast(x, sumType(x, dtype))], { dim: normalizeDim(op, dim, x.ndim) })
}

export function scanExtremum(op: 'cummax' | 'cummin', x: Tensor, dim: number): ValuesAndIndices {
  const [values, indices] = dispatchAll(op, [x], { dim: normalizeDim(op, dim, x.ndim) })
  return { values: values!, indices: indices! }
}

export function sort(x: Tensor, dim: number, descending: boolean): ValuesAndIndices {
  const [values, indices] = dispatchAll('sort', [x], { dim: normalizeDim('sort', dim, x.ndim), descending })
  return { values: values!, indices: indices! }
}

/** The k largest (or smallest) along a dim, in order. */
export function topk(x: Tensor, k: number, dim: number, largest: boolean): ValuesAndIndices {
  const at = normalizeDim('topk', dim, x.ndim)
  const size = x.shape[at] ?? 1
  if (!Number.isInteger(k) || k < 0 || k > size) {
    throw new ArgumentError(`topk: k must be a whole number from 0 to ${size}, the size of dim ${dim}; got ${k}.`)
  }
  const { values, indices } = sort(x, at, largest)
  return x.ndim === 0 ? { values, indices } : { values: values.narrow(at, 0, k), indices: indices.narrow(at, 0, k) }
}

/** `all` and `any`: the minimum and the maximum of bools; of nothing they are true and false. */
export function truth(op: 'all' | 'any', x: Tensor, dim: Dims, { keepDim = false }: ReduceOptions): Tensor {
  const dims = normalizeDims(op, dim, x.ndim)
  const bools = cast(x, 'bool')
  if (countOf(x, dims) > 0) return reduction(op === 'all' ? 'amin' : 'amax', bools, dims, keepDim)
  const shape = keepDim
    ? x.shape.map((size, d) => (dims.includes(d) ? 1 : size))
    : x.shape.filter((_, d) => !dims.includes(d))
  return bools.newFull(shape, op === 'all' ? 1 : 0)
}
