import { type FloatArray } from './arrays.ts'
import type { Generator } from './generator.ts'
import { fillUniform } from './uniform.ts'
import { elementary } from '../elementary.ts'

const BLOCK = 16

/**
 * Fills `out` with normal draws by the Box-Muller transform, in PyTorch's order: fewer than 16 values one by one, else in
 * blocks of 16. Float32 agrees with PyTorch to 1e-6, because PyTorch's own float32 logarithm, sine and cosine are approximate.
 *
 * @param out - the memory of a contiguous tensor; for any other PyTorch draws one by one, see `fillNormalSerial`
 * @see G. Box, M. Muller, "A note on the generation of random normal deviates", 1958; https://pytorch.org/docs/stable/generated/torch.Tensor.normal_.html
 */
export function fillNormal(generator: Generator, out: FloatArray, mean = 0, std = 1): void {
  if (out.length < BLOCK) {
    fillNormalSerial(generator, out, mean, std)
    return
  }
  fillUniform(generator, out)
  for (let start = 0; start + BLOCK <= out.length; start += BLOCK) transformBlock(out, start, mean, std)
  if (out.length % BLOCK !== 0) {
    const start = out.length - BLOCK
    fillUniform(generator, out.subarray(start))
    transformBlock(out, start, mean, std)
  }
}

/** Fills `out` with single normal draws, as PyTorch does for fewer than 16 values or a tensor that is not contiguous. */
export function fillNormalSerial(generator: Generator, out: FloatArray, mean = 0, std = 1): void {
  for (let i = 0; i < out.length; i++) out[i] = drawNormal(generator) * std + mean
}

/** One standard normal draw; every second one comes from the generator's cache, which survives between calls. */
export function drawNormal(generator: Generator): number {
  const cached = generator.cachedNormal
  if (cached !== undefined) {
    generator.cachedNormal = undefined
    return cached
  }
  const theta = 2 * Math.PI * generator.uniform53()
  const radius = Math.sqrt(-2 * elementary.log1p(-generator.uniform53()))
  generator.cachedNormal = radius * elementary.sin(theta)
  return radius * elementary.cos(theta)
}

/** Turns 16 uniform values into normal ones: value j gives the radius, value j + 8 the angle of the pair (j, j + 8). */
function transformBlock(values: FloatArray, start: number, mean: number, std: number): void {
  for (let j = start; j < start + BLOCK / 2; j++) {
    const radius = Math.sqrt(-2 * elementary.log(1 - values[j]!))
    const theta = 2 * Math.PI * values[j + BLOCK / 2]!
    values[j] = radius * elementary.cos(theta) * std + mean
    values[j + BLOCK / 2] = radius * elementary.sin(theta) * std + mean
  }
}
