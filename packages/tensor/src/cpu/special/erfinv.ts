import { erf } from './erf.ts'
import { erfc } from './erfc.ts'
import { elementary } from '../wasm/elementary.ts'

const STEPS = 3

/**
 * The inverse of the error function: infinity at 1, NaN outside [-1, 1].
 *
 * A start by S. Winitzki's formula, then Halley's steps, each of which triples the number of right digits; beyond one half
 * against erfc, so that the tail near 1 is as good as the middle.
 *
 * @see S. Winitzki, "A handy approximation for the error function and its inverse", 2008; https://dlmf.nist.gov/7.17
 */
export function erfinv(y: number): number {
  const size = Math.abs(y)
  if (!(size < 1)) return size === 1 ? y * Infinity : Number.NaN
  if (size < 1e-9) return (y * Math.sqrt(Math.PI)) / 2
  let x = start(size)
  for (let i = 0; i < STEPS; i++) {
    const error = size < 0.5 ? erf(x) - size : 1 - size - erfc(x)
    const step = (error * Math.sqrt(Math.PI) * elementary.exp(x * x)) / 2
    x -= step / (1 + x * step)
  }
  return Math.sign(y) * x
}

/** `erf(x)^2 ~ 1 - exp(-x^2 (4 / pi + a x^2) / (1 + a x^2))`, solved for x. */
function start(y: number): number {
  const a = 0.147
  const logarithm = elementary.log1p(-y * y)
  const half = 2 / (Math.PI * a) + logarithm / 2
  return Math.sqrt(Math.sqrt(half * half - logarithm / a) - half)
}
