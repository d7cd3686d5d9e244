import type { View } from '../device.ts'
import { dtypes } from '../dtypes.ts'
import type { ComputePrimitives } from '../primitives.ts'
import { cpuEngine } from './engine.ts'
import type { Fast } from './operands.ts'
import { copyInto, indexShifts, isFloat32, ordered } from './operands.ts'
import { around } from './reference/loops.ts'
import { pointer } from './storage.ts'

interface Lines {
  readonly outer: number
  readonly size: number
  readonly inner: number
  /** How many bytes of an index there are. */
  readonly indexShift: 2 | 3
}

/** The dims around `dim` of an index; undefined if it leaves out some of a tensor's lines. */
function linesOf(index: View, x: View, dim: number): Lines | undefined {
  const indexShift = indexShifts[index.dtype]
  const { shape, numel } = index.layout
  const isWhole = shape.every((n, d) => d === dim || n === x.layout.shape[d])
  return isWhole && numel > 0 && indexShift !== undefined ? { ...around(shape, dim), indexShift } : undefined
}

const gather: Fast<ComputePrimitives['gather']> = ([out], [x, index], { dim }) => {
  const lines = linesOf(index!, x!, dim)
  if (lines === undefined || dtypes[x!.dtype].bytes !== 4) return false
  const { outer, size: n, inner, indexShift } = lines
  const [source, places] = [ordered(x!), ordered(index!)]
  const [from, at] = [pointer(source), pointer(places)]
  const { kernels, passed } = cpuEngine()
  // The reference names what is out of range.
  return passed(kernels.gather32(pointer(out!), from, at, indexShift, outer, n, inner, x!.layout.shape[dim] ?? 1))
}

/** Sums: what the gradients of `gather` and of a max pool come to. */
const scatter: Fast<ComputePrimitives['scatter']> = ([out], [x, index, values], { dim, reduce }) => {
  const lines = linesOf(index!, x!, dim)
  const covers = values!.layout.numel === index!.layout.numel
  if (lines === undefined || reduce !== 'add' || !isFloat32(x!) || !covers) return false
  const { outer, size: n, inner, indexShift } = lines
  const [terms, places] = [ordered(values!), ordered(index!)]
  copyInto(out!, x!)
  const [from, at] = [pointer(terms), pointer(places)]
  const { kernels, passed } = cpuEngine()
  // The reference starts anew and names what is out of range.
  return passed(kernels.scatterAddF32(pointer(out!), from, at, indexShift, outer, n, inner, x!.layout.shape[dim] ?? 1))
}

/** Elements from, and to, places along a dim. */
export const indexingKernels: { readonly [P in keyof ComputePrimitives]?: Fast<ComputePrimitives[P]> } = {
  gather,
  scatter,
}
