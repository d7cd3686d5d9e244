/** Sections of a module. */
export const section = { types: 1, imports: 2, functions: 3, exports: 7 } as const

/** Kinds of imports and exports. */
export const kind = { function: 0, memory: 2, global: 3 } as const

const headerBytes = 8

/** Reads the binary format of modules. */
export class Reader {
  readonly #bytes: Uint8Array
  at: number

  /** @param at where it begins: at the first section, if nothing is said */
  constructor(bytes: Uint8Array, at: number = headerBytes) {
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

  /** What an import is, and from where to where its type stands. */
  import(): { readonly what: number; readonly from: number; readonly to: number } {
    this.text()
    this.text()
    const what = this.byte()
    const from = this.at
    if (what === kind.function) this.number()
    else if (what === kind.global) this.at += 2
    else if (what === kind.memory) for (let limits = 1 + (this.byte() & 1); limits > 0; limits--) this.number()
    return { what, from, to: this.at }
  }
}
