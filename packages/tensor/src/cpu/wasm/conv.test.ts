import { expect, test } from 'vitest'

import { describeBuilds, differences, numbers } from '../../../tools/expect.ts'

interface Conv {
  batch: number
  channels: number
  height: number
  width: number
  outChannels: number
  kernelHeight: number
  kernelWidth: number
  strideHeight: number
  strideWidth: number
  paddingTop: number
  paddingLeft: number
  dilationHeight: number
  dilationWidth: number
  groups: number
  outHeight: number
  outWidth: number
}

const usual = {
  batch: 2,
  channels: 3,
  height: 7,
  width: 9,
  outChannels: 5,
  kernel: [3, 3],
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
  groups: 1,
}

/** A convolution from what differs from the usual one; `ceil` rounds the output up, as pooling may. */
function conv(changes: Partial<typeof usual> = {}, ceil = false): Conv {
  const { kernel, stride, padding, dilation, ...sizes } = { ...usual, ...changes }
  const output = (size: number, dim: number): number =>
    Math[ceil ? 'ceil' : 'floor']((size + 2 * padding[dim]! - dilation[dim]! * (kernel[dim]! - 1) - 1) / stride[dim]!) +
    1
  const [kernelHeight, kernelWidth, strideHeight, strideWidth] = [...kernel, ...stride] as [
    number,
    number,
    number,
    number,
  ]
  const [paddingTop, paddingLeft, dilationHeight, dilationWidth] = [...padding, ...dilation] as [
    number,
    number,
    number,
    number,
  ]
  const outputs = { outHeight: output(sizes.height, 0), outWidth: output(sizes.width, 1) }
  const window = {
    kernelHeight,
    kernelWidth,
    strideHeight,
    strideWidth,
    paddingTop,
    paddingLeft,
    dilationHeight,
    dilationWidth,
  }
  return { ...sizes, ...window, ...outputs }
}

/** The sixteen integers that the kernels read. */
const shapeOf = (c: Conv): Int32Array<ArrayBuffer> => Int32Array.from(shapeFields, (field) => c[field])
const shapeFields = [
  'batch',
  'channels',
  'height',
  'width',
  'outChannels',
  'kernelHeight',
  'kernelWidth',
  'strideHeight',
  'strideWidth',
  'paddingTop',
  'paddingLeft',
  'dilationHeight',
  'dilationWidth',
  'groups',
  'outHeight',
  'outWidth',
] as const satisfies readonly (keyof Conv)[]

const sizesOf = (c: Conv): { image: number; weights: number; out: number } => ({
  image: c.batch * c.channels * c.height * c.width,
  weights: c.outChannels * (c.channels / c.groups) * c.kernelHeight * c.kernelWidth,
  out: c.batch * c.outChannels * c.outHeight * c.outWidth,
})

/** Calls `visit` with the flat indices of output, image and weight of every product that the convolution sums. */
function products(c: Conv, visit: (out: number, image: number, weight: number) => void): void {
  const [inputs, outputs] = [c.channels / c.groups, c.outChannels / c.groups]
  for (let out = 0; out < sizesOf(c).out; out++) {
    const [x, y] = [out % c.outWidth, Math.floor(out / c.outWidth) % c.outHeight]
    const o = Math.floor(out / c.outWidth / c.outHeight) % c.outChannels
    const b = Math.floor(out / c.outWidth / c.outHeight / c.outChannels)
    for (let tap = 0; tap < inputs * c.kernelHeight * c.kernelWidth; tap++) {
      const [v, u] = [tap % c.kernelWidth, Math.floor(tap / c.kernelWidth) % c.kernelHeight]
      const i = Math.floor(tap / c.kernelWidth / c.kernelHeight) + Math.floor(o / outputs) * inputs
      const row = y * c.strideHeight + u * c.dilationHeight - c.paddingTop
      const column = x * c.strideWidth + v * c.dilationWidth - c.paddingLeft
      if (row < 0 || row >= c.height || column < 0 || column >= c.width) continue
      visit(
        out,
        ((b * c.channels + i) * c.height + row) * c.width + column,
        o * inputs * c.kernelHeight * c.kernelWidth + tap,
      )
    }
  }
}

const convs: Record<string, Conv> = {
  'a 3 x 3 window': conv(),
  'padding 1, 16 columns, 8 channels': conv({ padding: [1, 1], width: 16, outChannels: 8 }),
  'padding wider than the window': conv({ padding: [4, 5], kernel: [2, 3] }),
  'stride 2': conv({ stride: [2, 2], padding: [1, 1], width: 21 }),
  'stride 3 by 2, wider than a 2 x 1 window': conv({ stride: [3, 2], kernel: [2, 1], height: 11 }),
  'dilation 2 by 3': conv({ dilation: [2, 3], width: 17, padding: [1, 2] }),
  'dilation 2 and stride 2': conv({ dilation: [2, 2], stride: [2, 2], width: 15, height: 12, padding: [2, 1] }),
  'a 1 x 1 window': conv({ kernel: [1, 1], channels: 6, outChannels: 7 }),
  'one dimension': conv({ height: 1, kernel: [1, 5], padding: [0, 2], width: 50, stride: [1, 2] }),
  'two groups': conv({ channels: 4, outChannels: 6, groups: 2, padding: [1, 1] }),
  depthwise: conv({ channels: 6, outChannels: 6, groups: 6, padding: [1, 1], width: 20 }),
  'more taps than one pass': conv({ batch: 1, channels: 40, height: 5, width: 6, outChannels: 6, padding: [1, 1] }),
  'more taps than one pass, stride 2': conv({
    batch: 1,
    channels: 40,
    height: 9,
    width: 13,
    outChannels: 90,
    padding: [1, 1],
    stride: [2, 2],
    kernel: [3, 5],
  }),
  'more rows than one pass': conv({ batch: 1, channels: 1, height: 80, width: 70, outChannels: 2 }),
  'an image that is one window': conv({ height: 3, width: 3 }),
}

describeBuilds('convolutions', (arena) => {
  for (const [name, c] of Object.entries(convs)) {
    test(`convF32 and both gradients: ${name}`, () => {
      const sizes = sizesOf(c)
      const [image, weights] = [numbers(sizes.image, 1, 1), numbers(sizes.weights, 1, 2)]
      const [bias, g] = [numbers(c.outChannels, 1, 3), numbers(sizes.out, 1, 4)]
      const plane = c.outHeight * c.outWidth
      const out = Float64Array.from({ length: sizes.out }, (_, i) => bias[Math.floor(i / plane) % c.outChannels] ?? 0)
      const dImage = new Float64Array(sizes.image)
      const dWeights = new Float64Array(sizes.weights)
      products(c, (o, i, w) => {
        out[o]! += image[i]! * weights[w]!
        dImage[i]! += g[o]! * weights[w]!
        dWeights[w]! += g[o]! * image[i]!
      })

      const shape = arena.put(shapeOf(c))
      const scratch = arena.space(Uint8Array, arena.kernels.convScratchBytes(shape))
      const [atImage, atWeights, atBias, atG] = [arena.put(image), arena.put(weights), arena.put(bias), arena.put(g)]
      const [atOut, atDImage, atDWeights] = [
        arena.space(Float32Array, sizes.out),
        arena.space(Float32Array, sizes.image),
        arena.space(Float32Array, sizes.weights),
      ]
      arena.kernels.convF32(atOut, atImage, atWeights, atBias, shape, scratch)
      expect(differences(arena.take(Float32Array, atOut, sizes.out), out, 1e-6, 1e-5)).toEqual([])
      arena.kernels.convBackwardInputF32(atDImage, atG, atWeights, shape, scratch)
      expect(differences(arena.take(Float32Array, atDImage, sizes.image), dImage, 1e-6, 1e-5)).toEqual([])
      arena.kernels.convBackwardWeightsF32(atDWeights, atG, atImage, shape, scratch)
      expect(differences(arena.take(Float32Array, atDWeights, sizes.weights), dWeights, 1e-5, 3e-5)).toEqual([])

      arena.kernels.convF32(atOut, atImage, atWeights, 0, shape, scratch)
      const withoutBias = out.map((x, i) => x - (bias[Math.floor(i / plane) % c.outChannels] ?? 0))
      expect(differences(arena.take(Float32Array, atOut, sizes.out), withoutBias, 1e-6, 1e-5)).toEqual([])
    })
  }

  test('convF32 keeps an infinity to the windows that see it', () => {
    const c = conv({ batch: 1, channels: 1, outChannels: 1, padding: [1, 1] })
    const image = numbers(63)
    image[4 * 9 + 5] = Infinity
    const shape = arena.put(shapeOf(c))
    const scratch = arena.space(Uint8Array, arena.kernels.convScratchBytes(shape))
    const out = arena.space(Float32Array, 63)
    arena.kernels.convF32(out, arena.put(image), arena.put(numbers(9, 1, 2)), 0, shape, scratch)
    const infinite = [...arena.take(Float32Array, out, 63)].flatMap((x, i) => (Number.isFinite(x) ? [] : [i]))
    expect(infinite).toEqual([31, 32, 33, 40, 41, 42, 49, 50, 51])
  })
})

const pools: Record<string, Conv> = {
  'a 2 x 2 window, stride 2': conv({ kernel: [2, 2], stride: [2, 2], outChannels: 3 }),
  'a 3 x 3 window, stride 1, padding 1': conv({ padding: [1, 1], outChannels: 3 }),
  'a 3 x 2 window, stride 2 by 3, padding 1, rounded up': conv(
    { kernel: [3, 2], stride: [2, 3], padding: [1, 1], outChannels: 3 },
    true,
  ),
}
const dilatedPools = {
  ...pools,
  'dilation 2 by 3, padding 1': conv({ dilation: [2, 3], padding: [1, 1], outChannels: 3 }),
}

/** Per output the image's indices under its window; a pool is a convolution of each channel by itself. */
function windows(c: Conv): number[][] {
  const result = Array.from({ length: sizesOf(c).out }, (): number[] => [])
  products({ ...c, groups: c.channels }, (out, image) => result[out]?.push(image))
  return result
}

describeBuilds('pooling', (arena) => {
  for (const [name, c] of Object.entries(dilatedPools)) {
    test(`maxPoolF32 and its gradient: ${name}`, () => {
      const { image: imageSize, out: outSize } = sizesOf(c)
      const image = numbers(imageSize).map((x) => Math.round(x * 4))
      image[30] = NaN
      const g = numbers(outSize, 1, 2)
      const plane = c.height * c.width
      const winners = windows(c).map((window) =>
        window.reduce((best, i) =>
          Number.isNaN(image[best]!) || !(image[i]! > image[best]! || Number.isNaN(image[i]!)) ? best : i,
        ),
      )
      const dImage = new Float64Array(imageSize)
      winners.forEach((winner, i) => (dImage[winner]! += g[i]!))

      const shape = arena.put(shapeOf(c))
      const [out, positions] = [arena.space(Float32Array, outSize), arena.space(BigInt64Array, outSize)]
      const atDImage = arena.space(Float32Array, imageSize)
      arena.kernels.maxPoolF32(out, positions, arena.put(image), shape)
      expect([...arena.take(Float32Array, out, outSize)]).toEqual(winners.map((winner) => image[winner]))
      expect([...arena.take(BigInt64Array, positions, outSize)].map(Number)).toEqual(
        winners.map((winner) => winner % plane),
      )
      arena.kernels.maxPoolBackwardF32(atDImage, arena.put(g), positions, shape)
      expect(differences(arena.take(Float32Array, atDImage, imageSize), dImage, 1e-6, 1e-6)).toEqual([])
    })
  }

  for (const [name, c] of Object.entries(pools)) {
    for (const [isPaddingCounted, divisor] of [
      [true, 0],
      [false, 0],
      [true, 5],
    ] as const) {
      test(`avgPoolF32 and its gradient: ${name}, padding counted ${isPaddingCounted}, divisor ${divisor}`, () => {
        const { image: imageSize, out: outSize } = sizesOf(c)
        const [image, g] = [numbers(imageSize), numbers(outSize, 1, 2)]
        const extent = (start: number, kernel: number, size: number, padding: number): number =>
          Math.min(start + kernel, size + padding) - start
        const dImage = new Float64Array(imageSize)
        const expected = windows(c).map((window, i) => {
          const [x, y] = [i % c.outWidth, Math.floor(i / c.outWidth) % c.outHeight]
          const counted =
            extent(y * c.strideHeight - c.paddingTop, c.kernelHeight, c.height, c.paddingTop) *
            extent(x * c.strideWidth - c.paddingLeft, c.kernelWidth, c.width, c.paddingLeft)
          const size = divisor || (isPaddingCounted ? counted : window.length)
          for (const at of window) dImage[at]! += g[i]! / size
          return window.reduce((total, at) => total + image[at]!, 0) / size
        })
        const shape = arena.put(shapeOf(c))
        const [out, atDImage] = [arena.space(Float32Array, outSize), arena.space(Float32Array, imageSize)]
        arena.kernels.avgPoolF32(out, arena.put(image), shape, isPaddingCounted, divisor)
        expect(differences(arena.take(Float32Array, out, outSize), expected, 1e-6, 1e-6)).toEqual([])
        arena.kernels.avgPoolBackwardF32(atDImage, arena.put(g), shape, isPaddingCounted, divisor)
        expect(differences(arena.take(Float32Array, atDImage, imageSize), dImage, 1e-6, 1e-6)).toEqual([])
      })
    }
  }
})
