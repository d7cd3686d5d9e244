import type { TypedArray } from '../dtypes.ts'
import { type FloatArray, fillWith } from './arrays.ts'
import type { Generator } from './generator.ts'
import { drawNormal } from './normal.ts'
import { elementary } from '../elementary.ts'

/**
 * Fills `out` with exponential draws of density `rate exp(-rate x)`: `-log1p(-u) / rate`.
 *
 * @param rate - positive
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.exponential_.html
 */
export function fillExponential(generator: Generator, out: FloatArray, rate = 1): void {
  fillWith(out, () => (-1 / rate) * elementary.log1p(-generator.uniform53()))
}

/**
 * Fills `out` with draws of density `scale / (pi (scale^2 + (x - median)^2))`: `median + scale tan(pi (u - 1 / 2))`.
 *
 * @param scale - positive
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.cauchy_.html
 */
export function fillCauchy(generator: Generator, out: FloatArray, median = 0, scale = 1): void {
  fillWith(out, () => median + scale * elementary.tan(Math.PI * (generator.uniform53() - 0.5)))
}

/**
 * Fills `out` with `exp(z)`, z normal with the given mean and standard deviation; always by single draws.
 *
 * @param std - positive
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.log_normal_.html
 */
export function fillLogNormal(generator: Generator, out: FloatArray, mean = 1, std = 2): void {
  fillWith(out, () => elementary.exp(drawNormal(generator) * std + mean))
}

/**
 * Fills `out` with the number of trials up to the first success: `ceil(log(u) / log1p(-p))`.
 *
 * @param p - probability of success, in (0, 1)
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.geometric_.html
 */
export function fillGeometric(generator: Generator, out: TypedArray, p: number): void {
  // u = 0 would give infinity; the largest number of trials that a draw can stand for takes its place.
  fillWith(out, () => Math.ceil(elementary.log(generator.uniform53() || 2 ** -54) / elementary.log1p(-p)))
}
