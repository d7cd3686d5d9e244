import { maxLineBytes } from './encode.ts'

const lineFeed = 10

/** A line that has ended. */
export interface SplitLine {
  /** From 1. */
  readonly line: number
  /** Offset in bytes of the line's first byte. */
  readonly start: number
  /** Offset in bytes after its line feed: where reading goes on. */
  readonly end: number
  /** The line without its line feed; undefined when it is over 64 KiB. */
  readonly bytes: Uint8Array | undefined
}

/**
 * Cuts a stream of bytes into lines. What follows the last line feed waits for more; of a line that is too long
 * nothing is kept, so memory stays bounded whatever comes.
 *
 * @example
 * const splitter = new LineSplitter()
 * splitter.push(new TextEncoder().encode('{"a":1}\n{"b"')) // one line; `{"b"` waits
 */
export class LineSplitter {
  /** Offset in bytes after the last line that ended. */
  position: number
  #line: number
  #partial: Uint8Array[] = []
  #partialBytes = 0

  /** Starts at the offset in bytes of a line's first byte; `line` is the number of the line before it. */
  constructor(position = 0, line = 0) {
    this.position = position
    this.#line = line
  }

  /** Bytes of the incomplete last line. */
  get partialBytes(): number {
    return this.#partialBytes
  }

  /** The lines that end in `chunk`, in order. The chunk may be reused afterwards. */
  push(chunk: Uint8Array): SplitLine[] {
    const lines: SplitLine[] = []
    let from = 0
    for (;;) {
      const end = chunk.indexOf(lineFeed, from)
      if (end === -1) break
      lines.push(this.#complete(chunk.subarray(from, end)))
      from = end + 1
    }
    this.#keep(chunk.slice(from))
    return lines
  }

  /** Forgets the incomplete last line, so that reading can start again at {@link position}. */
  dropPartial(): void {
    this.#partial = []
    this.#partialBytes = 0
  }

  #complete(tail: Uint8Array): SplitLine {
    const length = this.#partialBytes + tail.length
    const bytes = length < maxLineBytes ? join(this.#partial, tail, length) : undefined
    const start = this.position
    this.position += length + 1
    this.#line += 1
    this.dropPartial()
    return { line: this.#line, start, end: this.position, bytes }
  }

  #keep(tail: Uint8Array): void {
    this.#partialBytes += tail.length
    if (this.#partialBytes >= maxLineBytes) this.#partial = []
    else if (tail.length > 0) this.#partial.push(tail)
  }
}

function join(parts: readonly Uint8Array[], tail: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  bytes.set(tail, at)
  return bytes
}
