import { describe, expect, it } from 'vitest'
import type { ConvParams, Tensor, Windows } from '../index.ts'
import { Generator, dispatch, dispatchAll, randn } from '../index.ts'

// Compiled kernels (float32) beside the reference (float64), on shapes that nobody chose.

/** Largest difference, relative to the largest element. */
function difference(got: Tensor, want: Tensor): number {
  expect(got.shape).toEqual(want.shape)
  const scale = want.numel === 0 ? 1 : Math.max(1, want.abs().amax().itemSync())
  return want.numel === 0 ? 0 : got.double().sub(want).abs().amax().itemSync() / scale
}

const trials = 60

describe('compiled convolutions of random shapes', () => {
  for (let trial = 0; trial < trials; trial++) {
    const generator = new Generator(trial)
    const whole = (from: number, to: number): number => from + (generator.uint32() % (to - from + 1))
    const dims = whole(1, 3)
    const each = (from: number, to: number): number[] => Array.from({ length: dims }, () => whole(from, to))
    // Half of them are what the quickest kernel takes: 3 x 3, stride 1, many channels.
    const isUsual = dims === 2 && trial % 2 === 0
    const groups = whole(1, 3)
    const [inputs, outputs] = isUsual ? [whole(8, 20), whole(8, 20)] : [whole(1, 6), whole(1, 9)]
    const kernel = isUsual ? [3, 3] : each(1, 4)
    const params: ConvParams = {
      stride: isUsual ? [1, 1] : each(1, 3),
      padding: each(0, 3),
      dilation: isUsual ? [1, 1] : each(1, 3),
      groups,
    }
    const size = kernel.map(
      (n, dim) => (n - 1) * params.dilation[dim]! + whole(1, dims === 1 ? 90 : dims === 2 ? 20 : 6),
    )
    const title = `${JSON.stringify({ inputs, outputs, size, kernel, ...params })}`

    it(`are the reference's: ${title}`, () => {
      const x = randn([whole(1, 3), groups * inputs, ...size], { generator })
      const weight = randn([groups * outputs, inputs, ...kernel], { generator })
      const bias = randn([groups * outputs], { generator })
      const out = dispatch('conv', [x, weight, bias], params)
      const g = randn(out.shape, { generator })
      const [wide, wideWeight, wideG] = [x, weight, g].map((tensor) => tensor.double()) as [Tensor, Tensor, Tensor]
      expect(difference(out, dispatch('conv', [wide, wideWeight, bias.double()], params))).toBeLessThan(2e-6)
      const input = { ...params, size }
      const transposed = dispatch('convTranspose', [g, weight], input)
      expect(difference(transposed, dispatch('convTranspose', [wideG, wideWeight], input))).toBeLessThan(2e-6)
      const window = { ...params, size: kernel }
      const gradient = dispatch('convWeight', [x, g], window)
      expect(difference(gradient, dispatch('convWeight', [wide, wideG], window))).toBeLessThan(2e-6)
    })
  }
})

describe('compiled pools of random shapes', () => {
  for (let trial = 0; trial < trials; trial++) {
    const generator = new Generator(1000 + trial)
    const whole = (from: number, to: number): number => from + (generator.uint32() % (to - from + 1))
    const dims = whole(1, 3)
    const size = Array.from({ length: dims }, () => whole(1, 12))
    const windows = size.map((n): Windows => {
      if (trial % 2 === 0) {
        const outputs = whole(1, 9)
        return { outputs, step: n, per: outputs, reach: n + outputs - 1, padding: 0, dilation: 1 }
      }
      const [reach, step] = [whole(1, n), whole(1, 4)]
      const padding = whole(0, reach >> 1)
      return { outputs: Math.floor((n + 2 * padding - reach) / step) + 1, step, per: 1, reach, padding, dilation: 1 }
    })

    it(`are the reference's: ${JSON.stringify({ size, windows })}`, () => {
      const x = randn([2, 3, ...size], { generator })
      const [values, positions] = dispatchAll('maxPool', [x], { windows })
      const [wideValues, widePositions] = dispatchAll('maxPool', [x.double()], { windows })
      expect(difference(values!, wideValues!)).toBe(0)
      expect(positions!.tolistSync()).toEqual(widePositions!.tolistSync())
      for (const [countIncludePad, divisor] of [
        [true, 0],
        [false, 0],
        [false, -2.5],
      ] as const) {
        const params = { windows, countIncludePad, divisor }
        const mean = dispatch('avgPool', [x], params)
        expect(difference(mean, dispatch('avgPool', [x.double()], params))).toBeLessThan(1e-6)
        const g = randn(mean.shape, { generator })
        const back = dispatch('avgPoolTranspose', [g], { ...params, size })
        expect(difference(back, dispatch('avgPoolTranspose', [g.double()], { ...params, size }))).toBeLessThan(1e-6)
      }
    })
  }
})
