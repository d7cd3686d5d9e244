/** `relaxed` fuses multiplications with additions and is quicker; `simd128` gives the same bits on every machine. */
export type KernelBuild = 'simd128' | 'relaxed'

// Module-scoped: neither Node's nor the DOM's types are part of this package.
declare const WebAssembly: { validate(bytes: Uint8Array): boolean }

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
