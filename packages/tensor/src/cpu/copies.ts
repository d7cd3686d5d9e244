/** Bytes outside of the memory, in the hands of the collector: eight to a number, or as an array of them. */
export type Copy = readonly number[] | Uint8Array

/** Takes bytes of a memory outside and brings them back. Made anew when the memory grows. */
export interface Copies {
  /** Both at multiples of eight. */
  take(start: number, end: number): Copy
  /** A piece of what is large. */
  takeLarge(start: number, end: number): Copy
  /** The `length` bytes from `from` on; all at multiples of eight. */
  bringBack(copy: Copy, from: number, length: number, address: number): void
}

/** What is used of Node: its types are no part of this package. */
interface Host {
  readonly process?: {
    readonly versions?: { readonly node?: string }
    memoryUsage?(): { readonly heapUsed: number }
  }
}

/** Numbers count against the limit of the JavaScript heap, arrays of bytes do not: beyond this use of the heap, copies are such. */
const heapBytes = 256 << 20
/** How much is taken between two looks at the heap. */
const lookBytes = 32 << 20

/**
 * Copies die young: nearly all are of tensors that are gone already. Plain arrays of numbers live in the nursery of the JavaScript
 * heap, whose places are used over and over; the bytes of an ArrayBuffer are asked of the system and wait for the collector's slower
 * rounds. In Node the large ones are arrays of bytes all the same: numbers would fill the nursery, and Node's allocator has bytes at
 * hand, where a browser's takes longer than the copy.
 *
 * A number keeps its 64 bits unless they are a NaN, of which engines keep what they like: bytes with one stay bytes.
 *
 * @param host what the environment offers
 */
export function copiesOf(bytes: Uint8Array<ArrayBuffer>, host: Host = globalThis as Host): Copies {
  const numbers = new Float64Array(bytes.buffer)
  const isNode = host.process?.versions?.node !== undefined
  let untilLook = lookBytes
  let isHeapFull = false
  const take = (start: number, end: number): Copy => {
    untilLook -= end - start
    if (untilLook < 0) {
      untilLook = lookBytes
      isHeapFull = (host.process?.memoryUsage?.().heapUsed ?? 0) > heapBytes
    }
    return (isHeapFull ? undefined : numbersIn(numbers, start / 8, end / 8)) ?? bytes.slice(start, end)
  }
  return {
    take,
    takeLarge: isNode ? (start, end) => bytes.slice(start, end) : take,
    bringBack(copy, from, length, address) {
      if (copy instanceof Uint8Array) bytes.set(copy.subarray(from, from + length), address)
      else for (let i = 0; i < length / 8; i++) numbers[address / 8 + i] = copy[from / 8 + i]!
    },
  }
}

/** Nothing if one is a NaN. */
function numbersIn(numbers: Float64Array, start: number, end: number): readonly number[] | undefined {
  // oxlint-disable-next-line unicorn/no-new-array -- made at its full length: it is filled at once
  const copy = new Array<number>(end - start)
  for (let i = 0; i < copy.length; i++) {
    const value = numbers[start + i]!
    if (value !== value) return undefined
    copy[i] = value
  }
  return copy
}
