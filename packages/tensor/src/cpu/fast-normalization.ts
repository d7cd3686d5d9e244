import type { View } from '../device.ts'
import { contiguousLayout, permuteLayout } from '../layout.ts'
import type { BatchNormParams, ComputePrimitives, LayerNormParams } from '../primitives.ts'
import { cpuEngine } from './engine.ts'
import type { Fast } from './operands.ts'
import { copyInto, isFloat32, ordered, temporary } from './operands.ts'
import { pointer } from './storage.ts'

/** The address of an operand that may be missing: kernels know its absence as 0. */
const pointerOr0 = (x: View | undefined): number => (x === undefined ? 0 : pointer(x))

const orderedIfAny = (x: View | undefined): View | undefined => x && ordered(x)

const layerNorm: Fast<LayerNormParams> = ([out, means, rstds], [x, weight, bias], { eps }) => {
  const rows = means!.layout.numel
  const { numel } = out!.layout
  if (!isFloat32(x!) || numel === 0) return false
  const [source, factors, shifts] = [ordered(x!), orderedIfAny(weight), orderedIfAny(bias)]
  const [from, gamma, beta] = [pointer(source), pointerOr0(factors), pointerOr0(shifts)]
  const [mean, rstd] = [pointer(means!), pointer(rstds!)]
  cpuEngine().kernels.layerNormF32(pointer(out!), mean, rstd, from, gamma, beta, rows, numel / rows, eps)
  return true
}

const layerNormBackward: Fast<LayerNormParams> = ([dx, dWeight, dBias], [g, x, mean, rstd, weight]) => {
  const rows = mean!.layout.numel
  const { numel } = dx!.layout
  if (!isFloat32(x!) || numel === 0) return false
  const { kernels } = cpuEngine()
  const [gradient, source, factors] = [ordered(g!), ordered(x!), orderedIfAny(weight)]
  for (const sum of [dWeight, dBias]) if (sum !== undefined) kernels.fillF32(pointer(sum), 0, sum.layout.numel)
  const [from, values, means, rstds] = [pointer(gradient), pointer(source), pointer(mean!), pointer(rstd!)]
  const [gamma, toWeight, toBias] = [pointerOr0(factors), pointerOr0(dWeight), pointerOr0(dBias)]
  kernels.layerNormBackwardF32(pointer(dx!), toWeight, toBias, from, values, means, rstds, gamma, rows, numel / rows)
  return true
}

/** From this length on, the elements of a channel that lie side by side are worth a loop of their own. */
const longRun = 16

/** x [batch, channels, length] as the kernels take it; short runs are joined by moving the channels to the front. */
interface Channels {
  readonly batch: number
  readonly channels: number
  readonly length: number
  readonly isMoved: boolean
}

function channelsOf({ layout }: View): Channels {
  const [batch, channels] = layout.shape as [number, number]
  const length = layout.numel / (batch * channels)
  return length >= longRun
    ? { batch, channels, length, isMoved: false }
    : { batch: 1, channels, length: batch * length, isMoved: true }
}

/** The view with its first two dims changing places. */
function swapped(x: View): View {
  const order = x.layout.shape.map((_, dim) => dim)
  const layout = permuteLayout(x.layout, [1, 0, ...order.slice(2)])
  return { storage: x.storage, dtype: x.dtype, layout }
}

const orderedChannels = (x: View, isMoved: boolean): View => ordered(isMoved ? swapped(x) : x)

/** Runs a kernel that writes channels in their order, and moves them to where they belong in `out`. */
function intoChannels(out: View, isMoved: boolean, run: (to: View) => void): void {
  if (!isMoved) {
    run(out)
    return
  }
  const moved = temporary(out, contiguousLayout(swapped(out).layout.shape))
  run(moved)
  copyInto(out, swapped(moved))
}

/** Whether each channel has one element per item: they lie side by side, as columns. */
const hasColumns = ({ layout }: View): boolean => layout.numel === layout.shape[0]! * layout.shape[1]!

/** Room for `count` numbers per channel. */
function perChannel(x: View, count: number): View {
  return temporary(x, contiguousLayout([count, x.layout.shape[1]!]))
}

const batchNormColumns: Fast<BatchNormParams> = ([out, means, variances], [x, weight, bias], { eps }) => {
  const [rows, n] = x!.layout.shape as [number, number]
  const { kernels } = cpuEngine()
  const [source, factors, shifts, room] = [ordered(x!), orderedIfAny(weight), orderedIfAny(bias), perChannel(x!, 1)]
  const [from, gamma, beta, scales] = [pointer(source), pointerOr0(factors), pointerOr0(shifts), pointer(room)]
  const [mean, variance] = [pointer(means!), pointer(variances!)]
  kernels.batchNormColumnStatisticsF32(mean, variance, from, rows, n)
  kernels.batchNormApplyColumnsF32(pointer(out!), scales, from, mean, variance, gamma, beta, rows, n, eps)
  return true
}

const batchNormBackwardColumns: Fast<BatchNormParams> = (outputs, [g, x, mean, variance, weight], { eps }) => {
  const [rows, n] = x!.layout.shape as [number, number]
  const [gradient, source, factors, room] = [ordered(g!), ordered(x!), orderedIfAny(weight), perChannel(x!, 3)]
  const [from, values, means, variances] = [pointer(gradient), pointer(source), pointer(mean!), pointer(variance!)]
  const [gamma, scratch] = [pointerOr0(factors), pointer(room)]
  const [dx, dWeight, dBias] = outputs.map(pointer) as [number, number, number]
  const { kernels } = cpuEngine()
  kernels.batchNormBackwardColumnsF32(dx, dWeight, dBias, scratch, from, values, means, variances, gamma, rows, n, eps)
  return true
}

const batchNorm: Fast<BatchNormParams> = (outputs, inputs, params) => {
  const [out, means, variances] = outputs
  const [x, weight, bias] = inputs
  const { eps } = params
  if (!isFloat32(x!) || x!.layout.numel === 0) return false
  if (hasColumns(x!)) return batchNormColumns(outputs, inputs, params)
  const { batch, channels, length, isMoved } = channelsOf(x!)
  const { kernels } = cpuEngine()
  const [source, factors, shifts] = [orderedChannels(x!, isMoved), orderedIfAny(weight), orderedIfAny(bias)]
  intoChannels(out!, isMoved, (to) => {
    const [from, gamma, beta] = [pointer(source), pointerOr0(factors), pointerOr0(shifts)]
    const [mean, variance] = [pointer(means!), pointer(variances!)]
    kernels.batchNormStatisticsF32(mean, variance, from, batch, channels, length)
    kernels.batchNormApplyF32(pointer(to), from, mean, variance, gamma, beta, batch, channels, length, eps)
  })
  return true
}

const batchNormBackward: Fast<BatchNormParams> = (outputs, inputs, params) => {
  const [dx, dWeight, dBias] = outputs
  const [g, x, mean, variance, weight] = inputs
  const { eps } = params
  if (!isFloat32(x!) || x!.layout.numel === 0) return false
  if (hasColumns(x!)) return batchNormBackwardColumns(outputs, inputs, params)
  const { batch, channels, length, isMoved } = channelsOf(x!)
  const { kernels } = cpuEngine()
  const [gradient, source, factors] = [orderedChannels(g!, isMoved), orderedChannels(x!, isMoved), orderedIfAny(weight)]
  intoChannels(dx!, isMoved, (to) => {
    const [from, values, means, variances] = [pointer(gradient), pointer(source), pointer(mean!), pointer(variance!)]
    const [gamma, toWeight, toBias] = [pointerOr0(factors), pointer(dWeight!), pointer(dBias!)]
    kernels.batchNormBackwardF32(
      pointer(to),
      toWeight,
      toBias,
      from,
      values,
      means,
      variances,
      gamma,
      batch,
      channels,
      length,
      eps,
    )
  })
  return true
}

export const normalizationKernels: { readonly [P in keyof ComputePrimitives]?: Fast<ComputePrimitives[P]> } = {
  layerNorm,
  layerNormBackward,
  batchNorm,
  batchNormBackward,
}
