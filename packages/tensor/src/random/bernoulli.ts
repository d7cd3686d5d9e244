import type { TypedArray } from '../dtypes.ts'
import { ArgumentError } from '../errors.ts'
import { type FloatArray, fillWith } from './arrays.ts'
import type { Generator } from './generator.ts'

/**
 * Fills `out` with 1 (probability p) and 0: `u < p` with a float64 uniform u, whatever the dtype of `out`.
 *
 * @param p - probability in [0, 1]
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.bernoulli_.html
 */
export function fillBernoulli(generator: Generator, out: TypedArray, p: number): void {
  fillWith(out, () => (generator.uniform53() < p ? 1 : 0))
}

/**
 * Fills `out` with 1 (probability `probabilities[i]`) and 0: `u < p` with a uniform u of the probabilities' dtype.
 *
 * @param probabilities - as many as `out` has elements, each in [0, 1]
 * @throws ArgumentError for any other probability
 * @see https://pytorch.org/docs/stable/generated/torch.bernoulli.html
 */
export function fillBernoulliOf(generator: Generator, out: TypedArray, probabilities: FloatArray): void {
  for (const p of probabilities) {
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`bernoulli: probabilities must be from 0 to 1, got ${p}.`)
  }
  let i = 0
  if (probabilities instanceof Float32Array) fillWith(out, () => (generator.uniform24() < probabilities[i++]! ? 1 : 0))
  else fillWith(out, () => (generator.uniform53() < probabilities[i++]! ? 1 : 0))
}

/**
 * Fills `out` with the factors of dropout: 0 with probability p, else `1 / (1 - p)`. As in PyTorch, p = 0 and p = 1 draw
 * nothing.
 *
 * @param p - probability, in [0, 1], that an element is dropped
 * @see N. Srivastava et al., "Dropout", JMLR 15, 2014; https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 */
export function fillDropout(generator: Generator, out: FloatArray, p: number): void {
  if (p === 0 || p === 1) {
    out.fill(1 - p)
    return
  }
  const keep = 1 - p
  // The divisor takes the dtype of the tensor before the division.
  const scale = 1 / (out instanceof Float32Array ? Math.fround(keep) : keep)
  for (let i = 0; i < out.length; i++) out[i] = generator.uniform53() < keep ? scale : 0
}
