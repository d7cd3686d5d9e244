import type { DType, Generator, Kernel, SourcePrimitives, View } from '@metagrad/tensor'
import { cpu, isFloat } from '@metagrad/tensor'
import { storageOf } from '../engine/storage.ts'
import { copy } from './elementwise.ts'
import { map } from './map.ts'
import { contiguous, freshView, withLayout } from './temporary.ts'

type SourceKernels = { readonly [P in keyof SourcePrimitives]: KernelOf<SourcePrimitives[P]> }

/** A kernel by its parameters, so that the table can be indexed by a primitive not yet known. */
type KernelOf<Params> = (outputs: readonly View[], inputs: readonly View[], params: Params) => void

/** Runs a kernel of the CPU that needs no input; returns its elements as the host sees them. */
function onCpu<P extends keyof SourcePrimitives>(
  primitive: P,
  dtype: DType,
  numel: number,
  params: SourcePrimitives[P],
): ReturnType<NonNullable<typeof cpu.readSync>> {
  const out: View = { storage: cpu.allocate(dtype, numel), layout: contiguous([numel]), dtype }
  const kernels: SourceKernels = cpu.kernels
  kernels[primitive]([out], [], params)
  return cpu.readSync!(out)
}

/** Host values into a view, whichever way it lies. */
export function upload(out: View, data: Parameters<typeof cpu.write>[1]): void {
  const { device, length } = storageOf(out)
  const whole = out.layout.isFresh && out.layout.numel === length
  const target = whole ? out : freshView(out, out.dtype, [out.layout.numel])
  device.write(target.storage, data)
  if (!whole) copy([out], [withLayout(target, contiguous(out.layout.shape))], {})
}

/** Random numbers are drawn by the CPU from the generator: one seed gives the same numbers on every device. */
function drawn<P extends keyof SourcePrimitives>(primitive: P): Kernel<P> {
  return ([out], _, params) => upload(out!, onCpu(primitive, out!.dtype, out!.layout.numel, params))
}

export const sourceKernels: { readonly [P in keyof SourcePrimitives]: Kernel<P> } = {
  full: ([out], _, { value }) => {
    const call = { op: 'full', out: out!, inputs: [] }
    if (isFloat(out!.dtype)) map({ ...call, expression: 'value', floats: { value: Number(value) } })
    else map({ ...call, expression: 'value', ints: { value: Number(value) } })
  },
  arange: drawn('arange'),
  uniform: drawn('uniform'),
  normal: drawn('normal'),
  randint: drawn('randint'),
  randperm: drawn('randperm'),
  exponential: drawn('exponential'),
  bernoulliScalar: drawn('bernoulliScalar'),
}

/** `count` draws of the generator as float32, by the CPU's kernel. */
export function draws(
  primitive: 'uniform' | 'exponential',
  generator: Generator,
  shape: readonly number[],
): Float32Array {
  const count = shape.reduce((n, size) => n * size, 1)
  const common = { shape, dtype: 'float32', generator } as const
  const values =
    primitive === 'uniform'
      ? onCpu('uniform', 'float32', count, { ...common, from: 0, to: 1 })
      : onCpu('exponential', 'float32', count, { ...common, lambda: 1 })
  return values as Float32Array
}

/** A host array as a tensor beside `beside`. */
export function uploaded(beside: View, dtype: DType, shape: readonly number[], data: Float32Array | Int32Array): View {
  const view = freshView(beside, dtype, shape)
  view.storage.device.write(view.storage, data)
  return view
}

/** The draws do not depend on the probabilities: they are made by the CPU, compared here. */
export const bernoulli: Kernel<'bernoulli'> = ([out], [p], { generator }) => {
  const { shape } = p!.layout
  const uniform = uploaded(out!, 'float32', shape, draws('uniform', generator, shape))
  const expression = isFloat(out!.dtype) ? 'select(0.0, 1.0, a < b)' : 'i32(a < b)'
  map({ op: 'bernoulli', out: out!, inputs: [uniform, p!], expression })
}
