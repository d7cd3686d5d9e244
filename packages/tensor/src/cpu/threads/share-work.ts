import type { Memory, Resident } from '../memory.ts'
import { elementaryModule } from '../wasm/elementary.ts'
import type { KernelBuild, KernelMemory, Kernels } from '../wasm/loader.ts'
import { kernelModules } from '../wasm/loader.ts'
import type { AnyKernel } from './crew.ts'
import { Crew } from './crew.ts'
import type { Grain, Room, Split } from './parts.ts'
import { splits } from './splits.ts'

/** One thread's kernels, and what they work on. */
export interface OneThread {
  readonly kernels: Kernels
  readonly build: KernelBuild
  readonly linear: KernelMemory
  readonly memory: Memory
}

/** How many threads compute, and how much work is worth a part of its own. */
export interface Sharing {
  readonly threads: number
  readonly grain: Grain
}

/** The kernels once more, their larger calls computed by a crew. @throws DeviceError if it does not start */
export function shareWork(own: OneThread, sharing: Sharing): { readonly kernels: Kernels; readonly crew: Crew } {
  const { kernels, build, linear: memory } = own
  const rows = Object.entries(splits) as [keyof Kernels, Split][]
  const crew = new Crew(sharing.threads, {
    memory,
    modules: kernelModules(build, memory),
    elementary: elementaryModule(),
    names: rows.map(([name]) => name),
  })
  const room: Room = { ...sharing, kernels, ...roomIn(own.memory) }
  const shared = rows.map(([name, split], number) => {
    const kernel = kernels[name] as AnyKernel
    const call: AnyKernel = (...args) => {
      const parts = crew.isGone ? undefined : split(args, room)
      // Parts that went different ways are one call instead, which goes one way.
      return parts !== undefined && crew.run(number, kernel, parts) ? undefined : kernel(...args)
    }
    return [name, call]
  })
  return { kernels: { ...kernels, ...Object.fromEntries(shared) }, crew }
}

/** Places for the length of an op, all in the same room. */
function roomIn(memory: Memory): Pick<Room, 'place' | 'words'> {
  let resident: Resident | undefined
  return {
    place(byteLength) {
      // Whatever was there is of no use any more.
      if (resident === undefined || resident.address < 0 || resident.byteLength < byteLength) {
        resident = { byteLength, address: -1, outside: undefined, block: undefined }
        memory.placeLarge(resident)
      } else memory.touch(resident)
      return resident.address
    },
    words: (address, count) => new Int32Array(memory.bytes.buffer, address, count),
  }
}
