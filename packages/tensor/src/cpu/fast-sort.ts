import type { View } from '../device.ts'
import { contiguousLayout } from '../layout.ts'
import type { ComputePrimitives } from '../primitives.ts'
import { cpuEngine } from './engine.ts'
import type { Fast } from './operands.ts'
import { ordered, temporary } from './operands.ts'
import { around } from './reference/loops.ts'
import { hold, pointer } from './storage.ts'

const kernelNames: { readonly [dtype in View['dtype']]?: 'sortF32' | 'sortI32' } = {
  float32: 'sortF32',
  int32: 'sortI32',
}

/** What the kernel takes to sort one line: twice its pairs of words, and counts. */
const scratchWords = (n: number): number => 4 * n + 1024

/** Values and where they were, along a dim. */
export const sort: Fast<ComputePrimitives['sort']> = ([values, indices], [x], { dim, descending }) => {
  const name = kernelNames[x!.dtype]
  if (name === undefined || indices!.dtype !== 'int64') return false
  if (x!.layout.numel === 0) return true
  const { outer, size, inner } = around(x!.layout.shape, dim)
  const source = ordered(x!)
  const scratch = temporary(x!, contiguousLayout([scratchWords(size)]))
  // It writes three places, so all must be there before the first address is taken.
  hold([source, scratch, values!, indices!])
  const [from, room, to] = [pointer(source), pointer(scratch), pointer(values!)]
  cpuEngine().kernels[name](to, pointer(indices!), from, room, outer, size, inner, descending)
  return true
}
