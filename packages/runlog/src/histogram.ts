import { RunlogError } from './errors.ts'
import type { HistFields } from './event.ts'

/**
 * Counts values into `bins` equal bins between their least and their greatest; NaN and infinities are only counted.
 *
 * std = sqrt(sum((x - mean)^2) / n), over the finite values (the population's, without correction).
 *
 * @throws {RunlogError} ARGUMENT when `bins` is not an integer from 1 to 1024.
 * @example
 * histogram('weight/w', [0, 1, 1, 4], { bins: 2 }).counts // -> [3, 1]
 */
export function histogram(tag: string, values: ArrayLike<number>, { bins = 32 }: { bins?: number } = {}): HistFields {
  if (!Number.isInteger(bins) || bins < 1 || bins > 1024) {
    throw new RunlogError(`histogram: bins is ${bins}, expected an integer from 1 to 1024.`, 'ARGUMENT')
  }
  const finite = Float64Array.from(values).filter(Number.isFinite)
  const { min, max, mean, std } = moments(finite)
  // Halved, since max - min may not fit a number.
  const halfSpan = max / 2 - min / 2
  const edge = (i: number): number => Math.min(Math.max(2 * (min / 2 + i * (halfSpan / bins)), min), max)
  const edges = finite.length === 0 ? [0, 1] : Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : edge(i)))
  const counts = Array.from({ length: edges.length - 1 }, () => 0)
  let zeros = 0
  for (const x of finite) {
    if (x === 0) zeros += 1
    const fraction = halfSpan > 0 ? (x / 2 - min / 2) / halfSpan : 0
    const bin = Math.min(Math.floor(fraction * bins), bins - 1)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { tag, edges, counts, n: values.length, min, max, mean, std, zeros, nonfinite: values.length - finite.length }
}

function moments(x: Float64Array): { min: number; max: number; mean: number; std: number } {
  if (x.length === 0) return { min: Number.NaN, max: Number.NaN, mean: Number.NaN, std: Number.NaN }
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let mean = 0
  let squares = 0
  let n = 0
  for (const value of x) {
    min = Math.min(min, value)
    max = Math.max(max, value)
    n += 1
    const difference = value - mean
    mean += value / n - mean / n
    squares += difference * (value - mean)
  }
  return { min, max, mean, std: Math.sqrt(squares / n) }
}
