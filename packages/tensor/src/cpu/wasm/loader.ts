import { DeviceError } from '../../errors.ts'
import { fusedModules, plainModule } from './kernels.generated.ts'
import type { Kernels } from './kernels.generated.ts'
import { elementary } from './elementary.ts'
import { type KernelMemory, instantiate } from './instantiate.ts'

export type { Kernels, Offset } from './kernels.generated.ts'
export type { KernelMemory } from './instantiate.ts'

/** `relaxed` fuses multiplications with additions and is quicker; `simd128` gives the same bits on every machine. */
export type KernelBuild = 'simd128' | 'relaxed'

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
  validate(bytes: Uint8Array): boolean
  Memory: new (limits: { initial: number; maximum?: number }) => KernelMemory
}

/** Kernels read whole vectors: up to this many bytes past the end of an operand, so the host leaves them unused at the memory's end. */
export const readSlackBytes = 64

const pageBytes = 65_536

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const functionOfVector = [0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01, 0x00]
const zeroVector = [0x41, 0x00, 0xfd, 0x0f]

const relaxedMultiplyAdd = [0xfd, 0x85, 0x02]

/** The smallest module that uses an instruction of each build: i8x16.splat, f32x4.relaxed_madd. */
const probes: Record<KernelBuild, Uint8Array> = {
  simd128: Uint8Array.of(...header, ...functionOfVector, 0x0a, 0x08, 0x01, 0x06, 0x00, ...zeroVector, 0x0b),
  relaxed: Uint8Array.of(
    ...header,
    ...functionOfVector,
    0x0a,
    0x13,
    0x01,
    0x11,
    0x00,
    ...zeroVector,
    ...zeroVector,
    ...zeroVector,
    ...relaxedMultiplyAdd,
    0x0b,
  ),
}

/** Whether this engine runs a build. */
export function supportsBuild(build: KernelBuild): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(probes[build])
}

/** The quickest build that this engine runs. */
export function quickestBuild(): KernelBuild {
  return supportsBuild('relaxed') ? 'relaxed' : 'simd128'
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
  const plain = instantiate(plainModule, imports)
  const fused = instantiate(fusedModules.map((piece) => piece[build]).join(''), imports)
  // The interface is generated from the exports of these very modules.
  const kernels = { ...plain, ...fused } as Kernels
  return { kernels, memory, build, heapBase: kernels.heapBase() }
}
