import type { View } from '../device.ts'
import { dtypes } from '../dtypes.ts'
import type { Layout } from '../layout.ts'
import { contiguousLayout } from '../layout.ts'
import { cpuEngine } from './engine.ts'
import { coalesce } from './reference/loops.ts'
import { CpuStorage, pointer } from './storage.ts'
import type { Kernels } from './wasm/loader.ts'

// What the tables of compiled kernels share.

/**
 * Runs a primitive by a compiled kernel if there is one for these operands, and tells whether it did; the reference serves the
 * rest. Outputs are contiguous. An address is taken right before the kernel that uses it, the written one last: taking one may move others, but never
 * the few that were taken just before.
 */
export type Fast<Params> = (outputs: readonly View[], inputs: readonly View[], params: Params) => boolean

export const isFloat32 = ({ dtype }: View): boolean => dtype === 'float32'

/** How many bytes an index of a dtype has, as a shift: those that kernels read. */
export const indexShifts: { readonly [dtype in View['dtype']]?: 2 | 3 } = { int32: 2, int64: 3 }

/** Writes a kernel's sizes and strides where it finds them: rank, then per dim its size and each operand's stride. */
export function describe(sizes: readonly number[], strides: readonly (readonly number[])[]): number {
  const engine = cpuEngine()
  const rank = Math.max(1, sizes.length)
  const words = engine.words(1 + rank * (1 + strides.length))
  words[0] = rank
  let at = 1
  for (let dim = 0; dim < rank; dim++) {
    words[at++] = sizes[dim] ?? 1
    for (const own of strides) words[at++] = own[dim] ?? 0
  }
  return engine.descriptor
}

/** A temporary of a shape, contiguous. */
export function temporary(like: View, layout: Layout): View {
  return { storage: new CpuStorage(like.storage.device, like.dtype, layout.numel), layout, dtype: like.dtype }
}

const copyBySize: Readonly<Record<number, 'copy8Nd' | 'copy16Nd' | 'copy32Nd' | 'copy64Nd'>> = {
  1: 'copy8Nd',
  2: 'copy16Nd',
  4: 'copy32Nd',
  8: 'copy64Nd',
}

/** A view into another of the same dtype and shape. */
export function copyInto(out: View, x: View): void {
  const walk = coalesce(out.layout.shape, [out, x])
  if (walk === undefined) return
  const { kernels } = cpuEngine()
  const from = pointer(x)
  const to = pointer(out)
  kernels[copyBySize[dtypes[x.dtype].bytes]!](to, from, describe(walk.sizes, walk.strides))
}

/** What fills a view with a number. */
export const fillOf: { readonly [dtype in View['dtype']]?: 'fillF32' | 'fillF64' | 'fillI32' } = {
  float32: 'fillF32',
  float64: 'fillF64',
  int32: 'fillI32',
}

/** The view itself if its elements lie in order, else a copy. */
export function ordered(x: View): View {
  if (x.layout.isContiguous) return x
  const copy = temporary(x, contiguousLayout(x.layout.shape))
  copyInto(copy, x)
  return copy
}

/** A compiled kernel by name, looked up once per table of kernels: they change with the build. */
export function bound<Kernel>(name: keyof Kernels): () => Kernel {
  let table: Kernels | undefined
  let kernel: Kernel
  return () => {
    const { kernels } = cpuEngine()
    if (kernels !== table) {
      table = kernels
      kernel = kernels[name] as Kernel
    }
    return kernel
  }
}
