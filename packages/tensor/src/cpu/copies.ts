/** Bytes outside of the memory, in the hands of the collector: a character or an eighth of a number each, or an array of them. */
export type Copy = string | readonly number[] | Uint8Array

/** Takes bytes of a memory outside and brings them back. Made anew when the memory grows. */
export interface Copies {
  /** Both at multiples of eight. */
  take(start: number, end: number): Copy
  /** A piece of what is large. */
  takeLarge(start: number, end: number): Copy
  /** The `length` bytes from `from` on; all at multiples of eight. */
  bringBack(copy: Copy, from: number, length: number, address: number): void
}

/** Node's view of bytes as text: in latin1 each byte is a character, and each of these characters a byte. */
interface Text {
  toString(encoding: 'latin1', start: number, end: number): string
  write(text: string, offset: number, encoding: 'latin1'): number
}

/** What is used of Node: its types are no part of this package. */
interface Host {
  readonly process?: {
    readonly versions?: { readonly node?: string }
    memoryUsage?(): { readonly heapUsed: number }
  }
  readonly Buffer?: { from(bytes: ArrayBuffer): Text }
}

/** Text and numbers count against the limit of the JavaScript heap, arrays of bytes do not: beyond this use of the heap, copies are such. */
const heapBytes = 256 << 20
/** How much is taken between two looks at the heap. */
const lookBytes = 128 << 20

/**
 * Copies die young: nearly all are of tensors that are gone already. So they are what lives in the nursery of the JavaScript heap,
 * whose places are used over and over; the bytes of an ArrayBuffer are asked of the system, zeroed, and wait for the collector's
 * slower rounds. In Node that is text, which is made at the speed of a plain copy; elsewhere numbers, which are made one by one.
 * What is large would fill the nursery, and has outlived it by the time it goes outside: in Node its copies are bytes all the same,
 * which the allocator has at hand, where a browser's takes longer than the copy.
 *
 * A number keeps its 64 bits unless they are a NaN, of which engines keep what they like: bytes with one stay bytes.
 *
 * @param host what the environment offers
 */
export function copiesOf(bytes: Uint8Array<ArrayBuffer>, host: Host = globalThis as Host): Copies {
  const numbers = new Float64Array(bytes.buffer)
  // What bundlers put in the place of Buffer in a browser makes text character by character.
  const text = host.process?.versions?.node === undefined ? undefined : host.Buffer?.from(bytes.buffer)
  let untilLook = lookBytes
  let isHeapFull = false
  const takeBytes = (start: number, end: number): Copy => bytes.slice(start, end)
  const take = (start: number, end: number): Copy => {
    untilLook -= end - start
    if (untilLook < 0) {
      untilLook = lookBytes
      isHeapFull = (host.process?.memoryUsage?.().heapUsed ?? 0) > heapBytes
    }
    if (isHeapFull) return takeBytes(start, end)
    if (text !== undefined) return text.toString('latin1', start, end)
    return numbersIn(numbers, start / 8, end / 8) ?? takeBytes(start, end)
  }
  return {
    take,
    takeLarge: text === undefined ? take : takeBytes,
    bringBack(copy, from, length, address) {
      if (typeof copy === 'string') text!.write(copy.substring(from, from + length), address, 'latin1')
      else if (copy instanceof Uint8Array) bytes.set(copy.subarray(from, from + length), address)
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
