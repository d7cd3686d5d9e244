import type { TypedArray } from '../dtypes.ts'
import type { Generator } from './generator.ts'

/**
 * Fills `out`, n elements long, with a random order of 0 to n - 1 (Fisher-Yates): `for i < n - 1: swap(i, i + draw % (n - i))`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.randperm.html
 */
export function fillRandperm(generator: Generator, out: TypedArray): void {
  const order = out instanceof BigInt64Array ? new Float64Array(out.length) : out
  const n = order.length
  for (let i = 0; i < n; i++) order[i] = i
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.uint32() % (n - i))
    const value = order[i]!
    order[i] = order[j]!
    order[j] = value
  }
  if (out instanceof BigInt64Array) order.forEach((value, i) => (out[i] = BigInt(value)))
}
