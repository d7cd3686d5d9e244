import type { MemorySizes } from './memory.ts'
import { Memory, defaultSizes } from './memory.ts'
import type { KernelBuild, Kernels } from './wasm/loader.ts'
import { loadKernels } from './wasm/loader.ts'

/** The compiled kernels, the memory that they work on, and two places in it for their own use. */
export interface Engine {
  readonly kernels: Kernels
  readonly memory: Memory
  readonly build: KernelBuild
  /** Room for packing the operands of a product. */
  readonly scratch: number
  /** Room for sizes and strides. */
  readonly descriptor: number
}

const descriptorBytes = 1024

let engine: Engine | undefined

function start(sizes: MemorySizes): Engine {
  const { kernels, memory: linear, build, heapBase } = loadKernels({})
  const descriptor = Math.ceil(heapBase / 16) * 16
  const scratch = descriptor + descriptorBytes
  return {
    kernels,
    memory: new Memory(linear, scratch + kernels.gemmScratchBytes(), sizes),
    build,
    scratch,
    descriptor,
  }
}

/** Started by the first tensor: importing the package costs nothing. */
export function cpuEngine(): Engine {
  return (engine ??= start(defaultSizes))
}

export function memory(): Memory {
  return cpuEngine().memory
}

/** Starts with other sizes, before the first tensor: for tests that want every place to be full all the time. */
export function startEngine(sizes: MemorySizes): void {
  engine = start(sizes)
}
