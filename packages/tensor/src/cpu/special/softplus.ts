import { elementary } from '../wasm/elementary.ts'

/** `log(1 + exp(x))`, without overflow and exact in both tails. */
export function softplus(x: number): number {
  return x > 0 ? x + elementary.log1p(elementary.exp(-x)) : elementary.log1p(elementary.exp(x))
}
