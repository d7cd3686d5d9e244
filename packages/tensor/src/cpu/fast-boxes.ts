import type { View } from '../device.ts'
import type { Shape } from '../layout.ts'
import { Layout } from '../layout.ts'
import type { ComputePrimitives, DimParams } from '../primitives.ts'
import { cpuEngine } from './engine.ts'
import type { Fast } from './operands.ts'
import { copyInto, fillOf } from './operands.ts'
import { pointer } from './storage.ts'

/** A box of a view, from the element at `offset` of its storage on. */
function boxOf({ storage, dtype, layout }: View, shape: Shape, offset: number): View {
  return { storage, dtype, layout: new Layout(shape, layout.strides, offset) }
}

const cat: Fast<DimParams> = ([out], inputs, { dim }) => {
  const { strides, offset } = out!.layout
  let start = offset
  for (const x of inputs) {
    copyInto(boxOf(out!, x.layout.shape, start), x)
    start += x.layout.shape[dim]! * strides[dim]!
  }
  return true
}

const pad: Fast<ComputePrimitives['pad']> = ([out], [x], { before, value }) => {
  const fill = fillOf[out!.dtype]
  if (fill === undefined) return false
  const { numel, strides, offset } = out!.layout
  cpuEngine().kernels[fill](pointer(out!), value, numel)
  const start = before.reduce((at, size, dim) => at + size * strides[dim]!, offset)
  copyInto(boxOf(out!, x!.layout.shape, start), x!)
  return true
}

/** Boxes within a whole, which is contiguous. */
export const boxKernels: { readonly cat: Fast<DimParams>; readonly pad: Fast<ComputePrimitives['pad']> } = { cat, pad }
