import type { Kernels } from '../wasm/loader.ts'

/** How much work is worth a part of its own. */
export interface Grain {
  /** Products of a matrix product or a convolution. */
  readonly products: number
  /** Additions of element-wise work. */
  readonly elements: number
}

/** Some 5 us of one thread at least: to hand parts on and to wait for them takes 2 or 3. */
export const defaultGrain: Grain = { products: 1 << 17, elements: 1 << 16 }

/** What parts need besides the arguments of the call. */
export interface Room {
  readonly threads: number
  readonly grain: Grain
  readonly kernels: Kernels
  /** Bytes that nobody else uses until the next op begins. */
  place(bytes: number): number
  words(address: number, count: number): Int32Array
}

/** The arguments of the parts of a call, which together write what it would, bit for bit; nothing if it is done as one. */
export type Split = (args: readonly number[], room: Room) => readonly (readonly number[])[] | undefined

/** From where to where. */
type Range = readonly [start: number, end: number]

/**
 * As many stretches of `count` as are worth it, which begin at multiples of `step`. Only the last has a rest, so all go through the
 * same code as the whole.
 */
function ranges(count: number, step: number, most: number): readonly Range[] | undefined {
  const steps = Math.floor(count / step)
  const parts = Math.min(Math.floor(most), steps)
  if (parts < 2) return undefined
  const startOf = (part: number): number => Math.floor((part * steps) / parts) * step
  return Array.from({ length: parts }, (_, part) => [startOf(part), part + 1 < parts ? startOf(part + 1) : count])
}

/** Bytes from one element of an operand to the next, times the argument that tells how many elements apart they are. */
type Pitch = number | { readonly bytes: number; readonly stride: number }

/** Element-wise kernels go through 16 elements at a time. */
const elementStep = 16

/**
 * A stretch of elements each. The first arguments are operands, `count` stands where the call has the number of elements, and `cost`
 * tells how many additions one takes as long as.
 */
function elementwise(count: number, pitches: readonly Pitch[], cost = 1): Split {
  return (args, { threads, grain }) => {
    const n = args[count]!
    const most = (n * cost) / grain.elements
    if (most < 2) return undefined
    return ranges(n, elementStep, Math.min(threads, most))?.map(([start, end]) =>
      args.map((arg, at) => {
        if (at === count) return end - start
        const pitch = pitches[at] ?? 0
        return arg + start * (typeof pitch === 'number' ? pitch : pitch.bytes * args[pitch.stride]!)
      }),
    )
  }
}

/** The arguments of a matrix product. */
type Gemm = readonly [
  ...[c: number, a: number, b: number, m: number, n: number, k: number],
  ...[rowC: number, rowA: number, columnA: number, rowB: number, columnB: number, beta: number, scratch: number],
]

/** Rows or columns of the result each, of whichever there are more: the other operand is packed by all. */
function product(bytes: number): Split {
  return (args, { threads, grain, kernels, place }) => {
    const [c, a, b, m, n, k, rowC, rowA, columnA, rowB, columnB, beta, scratch] = args as Gemm
    const most = Math.min(threads, (m * n * k) / grain.products)
    if (most < 2) return undefined
    const byRows = m >= n
    // Fewer would go through the code for narrow results, which adds up in another order.
    const found = byRows ? ranges(m, 32, most) : ranges(n, 64, most)
    if (found === undefined) return undefined
    const room = Math.ceil(kernels.gemmScratchBytes() / 64) * 64
    const rooms = place((found.length - 1) * room)
    return found.map(([start, end], part) => {
      const own = part === 0 ? scratch : rooms + (part - 1) * room
      const [count, by] = [end - start, start * bytes]
      return byRows
        ? [c + by * rowC, a + by * rowA, b, count, n, k, rowC, rowA, columnA, rowB, columnB, beta, own]
        : [c + by, a, b + by * columnB, m, count, k, rowC, rowA, columnA, rowB, columnB, beta, own]
    })
  }
}

/** Fields of the shape of a convolution: see wasm/assembly/shape.ts. */
const field = { batch: 0, channels: 1, outChannels: 2, groups: 3, size: 4, kernel: 7, out: 19, outPitch: 22 } as const
const fields = field.outPitch + 1
/** Bytes for a shape in front of a part's scratch. */
const shapeBytes = 96

interface ConvSizes {
  /** Bytes of one example of the image, of one channel of the output and of the weights of one of its channels. */
  readonly image: number
  readonly plane: number
  readonly weights: number
  readonly outChannels: number
  readonly groups: number
}

/** What the parts of a convolution are: how many there could be, at which multiples they begin, and how far operands move on for one. */
interface ConvParts {
  readonly of: 'batch' | 'outChannels'
  readonly step: number
  readonly pitches: readonly number[]
}

/** Examples or channels of the output each. The last arguments are the shape and the scratch. */
function convolution(partsOf: (sizes: ConvSizes) => ConvParts | undefined): Split {
  return (args, { threads, grain, kernels, place, words }) => {
    const shapeAt = args.length - 2
    const shape = words(args[shapeAt]!, fields).slice()
    const volume = (first: number): number => shape[first]! * shape[first + 1]! * shape[first + 2]!
    const [batch, channels] = [shape[field.batch]!, shape[field.channels]!]
    const [outChannels, groups] = [shape[field.outChannels]!, shape[field.groups]!]
    const [taps, plane] = [(channels / groups) * volume(field.kernel), volume(field.out)]
    const parts = partsOf({
      image: 4 * channels * volume(field.size),
      plane: 4 * plane,
      weights: 4 * taps,
      outChannels,
      groups,
    })
    if (parts === undefined) return undefined
    const most = Math.min(threads, (batch * outChannels * plane * taps) / grain.products)
    const found = ranges(shape[field[parts.of]]!, parts.step, most)
    if (found === undefined) return undefined
    const room = shapeBytes + Math.ceil(kernels.convScratchBytes(args[shapeAt]!) / 64) * 64
    const rooms = place(found.length * room)
    return found.map(([start, end], part) => {
      const own = rooms + part * room
      const ownShape = words(own, fields)
      ownShape.set(shape)
      ownShape[field[parts.of]] = end - start
      const operands = args.slice(0, shapeAt).map((arg, at) => arg + start * parts.pitches[at]!)
      return [...operands, own, own + shapeBytes]
    })
  }
}

/** A function of some thirty instructions. */
const long = 8
const single = elementwise(2, [4, 4])
const longSingle = elementwise(2, [4, 4], long)
const double = elementwise(2, [8, 8])
const pairPitches = (out: number, bytes: number): readonly Pitch[] => [out, { bytes, stride: 4 }, { bytes, stride: 5 }]
const pair = (out: number, bytes: number, cost?: number): Split => elementwise(3, pairPitches(out, bytes), cost)
const gradient = elementwise(3, [4, 4, 4])

const each = <Name extends string>(names: readonly Name[], split: Split): { [name in Name]: Split } =>
  Object.fromEntries(names.map((name) => [name, split])) as { [name in Name]: Split }

/** A row per kernel that threads share: how its arguments are divided. None sums over what is divided, so the numbers stay the same. */
export const splits: { readonly [name in keyof Kernels]?: Split } = {
  gemmF32: product(4),
  gemmF64: product(8),
  convF32: convolution(({ image, plane, outChannels }) => ({
    of: 'batch',
    step: 1,
    pitches: [outChannels * plane, image, 0, 0],
  })),
  convBackwardInputF32: convolution(({ image, plane, outChannels }) => ({
    of: 'batch',
    step: 1,
    pitches: [image, outChannels * plane, 0],
  })),
  // They sum over the examples. Channels of several groups do not lie side by side.
  convBackwardWeightsF32: convolution(({ plane, weights, groups }) =>
    groups > 1 ? undefined : { of: 'outChannels', step: 4, pitches: [weights, plane, 0] },
  ),
  ...each(['expF32', 'logF32', 'tanhF32', 'sigmoidF32', 'erfF32', 'geluF32', 'siluF32'], longSingle),
  ...each(['softplusF32', 'logSigmoidF32', 'sinF32', 'cosF32'], longSingle),
  ...each(['negF32', 'absF32', 'sqrtF32', 'squareF32', 'reciprocalF32', 'rsqrtF32', 'signF32', 'reluF32'], single),
  ...each(['floorF32', 'ceilF32', 'truncF32', 'roundF32', 'clampF32', 'negI32', 'absI32'], single),
  ...each(['negF64', 'absF64', 'sqrtF64', 'squareF64'], double),
  ...each(['addF32', 'subF32', 'mulF32', 'divF32', 'maximumF32', 'minimumF32'], pair(4, 4)),
  ...each(['addI32', 'subI32', 'mulI32', 'maximumI32', 'minimumI32'], pair(4, 4)),
  ...each(['addF64', 'subF64', 'mulF64', 'divF64', 'maximumF64', 'minimumF64'], pair(8, 8)),
  ...each(['eqF32', 'neF32', 'ltF32', 'leF32', 'eqI32', 'neI32', 'ltI32', 'leI32'], pair(1, 4)),
  powF32: pair(4, 4, long),
  ...each(['sigmoidBackwardF32', 'tanhBackwardF32', 'reluBackwardF32'], gradient),
  bceWithLogitsF32: elementwise(3, [4, 4, 4], long),
  where32: elementwise(4, [4, { bytes: 1, stride: 5 }, { bytes: 4, stride: 6 }, { bytes: 4, stride: 7 }]),
  dropoutF32: elementwise(3, [4, 4, 1]),
  sgdF32: elementwise(3, [4, 4, 4]),
  adamF32: elementwise(4, [4, 4, 4, 4], long),
}
