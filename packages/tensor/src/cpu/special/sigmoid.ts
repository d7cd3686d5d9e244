import { elementary } from '../wasm/elementary.ts'

/** `1 / (1 + exp(-x))`, without overflow and exact in the lower tail. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + elementary.exp(-x))
  const e = elementary.exp(x)
  return e / (1 + e)
}
