import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, DTypeError, ShapeError, formatShape } from '@metagrad/tensor'

/** A size per spatial dim, or one for all. */
export type PerDim = number | readonly number[]

/** Names of the spatial dims. */
const dimNames: Readonly<Record<number, string>> = { 1: 'L', 2: 'H, W', 3: 'D, H, W' }

/** @throws ArgumentError unless `value` is a whole number of at least `least`, or as many of them as there are dims */
export function perDim(op: string, name: string, value: PerDim, dims: number, least: number): readonly number[] {
  const list = typeof value === 'number' ? [value] : value
  const isFitting = Array.isArray(list) && (list.length === dims || list.length === 1)
  if (!isFitting || !list.every((size) => Number.isInteger(size) && size >= least)) {
    const got = Array.isArray(value) ? formatShape(value as number[]) : String(value)
    const many = dims === 1 ? '' : `, or ${dims} of them`
    throw new ArgumentError(`${op}: ${name} must be a whole number >= ${least}${many}, got ${got}.`)
  }
  return list.length === dims ? list : Array.from({ length: dims }, () => list[0]!)
}

/** @throws ShapeError unless `x` is [N, C, ..] or [C, ..] with as many spatial dims, DTypeError unless it holds floats */
export function checkInput(op: string, x: Tensor, dims: number): void {
  if (x.ndim !== dims + 2 && x.ndim !== dims + 1) {
    const names = dimNames[dims]!
    throw new ShapeError(`${op}: the input must be [N, C, ${names}] or [C, ${names}], got ${formatShape(x.shape)}.`)
  }
  if (!x.isFloatingPoint) throw new DTypeError(`${op}: needs a float dtype, got ${x.dtype}. Use x.to('float32').`)
}

/** The shape of weights whose first two dims have these names. */
export function weightShape(first: string, second: string, dims: number): string {
  return `[${first}, ${second}, ${dimNames[dims]!}]`
}

/** Elements from the first to the last of a window. */
export function extents(kernel: readonly number[], dilation: readonly number[]): number[] {
  return kernel.map((size, dim) => (size - 1) * dilation[dim]! + 1)
}
