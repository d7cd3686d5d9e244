import { dispatch } from '../dispatch.ts'
import { isFloat, resultType } from '../dtypes.ts'
import { readSync } from '../read.ts'
import { ArgumentError, DTypeError, ShapeError } from '../errors.ts'
import { formatShape, normalizeDim, normalizeDims, sameShape } from '../layout.ts'
import { cast, checkOperand, floatType, isTensor, promote } from '../operands.ts'
import type { Operand } from '../operands.ts'
import type { Tensor } from '../tensor.ts'
import { where } from './pointwise.ts'
import type { Dims, ReduceOptions, SumOptions, ValuesAndIndices } from './reductions.ts'
import * as reductions from './reductions.ts'

export interface CloseOptions {
  /** Allowed difference relative to the other value; 1e-5. */
  readonly rtol?: number
  /** Allowed absolute difference; 1e-8. */
  readonly atol?: number
  /** Whether NaN is close to NaN. */
  readonly equalNan?: boolean
}

/** `|a - b| <= atol + rtol |b|`, and equal infinities. */
export function isclose(a: Tensor, b: Tensor, { rtol = 1e-5, atol = 1e-8, equalNan = false }: CloseOptions): Tensor {
  if (!isTensor(b)) {
    checkOperand('isclose', b)
    throw new ArgumentError('isclose: both operands must be tensors, got a number. Wrap it in tensor(...).')
  }
  if (a.dtype !== b.dtype) throw new DTypeError(`isclose: dtypes differ: ${a.dtype} vs ${b.dtype}. Use x.to(dtype).`)
  const same = a.eq(b)
  if (!isFloat(a.dtype)) {
    const [x, y] = [cast(a, 'float64'), cast(b, 'float64')]
    return same.logicalOr(x.sub(y).abs().le(y.abs().mul(rtol).add(atol)))
  }
  const near = a.sub(b).abs().le(b.abs().mul(rtol).add(atol)).logicalAnd(b.isfinite())
  const close = same.logicalOr(near)
  return equalNan ? close.logicalOr(a.isnan().logicalAnd(b.isnan())) : close
}

/** Whether all are close. Reads the result, so only on devices that can at once. */
export function allclose(a: Tensor, b: Tensor, options: CloseOptions): boolean {
  return readSync('allclose', isclose(a, b, options).all())[0] === 1
}

/** `allclose` on devices that answer later. */
export async function allcloseAsync(a: Tensor, b: Tensor, options: CloseOptions): Promise<boolean> {
  return (await isclose(a, b, options).all().item()) === 1
}

/** `equal` on devices that answer later. */
export async function equalAsync(a: Tensor, b: Tensor): Promise<boolean> {
  return sameShape(a.shape, b.shape) && (await a.eq(b).all().item()) === 1
}

/** Whether shapes and all values are equal. */
export function equal(a: Tensor, b: Tensor): boolean {
  return sameShape(a.shape, b.shape) && readSync('equal', a.eq(b).all())[0] === 1
}

/** The k-th smallest along a dim and its position; k counts from 1. */
export function kthvalue(x: Tensor, k: number, dim: number, { keepDim = false }: ReduceOptions): ValuesAndIndices {
  const at = normalizeDim('kthvalue', dim, x.ndim)
  const size = x.shape[at] ?? 1
  if (!Number.isInteger(k) || k < 1 || k > size) {
    throw new ArgumentError(`kthvalue: k must be a whole number from 1 to ${size}, the size of dim ${dim}; got ${k}.`)
  }
  if (x.ndim === 0) return { values: x.clone(), indices: x.argmax() }
  const { values, indices } = reductions.sort(x, at, false)
  const pick = (y: Tensor): Tensor => (keepDim ? y.narrow(at, k - 1, 1) : y.select(at, k - 1))
  return { values: pick(values), indices: pick(indices) }
}

/** The lower of the two middle values along a dim, with its position; NaN if there is one. */
export function medianAlong(x: Tensor, dim: number, options: ReduceOptions): ValuesAndIndices {
  const at = normalizeDim('median', dim, x.ndim)
  const size = x.shape[at] ?? 1
  if (size === 0)
    throw new ShapeError(
      `median: dim ${dim} of ${formatShape(x.shape)} is empty and the median of nothing has no value.`,
    )
  const middle = kthvalue(x, Math.floor((size - 1) / 2) + 1, at, { keepDim: true })
  const firstNaN = x.isnan().to('uint8').argmax(at, { keepDim: true })
  const hasNaN = x.ndim === 0 ? x.isnan() : x.isnan().any(at, { keepDim: true })
  const indices = where(hasNaN, firstNaN, middle.indices)
  const values = x.ndim === 0 ? x.clone() : x.gather(at, indices)
  return options.keepDim === true || x.ndim === 0
    ? { values, indices }
    : { values: values.squeeze(at), indices: indices.squeeze(at) }
}

export function median(x: Tensor): Tensor {
  return medianAlong(x.flatten(), 0, {}).values
}

/** The most frequent value along a dim (the smallest of equals) and the last position where it stands. */
export function mode(x: Tensor, dim: number, { keepDim = false }: ReduceOptions): ValuesAndIndices {
  const at = normalizeDim('mode', dim, x.ndim)
  if (x.ndim === 0) return { values: x.clone(), indices: x.argmax() }
  const lines = x.movedim(at, -1)
  const counts = lines.unsqueeze(-1).eq(lines.unsqueeze(-2)).sum(-1)
  const most = counts.eq(counts.amax(-1, { keepDim: true }))
  const one = lines.gather(-1, counts.argmax(-1, { keepDim: true }))
  const smallest = where(most, lines, one).amin(-1, { keepDim: true })
  const size = lines.size(-1)
  const last = lines.eq(smallest).flip(-1).to('uint8').argmax(-1, { keepDim: true })
  const indices = last
    .neg()
    .add(size - 1)
    .movedim(-1, at)
  const values = x.gather(at, indices)
  return keepDim ? { values, indices } : { values: values.squeeze(at), indices: indices.squeeze(at) }
}

/** How a quantile that falls between two values is formed. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest'

export interface QuantileOptions extends ReduceOptions {
  readonly interpolation?: Interpolation
}

/** Positions and weights between sorted values for each quantile. */
function between(position: number, interpolation: Interpolation): readonly [low: number, high: number, weight: number] {
  const [low, high] = [Math.floor(position), Math.ceil(position)]
  switch (interpolation) {
    case 'linear':
      return [low, high, position - low]
    case 'lower':
      return [low, low, 0]
    case 'higher':
      return [high, high, 0]
    case 'midpoint':
      return [low, high, 0.5]
    case 'nearest': {
      const nearest = position - low > 0.5 || (position - low === 0.5 && low % 2 === 1) ? high : low
      return [nearest, nearest, 0]
    }
  }
}

/** Quantiles of sorted lines: q [..] goes first, as in PyTorch. */
export function quantile(
  x: Tensor,
  q: number | readonly number[],
  dim: number | undefined,
  { keepDim = false, interpolation = 'linear' }: QuantileOptions,
): Tensor {
  if (!isFloat(x.dtype)) throw new DTypeError(`quantile: needs a float dtype, got ${x.dtype}. Use x.to('float32').`)
  const list = [q].flat()
  for (const value of list) {
    if (!(value >= 0 && value <= 1)) throw new ArgumentError(`quantile: q must lie in [0, 1], got ${value}.`)
  }
  const at = dim === undefined ? 0 : normalizeDim('quantile', dim, x.ndim)
  const lines = dim === undefined ? x.flatten() : x
  const size = lines.shape[at] ?? 1
  if (size === 0)
    throw new ShapeError(
      `quantile: dim ${at} of ${formatShape(x.shape)} is empty and the quantile of nothing has no value.`,
    )
  const sorted = reductions.sort(lines.ndim === 0 ? lines.reshape(1) : lines, at, false).values
  const hasNaN = sorted.isnan().any(at)
  const results = list.map((value) => {
    const [low, high, weight] = between(value * (size - 1), interpolation)
    const lower = sorted.select(at, low)
    const mixed = weight === 0 ? lower : lower.add(sorted.select(at, high).sub(lower).mul(weight))
    const guarded = mixed.maskedFill(hasNaN, NaN)
    if (!keepDim) return guarded
    return dim === undefined ? guarded.reshape(x.shape.map(() => 1)) : guarded.unsqueeze(at)
  })
  return typeof q === 'number' ? results[0]! : dispatchStack(results)
}

function dispatchStack(parts: readonly Tensor[]): Tensor {
  return dispatch(
    'cat',
    parts.map((part) => part.unsqueeze(0)),
    { dim: 0 },
  )
}

/** Sum with NaN counted as 0. */
export function nansum(x: Tensor, dim: Dims, options: SumOptions): Tensor {
  return reductions.sum(isFloat(x.dtype) ? x.maskedFill(x.isnan(), 0) : x, dim, options)
}

/** Mean of what is not NaN. */
export function nanmean(x: Tensor, dim: Dims, options: SumOptions): Tensor {
  const count = x
    .isnan()
    .logicalNot()
    .sum(dim, { keepDim: options.keepDim ?? false })
  return nansum(x, dim, options).div(count)
}

/** How many are not 0. */
export function countNonzero(x: Tensor, dim: Dims): Tensor {
  return reductions.sum(x.ne(0), dim, {})
}

/** log(exp(a) + exp(b)) without overflow. */
export function logaddexp(a: Tensor, b: Operand): Tensor {
  const peak = a.maximum(b)
  const gap = a.sub(b).abs().neg()
  // Equal infinities leave NaN in the gap; there the sum is the peak.
  return where(a.eq(b).logicalAnd(peak.isinf()), peak, peak.add(gap.exp().log1p()))
}

/** 0 below, 1 above, `values` at 0. */
export function heaviside(x: Tensor, values: Tensor): Tensor {
  return where(x.eq(0), cast(values, x.dtype), cast(x.gt(0), x.dtype))
}

/** Differences of neighbours along a dim, n times over. */
export function diff(x: Tensor, n: number, dim: number): Tensor {
  if (x.ndim === 0) throw new ShapeError('diff: needs at least 1 dim, got a 0-d tensor.')
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError(`diff: n must be a whole number >= 0, got ${n}.`)
  const at = normalizeDim('diff', dim, x.ndim)
  let result = x
  for (let i = 0; i < n; i++) {
    const size = Math.max(0, result.shape[at]! - 1)
    if (result.shape[at] === 0) return result
    const [high, low] = [result.narrow(at, 1, size), result.narrow(at, 0, size)]
    result = x.dtype === 'bool' ? high.logicalXor(low) : high.sub(low)
  }
  return result
}

/** log of the running sum of exponentials. */
export function logcumsumexp(x: Tensor, dim: number): Tensor {
  const at = normalizeDim('logcumsumexp', dim, x.ndim)
  if (x.numel === 0 || x.ndim === 0) return x.clone()
  // Shifting each line by its own running maximum keeps small leading terms exact: a table over pairs, as the sums are short.
  const lines = x.movedim(at, -1)
  const size = lines.size(-1)
  const steps = lines.newFull([size], 1).cumsum(0)
  const table = lines.unsqueeze(-2).where(steps.le(steps.unsqueeze(1)), -Infinity)
  return reductions.logSumExp(table, -1, {}).movedim(-1, at)
}

/** x log(y), 0 where x is 0 (and y is not NaN). */
export function xlogy(x: Tensor, y: Operand): Tensor {
  checkOperand('xlogy', y)
  const [factor, argument] = promote('xlogy', x, y, floatType(resultType(x, y)))
  const hasNoLog = argument.le(0).logicalOr(argument.eq(Infinity))
  return factor.mul(argument.maskedFill(factor.eq(0).logicalAnd(hasNoLog), 1).log())
}

/** Smallest and largest at once. */
export function aminmax(
  x: Tensor,
  dim: number | undefined,
  options: ReduceOptions,
): { readonly min: Tensor; readonly max: Tensor } {
  const dims = normalizeDims('aminmax', dim, x.ndim)
  return { min: reductions.amin(x, dims, options), max: reductions.amax(x, dims, options) }
}
