import type { Kernels } from '../wasm/loader.ts'
import type { AnyKernel, Crew } from './crew.ts'
import type { Room, Split } from './splits.ts'
import { splits } from './splits.ts'

/** The kernels that a crew computes, in the order of their numbers. */
export const sharedNames: readonly string[] = Object.keys(splits)

/** Kernels whose larger calls a crew computes. */
export function threaded(kernels: Kernels, crew: Crew, room: Room): Kernels {
  const rows = (Object.entries(splits) as [keyof Kernels, Split][]).map(([name, split], number) => {
    const kernel = kernels[name] as AnyKernel
    const shared: AnyKernel = (...args) => {
      const parts = crew.isGone ? undefined : split(args, room)
      // Parts that went different ways are one call instead, which goes one way.
      return parts !== undefined && crew.run(number, kernel, parts) ? undefined : kernel(...args)
    }
    return [name, shared]
  })
  return { ...kernels, ...Object.fromEntries(rows) }
}
