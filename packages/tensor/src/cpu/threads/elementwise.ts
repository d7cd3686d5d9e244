import type { Split } from './parts.ts'
import { ranges } from './parts.ts'

/** Bytes from one element of an operand to the next, times the argument that tells how many elements apart they are. */
export type Pitch = number | { readonly bytes: number; readonly stride: number }

/** Element-wise kernels go through 16 elements at a time. */
const elementStep = 16

/**
 * A stretch of elements each. The first arguments are operands, `count` stands where the call has the number of elements, and `cost`
 * tells how many additions one takes as long as.
 */
export function elementwise(count: number, pitches: readonly Pitch[], cost = 1): Split {
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
