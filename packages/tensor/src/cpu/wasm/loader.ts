import { DeviceError } from '../../errors.ts'
import { type KernelBuild, quickestBuild, supportsBuild } from './builds.ts'
import { elementary } from './elementary.ts'
import { moduleBytes } from './embedded.ts'
import type { KernelMemory, KernelModule } from './instantiate.ts'
import { compile, instantiate } from './instantiate.ts'
import type { Kernels } from './kernels.generated.ts'

export { type KernelBuild, quickestBuild, supportsBuild } from './builds.ts'
export type { Kernels, Offset } from './kernels.generated.ts'
export type { KernelMemory } from './instantiate.ts'

/** Kernels bound to the memory they work on. */
export interface LoadedKernels {
  readonly kernels: Kernels
  readonly memory: KernelMemory
  readonly build: KernelBuild
  /** First byte that the host may use; below lie the kernels' constants. */
  readonly heapBase: number
}

// Module-scoped: neither Node's nor the DOM's types are part of this package.
declare const WebAssembly: {
  Memory: new (limits: { initial: number; maximum?: number }) => KernelMemory
}

/** Kernels read whole vectors: up to this many bytes past the end of an operand, so the host leaves them unused at the memory's end. */
export const readSlackBytes = 64

const pageBytes = 65_536

/** The modules of a build, in the order in which they are instantiated, for the memory that they will import. */
export function kernelModules(build: KernelBuild, memory: KernelMemory): readonly KernelModule[] {
  return [compile(moduleBytes('plain'), memory), compile(moduleBytes(build), memory)]
}

/**
 * Instantiates the kernels, synchronously, on a memory of their own or on `memory`, which may serve the other build as well: both
 * keep the same constants at the same places.
 *
 * `build` is by default the quickest that the engine supports; `initialBytes` is the size of the memory to begin with.
 *
 * @throws DeviceError where the engine lacks WebAssembly SIMD, or the build asked for.
 */
export function loadKernels(
  options: { build?: KernelBuild; initialBytes?: number; memory?: KernelMemory } = {},
): LoadedKernels {
  const build = options.build ?? quickestBuild()
  if (!supportsBuild(build)) {
    throw new DeviceError(
      `loadKernels: this engine does not run WebAssembly ${build}. Use Node 20 or a browser since 2023.`,
    )
  }
  const memory =
    options.memory ??
    new WebAssembly.Memory({ initial: Math.ceil((options.initialBytes ?? 16 * pageBytes) / pageBytes) })
  const imports = { env: { memory, sin: elementary.sin, cos: elementary.cos, pow: elementary.pow } }
  const [plain, fused] = kernelModules(build, memory).map((module) => instantiate(module, imports))
  // The interface is generated from the exports of these very modules.
  const kernels = { ...plain, ...fused } as Kernels
  return { kernels, memory, build, heapBase: kernels.heapBase() }
}
