import type { KernelBuild } from './builds.ts'
import { moduleBytes } from './embedded.ts'

/** A WebAssembly type, as the binary format writes it. */
export const valueType = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const

/** What a function takes and returns: bytes of `valueType`. */
export interface Signature {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

/** The sections of a module that tell the types of its exports. */
const section = { types: 1, imports: 2, functions: 3, exports: 7 } as const

/** Kinds of imports and exports. */
const kind = { function: 0, memory: 2, global: 3 } as const

/** Reads the binary format. */
class Reader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length
  }

  byte(): number {
    return this.#bytes[this.at++]!
  }

  /** An unsigned number in groups of seven bits. */
  number(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.number() }, item)
  }

  bytes(): Uint8Array {
    const count = this.number()
    this.at += count
    return this.#bytes.subarray(this.at - count, this.at)
  }

  text(): string {
    return String.fromCharCode(...this.bytes())
  }
}

const headerBytes = 8

/** The types of the functions that a module exports, by name. */
export function signaturesOf(module: Uint8Array): Map<string, Signature> {
  const reader = new Reader(module, headerBytes)
  let types: Signature[] = []
  const typeOf: number[] = []
  const found = new Map<string, Signature>()
  while (!reader.isAtEnd) {
    const id = reader.byte()
    const size = reader.number()
    const end = reader.at + size
    if (id === section.types) {
      types = reader.list(() => {
        reader.byte()
        return { params: [...reader.bytes()], results: [...reader.bytes()] }
      })
    } else if (id === section.imports) {
      reader.list(() => importedInto(reader, typeOf))
    } else if (id === section.functions) {
      reader.list(() => typeOf.push(reader.number()))
    } else if (id === section.exports) {
      reader.list(() => {
        const name = reader.text()
        const isFunction = reader.byte() === kind.function
        const at = reader.number()
        if (isFunction) found.set(name, types[typeOf[at]!]!)
      })
    }
    reader.at = end
  }
  return found
}

/** Imported functions are counted before the module's own. */
function importedInto(reader: Reader, typeOf: number[]): void {
  reader.text()
  reader.text()
  const what = reader.byte()
  if (what === kind.function) typeOf.push(reader.number())
  else if (what === kind.global) reader.at += 2
  else if (what === kind.memory) for (let limits = 1 + (reader.byte() & 1); limits > 0; limits--) reader.number()
}

const known = new Map<KernelBuild, ReadonlyMap<string, Signature>>()

/** The types of all kernels of a build. */
export function kernelSignatures(build: KernelBuild): ReadonlyMap<string, Signature> {
  let signatures = known.get(build)
  if (signatures === undefined) {
    signatures = new Map([...signaturesOf(moduleBytes('plain')), ...signaturesOf(moduleBytes(build))])
    known.set(build, signatures)
  }
  return signatures
}
