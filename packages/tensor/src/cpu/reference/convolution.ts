import type { Kernel } from '../../device.ts'
import type { Shape } from '../../layout.ts'
import { numelOf } from '../../layout.ts'
import type { ConvParams, WindowPrimitives } from '../../primitives.ts'
import { narrow, widen } from './doubles.ts'

/** Row-major places that a convolution multiplies, one entry per pair: of the input, in the window, of the output. */
interface Pairs {
  readonly input: number[]
  readonly tap: number[]
  readonly output: number[]
}

/** All pairs along the spatial dims, a dim at a time. */
function pairsOf(size: Shape, kernel: Shape, outputs: Shape, { stride, padding, dilation }: ConvParams): Pairs {
  let pairs: Pairs = { input: [0], tap: [0], output: [0] }
  size.forEach((n, dim) => {
    const next: Pairs = { input: [], tap: [], output: [] }
    for (let k = 0; k < pairs.input.length; k++) {
      for (let o = 0; o < outputs[dim]!; o++) {
        for (let t = 0; t < kernel[dim]!; t++) {
          const place = o * stride[dim]! + t * dilation[dim]! - padding[dim]!
          if (place < 0 || place >= n) continue
          next.input.push(pairs.input[k]! * n + place)
          next.tap.push(pairs.tap[k]! * kernel[dim]! + t)
          next.output.push(pairs.output[k]! * outputs[dim]! + o)
        }
      }
    }
    pairs = next
  })
  return pairs
}

/** Visits every product of a convolution: the row-major positions of its input, its weight and its output. */
function forEachProduct(
  input: Shape,
  weight: Shape,
  output: Shape,
  params: ConvParams,
  visit: (input: number, weight: number, output: number) => void,
): void {
  const [batch, channels, ...size] = input as [number, number, ...number[]]
  const [, perGroup, ...kernel] = weight as [number, number, ...number[]]
  const [, outChannels, ...outputs] = output as [number, number, ...number[]]
  const pairs = pairsOf(size, kernel, outputs, params)
  const [plane, window, outPlane] = [numelOf(size), numelOf(kernel), numelOf(outputs)]
  const outPerGroup = outChannels / params.groups
  for (let b = 0; b < batch; b++) {
    for (let o = 0; o < outChannels; o++) {
      const group = Math.floor(o / outPerGroup)
      for (let i = 0; i < perGroup; i++) {
        const x = (b * channels + group * perGroup + i) * plane
        const w = (o * perGroup + i) * window
        const y = (b * outChannels + o) * outPlane
        for (let k = 0; k < pairs.tap.length; k++) visit(x + pairs.input[k]!, w + pairs.tap[k]!, y + pairs.output[k]!)
      }
    }
  }
}

const conv: Kernel<'conv'> = ([out], [x, weight, bias], params) => {
  const [input, weights, result] = [widen(x!), widen(weight!), new Float64Array(out!.layout.numel)]
  const { shape } = out!.layout
  if (bias !== undefined) {
    const offsets = widen(bias)
    const plane = numelOf(shape.slice(2))
    for (let o = 0; o < result.length; o++) result[o] = offsets[Math.floor(o / plane) % shape[1]!]!
  }
  forEachProduct(x!.layout.shape, weight!.layout.shape, shape, params, (i, w, o) => {
    result[o]! += input[i]! * weights[w]!
  })
  narrow(out!, result)
}

const convTranspose: Kernel<'convTranspose'> = ([out], [g, weight], params) => {
  const [gradient, weights, result] = [widen(g!), widen(weight!), new Float64Array(out!.layout.numel)]
  forEachProduct(out!.layout.shape, weight!.layout.shape, g!.layout.shape, params, (i, w, o) => {
    result[i]! += gradient[o]! * weights[w]!
  })
  narrow(out!, result)
}

const convWeight: Kernel<'convWeight'> = ([out], [x, g], params) => {
  const [input, gradient, result] = [widen(x!), widen(g!), new Float64Array(out!.layout.numel)]
  forEachProduct(x!.layout.shape, out!.layout.shape, g!.layout.shape, params, (i, w, o) => {
    result[w]! += gradient[o]! * input[i]!
  })
  narrow(out!, result)
}

export const convolutionKernels: { readonly [P in keyof WindowPrimitives & `conv${string}`]: Kernel<P> } = {
  conv,
  convTranspose,
  convWeight,
}
