/** What is needed of a `WebAssembly.Memory`. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

// Module-scoped: neither Node's nor the DOM's types are part of this package.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: object }
}

/** The exports of a module, at once. */
export function instantiate(bytes: Uint8Array, imports: object): object {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports
}
