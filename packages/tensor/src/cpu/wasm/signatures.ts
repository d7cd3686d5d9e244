import type { KernelBuild } from './builds.ts'
import { moduleBytes } from './embedded.ts'
import { Reader, kind, section } from './reader.ts'

/** A WebAssembly type, as the binary format writes it. */
export const valueType = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const

/** What a function takes and returns: bytes of `valueType`. */
export interface Signature {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

/** The types of the functions that a module exports, by name. */
export function signaturesOf(module: Uint8Array): Map<string, Signature> {
  const reader = new Reader(module)
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
      // Imported functions are counted before the module's own.
      reader.list(() => {
        const { what, from } = reader.import()
        if (what === kind.function) typeOf.push(new Reader(module, from).number())
      })
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
