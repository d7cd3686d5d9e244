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

/** What a lower-case hexadecimal digit stands for. */
const digitOf = (code: number): number => code - (code < 97 ? 48 : 87)

function bytesOf(hexadecimal: string): Uint8Array {
  const bytes = new Uint8Array(hexadecimal.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitOf(hexadecimal.charCodeAt(2 * i)) << 4) | digitOf(hexadecimal.charCodeAt(2 * i + 1))
  }
  return bytes
}

/** The exports of a module that is embedded in hexadecimal, at once. */
export function instantiate(hexadecimal: string, imports: object): object {
  return new WebAssembly.Instance(new WebAssembly.Module(bytesOf(hexadecimal)), imports).exports
}
