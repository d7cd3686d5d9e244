/** Bytes outside of the memory, in the hands of the collector: as a string of one character a byte, or as an array. */
export type Copy = string | Uint8Array

/** Takes bytes of a memory outside and brings them back. Made anew when the memory grows. */
export interface Copies {
  take(start: number, end: number): Copy
  /** The `length` bytes from `from` on. */
  bringBack(copy: Copy, from: number, length: number, address: number): void
}

/** What is used of Node's Buffer: neither Node's nor the DOM's types are part of this package. */
interface TextBytes {
  toString(encoding: 'latin1', start: number, end: number): string
  write(text: string, at: number, encoding: 'latin1'): number
}

interface Host {
  readonly Buffer?: { from(buffer: ArrayBuffer): TextBytes }
  readonly process?: { memoryUsage?(): { readonly heapUsed: number } }
}

/** Strings count against the limit of the JavaScript heap, arrays do not: beyond this use of the heap, copies are arrays. */
const heapBytes = 256 << 20
/** How much is taken between two looks at the heap. */
const lookBytes = 32 << 20

function arrayCopies(bytes: Uint8Array): Copies {
  return {
    take: (start, end) => bytes.slice(start, end),
    bringBack(copy, from, length, address) {
      bytes.set((copy as Uint8Array).subarray(from, from + length), address)
    },
  }
}

/**
 * Copies die young: nearly all are of tensors that are gone already. A string lives in V8's nursery, whose places are used over
 * and over; an array's bytes are asked of the system, page by page, and wait for the collector's slower rounds.
 */
function stringCopies(bytes: Uint8Array, text: TextBytes, host: Host): Copies {
  const arrays = arrayCopies(bytes)
  let untilLook = lookBytes
  let isHeapFull = false
  return {
    take(start, end) {
      untilLook -= end - start
      if (untilLook < 0) {
        untilLook = lookBytes
        isHeapFull = (host.process?.memoryUsage?.().heapUsed ?? 0) > heapBytes
      }
      return isHeapFull ? arrays.take(start, end) : text.toString('latin1', start, end)
    },
    bringBack(copy, from, length, address) {
      if (typeof copy === 'string') text.write(copy.slice(from, from + length), address, 'latin1')
      else arrays.bringBack(copy, from, length, address)
    },
  }
}

/** @param host what the environment offers */
export function copiesOf(bytes: Uint8Array<ArrayBuffer>, host: Host = globalThis as Host): Copies {
  return host.Buffer === undefined ? arrayCopies(bytes) : stringCopies(bytes, host.Buffer.from(bytes.buffer), host)
}
