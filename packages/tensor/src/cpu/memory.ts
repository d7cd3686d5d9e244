import { DeviceError } from '../errors.ts'
import type { Copies } from './copies.ts'
import { copiesOf } from './copies.ts'
import type { HeapBudget } from './heap.ts'
import { Heap, passingArray } from './heap.ts'
import type { Resident } from './resident.ts'
import { isInPieces, roundUp, slack } from './resident.ts'
import type { RingSize } from './ring.ts'
import { Ring } from './ring.ts'

export type { Block, Resident } from './resident.ts'

/** What is needed of a WebAssembly.Memory. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

export interface MemorySizes {
  /** Each takes the residents that are too large for the ones before. */
  readonly rings: readonly RingSize[]
  /** For what is too large for all of them. */
  readonly large: HeapBudget
  /** For tests: an op that brings in more than a ring keeps says so. Only programs may, which look again whether all stayed. */
  readonly isStrict?: boolean
}

/**
 * What a ring holds survives the collector's quick passes, so rings are no larger than an op needs; those of larger residents hold
 * fewer of them. The heap begins small for the same reason, and since memory that was never touched costs more than a copy into some
 * that was.
 */
export const defaultSizes: MemorySizes = {
  rings: [
    { most: 64, slots: 8, slotBytes: 2 << 10 },
    { most: 8 << 10, slots: 8, slotBytes: 64 << 10 },
    { most: 64 << 10, slots: 8, slotBytes: 256 << 10 },
  ],
  large: { first: 8 << 20, most: 1 << 30 },
}

/** Bytes. What lies outside is not counted: only the tensors themselves reach it. */
export interface MemoryUsage {
  /** Of tensors that live in the memory, by their size: up to 64 bytes, up to 64 KiB, larger. Those that are gone count until their place is needed. */
  readonly small: number
  readonly medium: number
  readonly large: number
  /** The whole WebAssembly memory. */
  readonly total: number
  /** Taken outside to make room, and brought back as it was needed again, since the start. */
  readonly copiedOut: number
  readonly broughtBack: number
}

const pageBytes = 1 << 16
/** From here on the collector is asked which residents are gone: each time that so many bytes were placed. */
const [hugeBytes, askBytes] = [256 << 10, 40 << 20]
/** An array of so many bytes makes the collector look. */
const askingBytes = 160 << 20

/**
 * Linear memory as a write-back cache: bytes live here while they are used, and are copied once to where only their owner
 * reaches them when their place is needed. So nothing is ever freed, and the garbage collector takes what nobody holds.
 */
export class Memory {
  #memory: LinearMemory
  readonly #sizes: MemorySizes
  readonly #rings: readonly Ring[]
  readonly #large: Heap
  /** Which op is running. */
  op = 1
  copiedOut = 0
  #broughtBack = 0
  #placedSinceAsked = 0
  #bytes: Uint8Array<ArrayBuffer>
  #copies: Copies

  /** @param start first byte that is free */
  constructor(memory: LinearMemory, start: number, sizes: MemorySizes = defaultSizes) {
    this.#memory = memory
    this.#sizes = sizes
    this.#bytes = new Uint8Array(memory.buffer)
    this.#copies = copiesOf(this.#bytes)
    let end = roundUp(start)
    this.#rings = sizes.rings.map((size) => {
      const ring = new Ring(this, end, size)
      end += size.slots * size.slotBytes
      return ring
    })
    const largeStart = end + slack
    if (largeStart > this.end) this.grow(largeStart - this.end)
    this.#large = new Heap(this, largeStart, sizes.large)
  }

  /** All bytes. Growing the memory makes it anew: never keep it. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** How bytes are taken outside now: never keep it either. */
  get copies(): Copies {
    return this.#copies
  }

  get isStrict(): boolean {
    return this.#sizes.isStrict === true
  }

  /** Goes on in another linear memory, which holds the same bytes. */
  moveTo(memory: LinearMemory): void {
    this.#memory = memory
    this.#look()
  }

  /** Makes the views of the linear memory anew. */
  #look(): void {
    this.#bytes = new Uint8Array(this.#memory.buffer)
    this.#copies = copiesOf(this.#bytes)
  }

  /** First byte past the memory. */
  get end(): number {
    return this.#bytes.length
  }

  /** Gives a resident a place; what stands there is undefined. */
  place(resident: Resident): void {
    for (let i = 0; i < this.#rings.length; i++) {
      const ring = this.#rings[i]!
      if (resident.byteLength <= ring.most) return ring.place(resident)
    }
    this.#large.place(resident)
  }

  /** Where a resident is, brought back if it was outside. */
  touch(resident: Resident): number {
    if (resident.address < 0) this.#bringBack(resident)
    else if (resident.block !== undefined) this.#large.touch(resident.block)
    return resident.address
  }

  #bringBack(resident: Resident): void {
    const { outside, byteLength } = resident
    const at = ~resident.address
    resident.outside = undefined
    this.#broughtBack += byteLength
    if (isInPieces(outside!)) {
      this.placeLarge(resident)
      this.#large.bringBack(outside, resident)
    } else {
      this.place(resident)
      this.#copies.bringBack(outside!, at, roundUp(byteLength), resident.address)
    }
  }

  /** Gives a resident a place among the large ones, whatever its size: they stay where they are while they are used. */
  placeLarge(resident: Resident): void {
    this.#large.place(resident)
  }

  /** Moves a resident to the large ones. */
  settle(resident: Resident): void {
    const address = this.touch(resident)
    if (resident.block !== undefined) return
    const bytes = this.#bytes.slice(address, address + resident.byteLength)
    for (const ring of this.#rings) ring.forget(resident)
    this.placeLarge(resident)
    this.#bytes.set(bytes, resident.address)
  }

  /** Keeps a large resident in place through the next ops, until it is touched again. */
  pin(resident: Resident): void {
    this.touch(resident)
    resident.block!.op = Number.POSITIVE_INFINITY
  }

  /** Whether residents of a size are worth `placeFor`: a copy would cost more than it does. */
  isHuge(byteLength: number): boolean {
    return byteLength >= hugeBytes && this.#rings.every(({ most }) => byteLength > most)
  }

  /**
   * Places a resident that stands for `owner`, so that the place is free again, without a copy, once `owner` was collected. The
   * collector tells so only between two jobs of the event loop; within one, the least recently used go outside as ever.
   */
  placeFor(owner: object, resident: Resident): void {
    this.place(resident)
    this.#large.freeWith(owner, resident.block!)
    this.#placedSinceAsked += resident.byteLength
    if (this.#placedSinceAsked > askBytes && this.#large.used > this.#sizes.large.first / 2) this.#askCollector()
  }

  /** The collector does not see this memory fill up. At the end of the job an array that is gone at once makes it look. */
  #askCollector(): void {
    this.#placedSinceAsked = 0
    void Promise.resolve().then(() => passingArray(askingBytes))
  }

  /** Makes room at the end; returns the bytes gained, whole pages. @throws DeviceError if the machine has no more */
  grow(bytes: number): number {
    // At least an eighth more at a time: each growth makes every view anew.
    const pages = Math.ceil(Math.max(bytes, this.end / 8) / pageBytes)
    const needed = Math.ceil(bytes / pageBytes)
    for (const count of [pages, needed]) {
      try {
        this.#memory.grow(count)
      } catch {
        continue
      }
      this.#look()
      return count * pageBytes
    }
    throw new DeviceError(
      `cpu: out of memory: ${Math.ceil(bytes / 2 ** 20)} MB more than the ${Math.floor(this.end / 2 ** 20)} MB in use. Use smaller batches or tensors.`,
      'OUT_OF_MEMORY',
    )
  }

  usage(): MemoryUsage {
    const [small = 0, ...others] = this.#rings.map(({ residentBytes }) => residentBytes)
    return {
      small,
      medium: others.reduce((sum, bytes) => sum + bytes, 0),
      large: this.#large.used,
      total: this.end,
      copiedOut: this.copiedOut,
      broughtBack: this.#broughtBack,
    }
  }

  /** From here on what is touched stays in place, until the next op begins. */
  beginOp(): void {
    this.op++
  }
}
