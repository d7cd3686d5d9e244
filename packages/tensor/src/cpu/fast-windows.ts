import type { View } from '../device.ts'
import { contiguousLayout } from '../layout.ts'
import type { AveragePoolParams, ConvParams, WindowPrimitives } from '../primitives.ts'
import { cpuEngine } from './engine.ts'
import type { Fast } from './operands.ts'
import { isFloat32, ordered } from './operands.ts'
import { CpuStorage, pointer } from './storage.ts'
import type { Pool } from './window-table.ts'
import { poolOf, triple, windowTable } from './window-table.ts'

const isFilled = ({ layout }: View): boolean => layout.numel > 0

/** Compiled kernels take float32; what has no elements is left to the reference. */
const suits = (outputs: readonly View[], inputs: readonly View[]): boolean =>
  inputs.every((x) => isFloat32(x) && isFilled(x)) && outputs.every(isFilled)

/** Room to work in: the engine's own, or for large convolutions a place that goes with the call. */
function scratchOf(like: View, bytes: number): number {
  const { scratch, scratchBytes } = cpuEngine()
  if (bytes <= scratchBytes) return scratch
  return pointer({
    storage: new CpuStorage(like.storage.device, 'uint8', bytes),
    dtype: 'uint8',
    layout: contiguousLayout([bytes]),
  })
}

/** A convolution as the kernels read it: see assembly/shape.ts. */
function shapeOf(x: View, weight: View, out: View, { stride, padding, dilation, groups }: ConvParams): number {
  const [batch, channels, ...size] = x.layout.shape
  const [, , ...kernel] = weight.layout.shape
  const [, outChannels, ...outputs] = out.layout.shape
  return cpuEngine().integers([
    batch!,
    channels!,
    outChannels!,
    groups,
    ...triple(size, 1),
    ...triple(kernel, 1),
    ...triple(stride, 1),
    ...triple(padding, 0),
    ...triple(dilation, 1),
    ...triple(outputs, 1),
    outChannels!,
  ])
}

const conv: Fast<ConvParams> = ([out], inputs, params) => {
  if (!suits([out!], inputs)) return false
  const [x, weight, bias] = inputs.map(ordered)
  const { kernels } = cpuEngine()
  const shape = shapeOf(x!, weight!, out!, params)
  const scratch = scratchOf(x!, kernels.convScratchBytes(shape))
  const [image, weights] = [pointer(x!), pointer(weight!)]
  const offsets = bias === undefined ? 0 : pointer(bias)
  kernels.convF32(pointer(out!), image, weights, offsets, shape, scratch)
  return true
}

const convTranspose: Fast<ConvParams> = ([out], inputs, params) => {
  if (!suits([out!], inputs)) return false
  const [g, weight] = inputs.map(ordered)
  const { kernels } = cpuEngine()
  const shape = shapeOf(out!, weight!, g!, params)
  const scratch = scratchOf(g!, kernels.convScratchBytes(shape))
  const [gradient, weights] = [pointer(g!), pointer(weight!)]
  kernels.convBackwardInputF32(pointer(out!), gradient, weights, shape, scratch)
  return true
}

const convWeight: Fast<ConvParams> = ([out], inputs, params) => {
  if (!suits([out!], inputs)) return false
  const [x, g] = inputs.map(ordered)
  const { kernels } = cpuEngine()
  const shape = shapeOf(x!, out!, g!, params)
  const scratch = scratchOf(g!, kernels.convScratchBytes(shape))
  const [image, gradient] = [pointer(x!), pointer(g!)]
  kernels.convBackwardWeightsF32(pointer(out!), gradient, image, shape, scratch)
  return true
}

/** A pool as the kernels read it: see assembly/pool.ts. */
function tableOf({ planes, sizes, windows }: Pool, countsPadding = false): number {
  const [depth, height, width] = windows
  return cpuEngine().integers([
    planes,
    ...sizes,
    ...windows.map(({ outputs }) => outputs),
    ...windows.map(({ dilation }) => dilation),
    ...windowTable(depth, sizes[0], countsPadding),
    ...windowTable(height, sizes[1], countsPadding),
    ...windowTable(width, sizes[2], countsPadding),
  ])
}

const maxPool: Fast<WindowPrimitives['maxPool']> = ([out, positions], [x], { windows }) => {
  if (!suits([out!], [x!]) || positions!.dtype !== 'int64') return false
  const source = ordered(x!)
  const pool = poolOf(windows, x!.layout.shape.slice(-windows.length), x!.layout.numel)
  const [table, from, where] = [tableOf(pool), pointer(source), pointer(positions!)]
  cpuEngine().kernels.maxPoolF32(pointer(out!), where, from, table)
  return true
}

const avgPool: Fast<AveragePoolParams> = ([out], [x], { windows, countIncludePad, divisor }) => {
  if (!suits([out!], [x!])) return false
  const source = ordered(x!)
  const pool = poolOf(windows, x!.layout.shape.slice(-windows.length), x!.layout.numel)
  const [table, from] = [tableOf(pool, countIncludePad), pointer(source)]
  cpuEngine().kernels.avgPoolF32(pointer(out!), from, table, divisor)
  return true
}

const avgPoolTranspose: Fast<WindowPrimitives['avgPoolTranspose']> = ([out], [g], params) => {
  if (!suits([out!], [g!])) return false
  const source = ordered(g!)
  const pool = poolOf(params.windows, params.size, out!.layout.numel)
  const [table, from] = [tableOf(pool, params.countIncludePad), pointer(source)]
  cpuEngine().kernels.avgPoolBackwardF32(pointer(out!), from, table, params.divisor)
  return true
}

/** Compiled rows of the primitives with windows. */
export const windowKernels: { readonly [P in keyof WindowPrimitives]: Fast<WindowPrimitives[P]> } = {
  conv,
  convTranspose,
  convWeight,
  maxPool,
  avgPool,
  avgPoolTranspose,
}
