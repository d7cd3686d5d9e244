import type { Split } from './parts.ts'
import { ranges } from './parts.ts'

/** Fields of the shape of a convolution: see wasm/assembly/shape.ts. */
const field = { batch: 0, channels: 1, outChannels: 2, groups: 3, size: 4, kernel: 7, out: 19, outPitch: 22 } as const
const fields = field.outPitch + 1
/** Bytes for a shape in front of a part's scratch. */
const shapeBytes = 96

/** What the parts of a convolution are told by. */
interface Convolution {
  readonly batch: number
  readonly groups: number
  /** Bytes of one example of the image and of the output. */
  readonly image: number
  readonly out: number
  /** Bytes of one channel of the output, and of the weights that lead to it. */
  readonly plane: number
  readonly weights: number
}

interface ConvolutionParts {
  readonly of: 'batch' | 'outChannels'
  /** They begin at multiples of it. */
  readonly step: number
  /** By operand, how many bytes it moves on for one example or channel. */
  readonly pitches: readonly number[]
}

export const byExamples = (...pitches: number[]): ConvolutionParts => ({ of: 'batch', step: 1, pitches })
/** Kernels take four channels at a time. */
export const byChannels = (...pitches: number[]): ConvolutionParts => ({ of: 'outChannels', step: 4, pitches })

/** Examples, or channels of the output, each. A shape and a scratch, which are the last arguments, of its own goes to each part. */
export function convolution(partsOf: (sizes: Convolution) => ConvolutionParts | undefined): Split {
  return (args, { threads, grain, kernels, place, words }) => {
    const operands = args.slice(0, -2)
    const shapeAt = args[operands.length]!
    const shape = words(shapeAt, fields).slice()
    const valueOf = (name: keyof typeof field): number => shape[field[name]]!
    const volumeOf = (name: 'size' | 'kernel' | 'out'): number =>
      shape.subarray(field[name], field[name] + 3).reduce((volume, size) => volume * size)
    const [batch, groups, outChannels] = [valueOf('batch'), valueOf('groups'), valueOf('outChannels')]
    const [taps, places] = [(valueOf('channels') / groups) * volumeOf('kernel'), volumeOf('out')]
    const parts = partsOf({
      batch,
      groups,
      image: 4 * valueOf('channels') * volumeOf('size'),
      out: 4 * outChannels * places,
      plane: 4 * places,
      weights: 4 * taps,
    })
    if (parts === undefined) return undefined
    const most = Math.min(threads, (batch * outChannels * places * taps) / grain.products)
    const found = ranges(valueOf(parts.of), parts.step, most)
    if (found === undefined) return undefined
    const room = shapeBytes + Math.ceil(kernels.convScratchBytes(shapeAt) / 64) * 64
    const rooms = place(found.length * room)
    return found.map(([start, end], part) => {
      const own = rooms + part * room
      const ownShape = words(own, fields)
      ownShape.set(shape)
      ownShape[field[parts.of]] = end - start
      // What is not there, as a bias, is 0 in each part too.
      const moved = operands.map((operand, at) => (operand === 0 ? 0 : operand + start * parts.pitches[at]!))
      return [...moved, own, own + shapeBytes]
    })
  }
}
