import type { Shape } from '../layout.ts'
import type { Windows } from '../primitives.ts'

/** Numbers per window in the table. */
export const windowFields = 3

/**
 * The windows along a dim of `size`, three numbers each: the first element inside, the one after the last, and how many a mean counts,
 * which is those inside or, if `countsPadding`, those of the padding too.
 */
export function windowTable(windows: Windows, size: number, countsPadding = false): Int32Array {
  const { outputs, step, per, reach, padding, dilation } = windows
  const table = new Int32Array(windowFields * outputs)
  for (let o = 0; o < outputs; o++) {
    const start = Math.floor((o * step) / per) - padding
    const end = Math.floor((o * step + reach) / per) - padding
    const first = start < 0 ? start + Math.ceil(-start / dilation) * dilation : start
    const last = Math.max(first, Math.min(end, size))
    table[windowFields * o] = first
    table[windowFields * o + 1] = last
    table[windowFields * o + 2] = countsPadding ? Math.min(end, size + padding) - start : last - first
  }
  return table
}

/** Depth, height and width of what has up to three dims. */
export type Triple<T> = readonly [T, T, T]

/** The last three of a list, filled up in front. */
export function triple<T>(list: readonly T[], missing: T): Triple<T> {
  return [list.at(-3) ?? missing, list.at(-2) ?? missing, list.at(-1) ?? missing]
}

/** A dim of size 1 with one window. */
const noWindow: Windows = { outputs: 1, step: 1, per: 1, reach: 1, padding: 0, dilation: 1 }

/** A pool over up to three dims as one over depth, height and width. */
export interface Pool {
  readonly planes: number
  readonly sizes: Triple<number>
  readonly windows: Triple<Windows>
}

/** `size` of the pooled dims, of a tensor with as many planes of them as fit into `numel` elements. */
export function poolOf(windows: readonly Windows[], size: Shape, numel: number): Pool {
  const sizes = triple(size, 1)
  return { planes: numel / (sizes[0] * sizes[1] * sizes[2]), sizes, windows: triple(windows, noWindow) }
}
