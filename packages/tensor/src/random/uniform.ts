import type { FloatArray } from './arrays.ts'
import { fma32, fma64 } from './fma.ts'
import type { Generator } from './generator.ts'

/**
 * Fills `out` with uniform draws from [from, to): `u * (to - from) + from`, with u a multiple of 2^-24 (float32, one draw
 * each) or of 2^-53 (float64, two draws each).
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.uniform_.html
 */
export function fillUniform(generator: Generator, out: FloatArray, from = 0, to = 1): void {
  if (out instanceof Float32Array) fillUniform32(generator, out, Math.fround(from), Math.fround(to))
  else fillUniform64(generator, out, from, to)
}

function fillUniform32(generator: Generator, out: Float32Array, from: number, to: number): void {
  const range = Math.fround(to - from)
  if (from === 0) {
    for (let i = 0; i < out.length; i++) out[i] = generator.uniform24() * range
  } else {
    for (let i = 0; i < out.length; i++) out[i] = fma32(generator.uniform24(), range, from)
  }
}

function fillUniform64(generator: Generator, out: Float64Array, from: number, to: number): void {
  const range = to - from
  if (from === 0) {
    for (let i = 0; i < out.length; i++) out[i] = generator.uniform53() * range
  } else {
    for (let i = 0; i < out.length; i++) out[i] = fma64(generator.uniform53(), range, from)
  }
}
