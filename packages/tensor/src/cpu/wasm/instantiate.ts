import { sharing } from './share.ts'

/** What is needed of a `WebAssembly.Memory`. Threads share its bytes if they are a SharedArrayBuffer, which is used like the other. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** A compiled module. */
export interface KernelModule {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module'
}

// Module-scoped: neither Node's nor the DOM's types are part of this package.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => KernelModule
  Instance: new (module: KernelModule, imports: object) => { exports: object }
}

export function isShared({ buffer }: KernelMemory): boolean {
  return typeof SharedArrayBuffer === 'function' && buffer instanceof SharedArrayBuffer
}

/** Compiles a module at once, for the memory that it will import. */
export function compile(bytes: Uint8Array, memory?: KernelMemory): KernelModule {
  return new WebAssembly.Module(memory !== undefined && isShared(memory) ? sharing(bytes) : bytes)
}

/** The exports of a module, at once. */
export function instantiate(module: KernelModule, imports: object): object {
  return new WebAssembly.Instance(module, imports).exports
}
