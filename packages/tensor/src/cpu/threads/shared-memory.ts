import { DeviceError } from '../../errors.ts'
import type { KernelMemory } from '../wasm/instantiate.ts'
import { mostPages } from '../wasm/share.ts'

// Module-scoped: neither Node's nor the DOM's types are part of this package.
declare const WebAssembly: {
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => KernelMemory
}

const pageBytes = 1 << 16

/** A memory of the same size and with the same bytes, which threads share. @throws DeviceError if there is no room for it */
export function sharedCopy({ buffer }: KernelMemory): KernelMemory {
  let memory: KernelMemory
  try {
    memory = new WebAssembly.Memory({ initial: buffer.byteLength / pageBytes, maximum: mostPages, shared: true })
  } catch (cause) {
    throw new DeviceError(
      'cpu: there is no room for a memory that threads share, 4 GiB of addresses. Call cpu({ threads: 1 }), or leave it out.',
      'OUT_OF_MEMORY',
      { cause },
    )
  }
  new Uint8Array(memory.buffer).set(new Uint8Array(buffer))
  return memory
}
