import { functional as F } from '@metagrad/nn'
import type { KernelChoice, Tensor } from '@metagrad/tensor'
import { Generator, fromData, randn, useKernels } from '@metagrad/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelChoices } from './kernel-choices.ts'

/** Numbers per function: every exponent of float32, both signs, random mantissas. More in the nightly form. */
const count = Number(process.env['METAGRAD_SWEEP'] ?? 200_000)
const tolerance = 2e-7
/** Below the normal numbers a float32 has no relative accuracy: there half of its unit, and the last bit of the rounding, are. */
const smallestNormal = 2 ** -126
const subnormalUnit = 2 ** -149

function everyExponent(): Float32Array {
  const random = new Generator(11)
  const bits = Uint32Array.from({ length: count }, (_, i) => ((i % 512) << 23) | (random.uint32() & 0x7fffff))
  const edges = [0, -0, 1, -1, Infinity, -Infinity, NaN, 2 ** -149, -(2 ** -149), 2 ** -126, 3.4028234663852886e38]
  return Float32Array.from([...new Float32Array(bits.buffer), ...edges, 88.72283, -87.33654, -103.97208, 16, -16])
}

type Row = readonly [name: string, run: (x: Tensor) => Tensor]

/** The library's own float64 functions, which the goldens hold against PyTorch's, are the true values. */
const functions: readonly Row[] = [
  ['exp', (x) => x.exp()],
  ['expm1', (x) => x.expm1()],
  ['log', (x) => x.log()],
  ['log1p', (x) => x.log1p()],
  ['tanh', (x) => x.tanh()],
  ['sigmoid', (x) => x.sigmoid()],
  ['erf', (x) => x.erf()],
  ['sin', (x) => x.sin()],
  ['cos', (x) => x.cos()],
  ['softplus', (x) => F.softplus(x)],
]

/** The largest relative error, and where. */
function worst(
  got: Float32Array,
  want: Float64Array,
  at: Float32Array,
): { readonly error: number; readonly x: number } {
  let error = 0
  let x = 0
  for (let i = 0; i < want.length; i++) {
    const [value, truth] = [got[i]!, want[i]!]
    const rounded = Math.fround(truth)
    if (Object.is(value, rounded) || (value === rounded && value !== 0)) continue
    const isOrdinary = Number.isFinite(value) && Number.isFinite(rounded) && (value !== 0 || rounded !== 0)
    const own = !isOrdinary
      ? Infinity
      : Math.abs(truth) < smallestNormal
        ? Math.abs(value - truth) <= 1.5 * subnormalUnit
          ? 0
          : Infinity
        : Math.abs(value - truth) / Math.abs(truth)
    if (own > error) [error, x] = [own, at[i]!]
  }
  return { error, x }
}

describe.each(kernelChoices().filter((choice) => choice !== 'reference'))(
  'float32 on %s kernels',
  (choice: KernelChoice) => {
    beforeAll(() => useKernels(choice))
    afterAll(() => useKernels('simd128'))
    const inputs = everyExponent()

    it.each(functions)(`%s is within ${tolerance} of the true value over the whole range`, (_name, run) => {
      const got = run(fromData(inputs, [inputs.length], 'float32')).dataSync() as Float32Array
      const want = run(fromData(Float64Array.from(inputs), [inputs.length], 'float64')).dataSync() as Float64Array
      const { error, x } = worst(got, want, inputs)
      expect(error, `at ${x}`).toBeLessThanOrEqual(tolerance)
    })

    it('softmax of large values sums to one and equals float64', () => {
      const x = randn(64, 1000).mul(10_000)
      const got = x.softmax(1)
      const want = x.to('float64').softmax(1)
      expect(got.to('float64').sub(want).abs().amax().itemSync()).toBeLessThan(1e-6)
      expect(got.sum(1).sub(1).abs().amax().itemSync()).toBeLessThan(1e-6)
    })
  },
)
