import type { MemorySizes, Resident } from './memory.ts'
import { Memory, defaultSizes } from './memory.ts'
import type { Crew } from './threads/crew.ts'
import { workersOf } from './threads/node.ts'
import { sharedCopy } from './threads/shared-memory.ts'
import type { Grain } from './threads/parts.ts'
import { defaultGrain } from './threads/parts.ts'
import type { Sharing } from './threads/share-work.ts'
import { shareWork } from './threads/share-work.ts'
import { isShared } from './wasm/instantiate.ts'
import type { KernelBuild, KernelMemory, Kernels } from './wasm/loader.ts'
import { loadKernels, quickestBuild } from './wasm/loader.ts'

/** The compiled kernels, the memory that they work on, and two places in it for their own use. */
export interface Engine {
  /** Of the build in use: read them anew for each op. */
  kernels: Kernels
  build: KernelBuild
  readonly memory: Memory
  /** What `memory` divides, for further modules that work on it: another one once threads share it. */
  linear: KernelMemory
  /** Room for packing the operands of a product or a convolution. */
  readonly scratch: number
  readonly scratchBytes: number
  /** Room for sizes and strides: where `words` were asked for last. */
  descriptor: number
  /** The words of `descriptor`, for the kernel that is called next. */
  words(count: number): Int32Array
  /** Where integers are for the length of an op. */
  integers(values: readonly number[]): number
  /** Whether the kernel that was just called did its work: it returns -1, or what it stumbled over. */
  passed(result: number): boolean
  /** 1 over the count that the kernel just called returned: to be handed to a kernel as it is. */
  inverse(result: number): number
}

const descriptorBytes = 1024

let engine: Engine | undefined
/** Builds that were loaded on the memory of this engine. */
let loaded = new Map<KernelBuild, Kernels>()

/** Holds for whatever build and engine there will be. */
let sharing: Sharing = { threads: 1, grain: defaultGrain }
let crew: Crew | undefined

function start(sizes: MemorySizes): Engine {
  const { kernels, memory: linear, build, heapBase } = loadKernels()
  loaded = new Map([[build, kernels]])
  const descriptor = Math.ceil(heapBase / 16) * 16
  const scratch = descriptor + descriptorBytes
  const scratchBytes = kernels.gemmScratchBytes()
  const ownMemory = new Memory(linear, scratch + scratchBytes, sizes)
  return {
    kernels,
    build,
    memory: ownMemory,
    linear,
    scratch,
    scratchBytes,
    descriptor,
    words: (count) => new Int32Array(ownMemory.bytes.buffer, descriptor, count),
    integers: (values) => placed(ownMemory, values),
    passed: (result) => result < 0,
    inverse: (result) => 1 / result,
  }
}

/** Integers that nobody keeps. */
function placed(own: Memory, values: readonly number[]): number {
  const resident: Resident = { byteLength: 4 * values.length, address: -1, outside: undefined, block: undefined }
  own.place(resident)
  new Int32Array(own.bytes.buffer, resident.address, values.length).set(values)
  return resident.address
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
  useThreads(sharing.threads, sharing.grain)
}

/** Runs a build of the kernels from here on. All work on one memory, so tensors stay where they are. @throws DeviceError */
export function useBuild(build: KernelBuild = quickestBuild()): void {
  const running = cpuEngine()
  const kernels = loaded.get(build) ?? loadKernels({ build, memory: running.linear }).kernels
  loaded.set(build, kernels)
  running.build = build
  crew?.end()
  crew = undefined
  running.kernels = kernels
  if (sharing.threads > 1) ({ kernels: running.kernels, crew } = shareWork(running, sharing))
}

/**
 * Computes with so many threads from here on, where work is worth its parts. They share the memory, so the first time its bytes move
 * to one that can be shared.
 *
 * It is for tests, which have parts of the least work: users want `cpu({ threads })`.
 *
 * @throws DeviceError where there are none
 */
export function useThreads(threads: number, grain: Grain = defaultGrain): void {
  if (threads > 1) workersOf()
  const running = cpuEngine()
  if (threads > 1 && !isShared(running.linear)) {
    running.linear = sharedCopy(running.linear)
    running.memory.moveTo(running.linear)
    loaded = new Map()
  }
  sharing = { threads, grain }
  useBuild(running.build)
}

/** Runs a function with another engine in the place of this one: kernels that write down their calls, for instance. */
export function withEngine<T>(other: Engine, run: () => T): T {
  const own = cpuEngine()
  engine = other
  try {
    return run()
  } finally {
    engine = own
  }
}
