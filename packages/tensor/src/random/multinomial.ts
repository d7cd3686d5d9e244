import { ArgumentError } from '../errors.ts'
import type { FloatArray } from './arrays.ts'
import { fillExponential } from './continuous.ts'
import type { Generator } from './generator.ts'

/** What `fillMultinomial` draws. */
export interface MultinomialOptions {
  /** How many categories each row of weights has. */
  categories: number
  /** How many of them to draw for each row; without replacement at most `categories`. */
  samples: number
  /** Whether a category may be drawn more than once. */
  replacement: boolean
}

/**
 * Fills `out` (rows x samples) with categories drawn in proportion to `weights` (rows x categories; they need not sum to 1).
 *
 * With replacement: the first category whose cumulative weight reaches a float64 uniform. Without: the
 * categories with the largest `weight / e`, e exponential, in falling order.
 *
 * @throws ArgumentError if a weight is negative, infinite or NaN, or the weights of a row sum to 0
 * @see P. Efraimidis, P. Spirakis, "Weighted random sampling with a reservoir", 2006; https://pytorch.org/docs/stable/generated/torch.multinomial.html
 */
export function fillMultinomial(
  generator: Generator,
  out: BigInt64Array,
  weights: FloatArray,
  options: MultinomialOptions,
): void {
  const { categories, samples, replacement } = options
  const rows = categories === 0 ? 0 : weights.length / categories
  for (let row = 0; row < rows; row++) checkRow(weights, row * categories, categories)
  if (replacement) {
    for (let row = 0; row < rows; row++) {
      const cumulative = cumulate(weights.subarray(row * categories, (row + 1) * categories))
      for (let i = 0; i < samples; i++) out[row * samples + i] = BigInt(lowerBound(cumulative, generator.uniform53()))
    }
    return
  }
  const keys = weights.slice()
  fillExponential(generator, keys)
  for (let i = 0; i < keys.length; i++) keys[i] = weights[i]! / keys[i]!
  for (let row = 0; row < rows; row++) {
    const order = descendingOrder(keys.subarray(row * categories, (row + 1) * categories))
    for (let i = 0; i < samples; i++) out[row * samples + i] = BigInt(order[i]!)
  }
}

function checkRow(weights: FloatArray, start: number, categories: number): void {
  let sum = 0
  for (let i = start; i < start + categories; i++) {
    const weight = weights[i]!
    if (!(weight >= 0 && weight < Infinity)) {
      throw new ArgumentError(`multinomial: weights must be finite and not negative: got ${weight} at element ${i}.`)
    }
    sum += weight
  }
  if (sum === 0) {
    throw new ArgumentError(
      `multinomial: the weights of row ${start / categories} sum to 0. Give one a positive weight.`,
    )
  }
}

/** Cumulative sums divided by the total, each step rounded to the dtype of the weights. */
function cumulate(weights: FloatArray): FloatArray {
  const cumulative = weights.slice()
  for (let i = 1; i < cumulative.length; i++) cumulative[i]! += cumulative[i - 1]!
  const total = cumulative[cumulative.length - 1]!
  for (let i = 0; i < cumulative.length; i++) cumulative[i]! /= total
  return cumulative
}

/** The first index whose value is not below `target`; the values rise and end with 1. */
function lowerBound(values: FloatArray, target: number): number {
  let left = 0
  let right = values.length
  while (left < right) {
    const middle = (left + right) >>> 1
    if (values[middle]! < target) left = middle + 1
    else right = middle
  }
  return left
}

function descendingOrder(keys: FloatArray): Uint32Array {
  return Uint32Array.from(keys, (_, i) => i).sort((a, b) => keys[b]! - keys[a]!)
}
