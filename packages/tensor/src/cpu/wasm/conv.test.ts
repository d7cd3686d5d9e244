import { expect, test } from 'vitest'

import { describeBuilds, differences, numbers } from '../../../tools/expect.ts'

/** Sizes by dim: depth, height, width. */
type Triple = readonly [number, number, number]

interface Conv {
  readonly batch: number
  readonly channels: number
  readonly outChannels: number
  readonly groups: number
  readonly size: Triple
  readonly kernel: Triple
  readonly stride: Triple
  readonly padding: Triple
  readonly dilation: Triple
  readonly out: Triple
}

const usual = {
  batch: 2,
  channels: 3,
  outChannels: 5,
  groups: 1,
  size: [7, 9],
  kernel: [3, 3],
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
}

/** Two dims have a depth of 1. */
const triple = (list: readonly number[], missing: number): Triple => {
  const [x, y, z = missing] = list.toReversed()
  return [z, y!, x!]
}

/** A convolution from what differs from the usual one; `ceil` rounds the output up, as pooling may. */
function conv(changes: Partial<typeof usual> = {}, ceil = false): Conv {
  const all = { ...usual, ...changes }
  const [size, kernel] = [triple(all.size, 1), triple(all.kernel, 1)]
  const [stride, padding, dilation] = [triple(all.stride, 1), triple(all.padding, 0), triple(all.dilation, 1)]
  const round = ceil ? Math.ceil : Math.floor
  const output = (dim: 0 | 1 | 2): number =>
    round((size[dim] + 2 * padding[dim] - dilation[dim] * (kernel[dim] - 1) - 1) / stride[dim]) + 1
  return { ...all, size, kernel, stride, padding, dilation, out: [output(0), output(1), output(2)] }
}

/** The integers that the kernels read. */
const shapeOf = (c: Conv): Int32Array<ArrayBuffer> =>
  Int32Array.of(c.batch, c.channels, c.outChannels, c.groups, ...c.size, ...c.kernel, ...c.stride, ...c.padding, ...c.dilation, ...c.out, c.outChannels) // prettier-ignore

const product = (list: readonly number[]): number => list.reduce((total, n) => total * n, 1)

const sizesOf = (c: Conv): { image: number; weights: number; out: number } => ({
  image: c.batch * c.channels * product(c.size),
  weights: c.outChannels * (c.channels / c.groups) * product(c.kernel),
  out: c.batch * c.outChannels * product(c.out),
})

/** The index tuple of a row-major position. */
function unravel(position: number, sizes: readonly number[]): number[] {
  let rest = position
  return sizes
    .toReversed()
    .map((size) => {
      const at = rest % size
      rest = Math.floor(rest / size)
      return at
    })
    .toReversed()
}

/** Calls `visit` with the flat indices of output, image and weight of every product that the convolution sums. */
function products(c: Conv, visit: (out: number, image: number, weight: number) => void): void {
  const [inputs, outputs] = [c.channels / c.groups, c.outChannels / c.groups]
  const taps = inputs * product(c.kernel)
  for (let out = 0; out < sizesOf(c).out; out++) {
    const [b, o, ...place] = unravel(out, [c.batch, c.outChannels, ...c.out])
    for (let tap = 0; tap < taps; tap++) {
      const [i, ...within] = unravel(tap, [inputs, ...c.kernel])
      const at = place.map((p, dim) => p * c.stride[dim]! + within[dim]! * c.dilation[dim]! - c.padding[dim]!)
      if (at.some((p, dim) => p < 0 || p >= c.size[dim]!)) continue
      const channel = b! * c.channels + i! + Math.floor(o! / outputs) * inputs
      const [z, y, x] = at
      visit(out, ((channel * c.size[0] + z!) * c.size[1] + y!) * c.size[2] + x!, o! * taps + tap)
    }
  }
}

const convs: Record<string, Conv> = {
  'a 3 x 3 window': conv(),
  'padding 1, 16 columns, 8 channels': conv({ padding: [1, 1], size: [7, 16], outChannels: 8 }),
  'padding wider than the window': conv({ padding: [4, 5], kernel: [2, 3] }),
  'stride 2': conv({ stride: [2, 2], padding: [1, 1], size: [7, 21] }),
  'stride 3 by 2, wider than a 2 x 1 window': conv({ stride: [3, 2], kernel: [2, 1], size: [11, 9] }),
  'dilation 2 by 3': conv({ dilation: [2, 3], size: [7, 17], padding: [1, 2] }),
  'dilation 2 and stride 2': conv({ dilation: [2, 2], stride: [2, 2], size: [12, 15], padding: [2, 1] }),
  'a 3 x 3 window, 8 channels and more': conv({ channels: 9, outChannels: 11, padding: [1, 1] }),
  'a 3 x 3 window, 8 channels and more, two groups, padding 0 and 2': conv({
    channels: 16,
    outChannels: 18,
    groups: 2,
    size: [6, 13],
    padding: [0, 2],
  }),
  'a 3 x 3 window, 8 channels and more, several passes': conv({
    batch: 3,
    channels: 8,
    outChannels: 8,
    size: [14, 30],
    padding: [1, 3],
  }),
  'a 3 x 3 window, 8 channels and more, wide': conv({
    batch: 1,
    channels: 8,
    outChannels: 9,
    size: [6, 340],
    padding: [1, 1],
  }),
  'a 1 x 1 window': conv({ kernel: [1, 1], channels: 6, outChannels: 7 }),
  'one dimension': conv({ size: [1, 50], kernel: [1, 5], padding: [0, 2], stride: [1, 2] }),
  'two groups': conv({ channels: 4, outChannels: 6, groups: 2, padding: [1, 1] }),
  depthwise: conv({ channels: 6, outChannels: 6, groups: 6, padding: [1, 1], size: [7, 20] }),
  'more taps than one pass': conv({ batch: 1, channels: 40, size: [5, 6], outChannels: 6, padding: [1, 1] }),
  'more taps than one pass, stride 2': conv({
    batch: 1,
    channels: 40,
    size: [9, 13],
    outChannels: 90,
    padding: [1, 1],
    stride: [2, 2],
    kernel: [3, 5],
  }),
  'more rows than one pass': conv({ batch: 1, channels: 1, size: [80, 70], outChannels: 2 }),
  'an image that is one window': conv({ size: [3, 3] }),
  'three dims': conv({
    size: [4, 5, 6],
    kernel: [2, 3, 3],
    stride: [1, 1, 1],
    padding: [1, 1, 1],
    dilation: [1, 1, 1],
  }),
  'three dims, strides, dilations and groups': conv({
    channels: 4,
    outChannels: 6,
    groups: 2,
    size: [9, 8, 11],
    kernel: [3, 2, 3],
    stride: [2, 3, 2],
    padding: [2, 1, 0],
    dilation: [2, 1, 3],
  }),
}

describeBuilds('convolutions', (arena) => {
  for (const [name, c] of Object.entries(convs)) {
    test(`convF32 and both gradients: ${name}`, () => {
      const sizes = sizesOf(c)
      const [image, weights] = [numbers(sizes.image, 1, 1), numbers(sizes.weights, 1, 2)]
      const [bias, g] = [numbers(c.outChannels, 1, 3), numbers(sizes.out, 1, 4)]
      const plane = product(c.out)
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

  for (const channels of [1, 8]) {
    test(`convF32 and both gradients keep an infinity to the windows that see it, ${channels} channels`, () => {
      const c = conv({ batch: 1, channels, outChannels: channels, padding: [1, 1] })
      const [plane, weightCount] = [63, 9 * channels * channels]
      const image = numbers(plane * channels)
      image[4 * 9 + 5] = Infinity
      const shape = arena.put(shapeOf(c))
      const scratch = arena.space(Uint8Array, arena.kernels.convScratchBytes(shape))
      const [atImage, weights] = [arena.put(image), arena.put(numbers(weightCount, 1, 2))]
      const [out, dWeights] = [arena.space(Float32Array, plane * channels), arena.space(Float32Array, weightCount)]
      const infiniteIn = (offset: number, length: number): number[] =>
        [...arena.take(Float32Array, offset, length)].flatMap((x, i) => (Number.isFinite(x) ? [] : [i]))
      const seen = [31, 32, 33, 40, 41, 42, 49, 50, 51]
      const everywhere = Array.from({ length: channels }, (_, o) => seen.map((place) => o * plane + place)).flat()
      arena.kernels.convF32(out, atImage, weights, 0, shape, scratch)
      expect(infiniteIn(out, plane * channels)).toEqual(everywhere)
      arena.kernels.convBackwardInputF32(out, atImage, weights, shape, scratch)
      expect(infiniteIn(out, plane * channels)).toEqual(everywhere)
      arena.kernels.convBackwardWeightsF32(
        dWeights,
        arena.put(numbers(plane * channels, 1, 3)),
        atImage,
        shape,
        scratch,
      )
      const first = Array.from({ length: weightCount }, (_, i) => i).filter((i) => i % (9 * channels) < 9)
      expect(infiniteIn(dWeights, weightCount)).toEqual(first)
    })
  }
})

const pools: Record<string, Conv> = {
  'a 2 x 2 window, stride 2': conv({ kernel: [2, 2], stride: [2, 2], outChannels: 3 }),
  'a 3 x 3 window, stride 1, padding 1': conv({ padding: [1, 1], outChannels: 3 }),
  'a 3 x 2 window, stride 2 by 3, padding 1, rounded up': conv(
    { kernel: [3, 2], stride: [2, 3], padding: [1, 1], outChannels: 3 },
    true,
  ),
  'three dims': conv({
    outChannels: 3,
    size: [4, 5, 6],
    kernel: [2, 3, 2],
    stride: [2, 1, 2],
    padding: [1, 1, 0],
    dilation: [1, 1, 1],
  }),
}
const dilatedPools = {
  ...pools,
  'dilation 2 by 3, padding 1': conv({ dilation: [2, 3], padding: [1, 1], outChannels: 3 }),
}

/** The integers that the pooling kernels read. */
function poolOf(c: Conv, isPaddingCounted = false): Int32Array<ArrayBuffer> {
  const windowsAlong = (dim: 0 | 1 | 2): number[] => {
    const [size, kernel, padding, dilation] = [c.size[dim], c.kernel[dim], c.padding[dim], c.dilation[dim]]
    const result: number[] = []
    for (let o = 0; o < c.out[dim]; o++) {
      const places = Array.from({ length: kernel }, (_, i) => o * c.stride[dim] - padding + i * dilation)
      const inside = places.filter((place) => place >= 0 && place < size)
      const counted = isPaddingCounted ? places.filter((place) => place < size + padding) : inside
      result.push(inside[0]!, inside.at(-1)! + 1, counted.length)
    }
    return result
  }
  return Int32Array.of(
    c.batch * c.channels, ...c.size, ...c.out, ...c.dilation, ...windowsAlong(0), ...windowsAlong(1), ...windowsAlong(2),
  ) // prettier-ignore
}

/** Per output the image's indices under its window; a pool is a convolution of each channel by itself. */
function windows(c: Conv): number[][] {
  const result = Array.from({ length: sizesOf(c).out }, (): number[] => [])
  products({ ...c, groups: c.channels }, (out, image) => result[out]?.push(image))
  return result
}

describeBuilds('pooling', (arena) => {
  for (const [name, c] of Object.entries(dilatedPools)) {
    test(`maxPoolF32: ${name}`, () => {
      const { image: imageSize, out: outSize } = sizesOf(c)
      const image = numbers(imageSize).map((x) => Math.round(x * 4))
      image[30] = NaN
      image.fill(-Infinity, 40, 60)
      const plane = product(c.size)
      const winners = windows(c).map((window) =>
        window.reduce((best, i) =>
          Number.isNaN(image[best]!) || !(image[i]! > image[best]! || Number.isNaN(image[i]!)) ? best : i,
        ),
      )
      const [out, positions] = [arena.space(Float32Array, outSize), arena.space(BigInt64Array, outSize)]
      arena.kernels.maxPoolF32(out, positions, arena.put(image), arena.put(poolOf(c)))
      expect([...arena.take(Float32Array, out, outSize)]).toEqual(winners.map((winner) => image[winner]))
      expect([...arena.take(BigInt64Array, positions, outSize)].map(Number)).toEqual(
        winners.map((winner) => winner % plane),
      )
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
        const extent = (place: number, dim: number): number => {
          const start = place * c.stride[dim]! - c.padding[dim]!
          return Math.min(start + c.kernel[dim]!, c.size[dim]! + c.padding[dim]!) - start
        }
        const dImage = new Float64Array(imageSize)
        const expected = windows(c).map((window, i) => {
          const counted = product(
            unravel(i, [c.batch * c.channels, ...c.out])
              .slice(1)
              .map(extent),
          )
          const size = divisor || (isPaddingCounted ? counted : window.length)
          for (const at of window) dImage[at]! += g[i]! / size
          return window.reduce((total, at) => total + image[at]!, 0) / size
        })
        const pool = arena.put(poolOf(c, isPaddingCounted))
        const [out, atDImage] = [arena.space(Float32Array, outSize), arena.space(Float32Array, imageSize)]
        arena.kernels.avgPoolF32(out, arena.put(image), pool, divisor)
        expect(differences(arena.take(Float32Array, out, outSize), expected, 1e-6, 1e-6)).toEqual([])
        arena.kernels.avgPoolBackwardF32(atDImage, arena.put(g), pool, divisor)
        expect(differences(arena.take(Float32Array, atDImage, imageSize), dImage, 1e-6, 1e-6)).toEqual([])
      })
    }
  }
})
