import { elementary } from '../wasm/elementary.ts'

/** `log(p / (1 - p))`, the inverse of the sigmoid; keeps its digits near its zero at one half. NaN outside [0, 1]. */
export function logit(p: number): number {
  if (p > 0.25 && p < 0.75) return elementary.log1p((2 * p - 1) / (1 - p))
  return elementary.log(p / (1 - p))
}
