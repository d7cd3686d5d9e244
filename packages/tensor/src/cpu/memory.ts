import { DeviceError } from '../errors.ts'

/** Bytes that may live in the memory below, or outside of it while their place is needed. */
export interface Resident {
  readonly byteLength: number
  /** Where they are now; while they are outside, `~address` is where in `outside`. Valid until the next call of the memory: never keep it. */
  address: number
  /** Holds their copy while they are outside, large ones in pieces. Only they and their neighbours reach it, so it is collected with them. */
  outside: Uint8Array | readonly Uint8Array[] | undefined
  /** Their block, if they are large. */
  block: Block | undefined
}

/** A stretch of the heap of large residents, in the order of addresses. */
export interface Block {
  address: number
  size: number
  resident: Resident | undefined
  before: Block | undefined
  after: Block | undefined
  /** Neighbours in the order of use: `older` was touched, or if free was freed, longer ago. */
  older: Block | undefined
  newer: Block | undefined
}

/** What is needed of a WebAssembly.Memory. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

export interface RingSize {
  readonly slots: number
  readonly slotBytes: number
}

export interface MemorySizes {
  /** For residents of up to `smallBytes`. */
  readonly small: RingSize
  readonly smallBytes: number
  /** For residents of up to `mediumBytes`. */
  readonly medium: RingSize
  readonly mediumBytes: number
  /** How much the large residents take before the least recently used go outside. Soft: one op may need more. */
  readonly largeBudget: number
}

/** Rings of half a megabyte: what they hold survives the collector's quick passes, so they are no larger than an op needs. */
export const defaultSizes: MemorySizes = {
  small: { slots: 8, slotBytes: 2 << 10 },
  smallBytes: 64,
  medium: { slots: 8, slotBytes: 64 << 10 },
  mediumBytes: 8 << 10,
  largeBudget: 160 << 20,
}

const pageBytes = 1 << 16
/** Residents begin at multiples of this, so that any element type is aligned. */
const alignment = 16
/** Kernels may read a vector past the end. */
const slack = 64
/** Blocks touched last that never go outside: an op's operands among them. */
const protectedBlocks = 16
/**
 * Residents that go outside together share a copy: few copies, since making one costs as much as some thousand bytes. A kept
 * resident keeps no more alive than eight times its own bytes, or the least share.
 */
const [leastShare, largestShare] = [4 << 10, 32 << 10]

/** From here on the collector is asked which residents are gone. */
const hugeBytes = 256 << 10
/** What goes outside alone goes in pieces that the allocator has at hand; larger ones would come page by page from the system. */
const pieceBytes = 128 << 10

const shareOf = ({ byteLength }: Resident): number => Math.min(Math.max(leastShare, 8 * byteLength), largestShare)

const roundUp = (bytes: number): number => Math.max(alignment, Math.ceil(bytes / alignment) * alignment)

/** A ring of slots, filled one after the other. Entering a slot empties the next one ahead, so what was placed lately stays. */
class Ring {
  readonly #memory: Memory
  readonly #start: number
  readonly #size: RingSize
  readonly #residents: Resident[][]
  /** Those of the slot that is being filled. */
  #current: Resident[]
  #slot = 0
  #next: number
  #end: number
  /** Slots entered since the last `begin`: an op that enters too many would lose its own operands. */
  entered = 0

  constructor(memory: Memory, start: number, size: RingSize) {
    this.#memory = memory
    this.#start = start
    this.#size = size
    this.#residents = Array.from({ length: size.slots }, () => [])
    this.#current = this.#residents[0]!
    this.#next = start
    this.#end = start + size.slotBytes
  }

  place(resident: Resident): void {
    const bytes = roundUp(resident.byteLength)
    if (this.#next + bytes > this.#end) this.#enterNext()
    resident.address = this.#next
    this.#next += bytes
    this.#current.push(resident)
  }

  forget(resident: Resident): void {
    for (const residents of this.#residents) {
      const at = residents.indexOf(resident)
      if (at >= 0) residents.splice(at, 1)
    }
  }

  #enterNext(): void {
    const { slots, slotBytes } = this.#size
    this.#slot = (this.#slot + 1) % slots
    this.#current = this.#residents[this.#slot]!
    this.#next = this.#start + this.#slot * slotBytes
    this.#end = this.#next + slotBytes
    this.entered++
    this.#empty(this.#residents[(this.#slot + 1) % slots]!)
  }

  /** Copies a slot out, neighbours together. */
  #empty(residents: Resident[]): void {
    let first = 0
    while (first < residents.length) {
      const start = residents[first]!.address
      const end = start + shareOf(residents[first]!)
      let last = first
      while (last + 1 < residents.length && endOf(residents[last + 1]!) <= end) last++
      const copy = this.#memory.bytes.slice(start, endOf(residents[last]!))
      for (; first <= last; first++) moveOut(residents[first]!, copy, start)
    }
    residents.length = 0
  }

  get residentBytes(): number {
    return this.#residents.flat().reduce((sum, { byteLength }) => sum + byteLength, 0)
  }
}

/** `copy` holds the bytes from `start` on. */
function moveOut(resident: Resident, copy: Uint8Array, start: number): void {
  resident.outside = copy
  resident.address = ~(resident.address - start)
}

const endOf = ({ address, byteLength }: Resident): number => address + byteLength

/** The heap of large residents: first fit among the free blocks, the one freed last first; the least recently used go outside singly. */
class Heap {
  readonly #memory: Memory
  readonly #budget: number
  #first: Block
  #last: Block
  #newest: Block | undefined
  #oldest: Block | undefined
  /** The free block that was freed last: what it holds is likely to be in the processor's caches. */
  #freed: Block | undefined
  #count = 0
  used = 0
  /** How many of the blocks touched last never go outside. */
  kept = protectedBlocks
  readonly #owners: FinalizationRegistry<Block> = new FinalizationRegistry((block) => this.free(block))

  constructor(memory: Memory, start: number, budget: number) {
    this.#memory = memory
    this.#budget = budget
    this.#first = {
      address: start,
      size: memory.end - start,
      resident: undefined,
      before: undefined,
      after: undefined,
      older: undefined,
      newer: undefined,
    }
    this.#last = this.#first
    this.#freed = this.#first
  }

  place(resident: Resident): void {
    const bytes = roundUp(resident.byteLength + slack)
    while (this.used + bytes > this.#budget && this.#evictOldest()) continue
    let block = this.#find(bytes)
    while (block === undefined && this.#memory.end - this.#first.address >= this.#budget && this.#evictOldest())
      block = this.#find(bytes)
    block ??= this.#grow(bytes)
    this.#take(block)
    this.#split(block, bytes)
    block.resident = resident
    resident.block = block
    resident.address = block.address
    this.used += block.size
    this.#pushNewest(block)
  }

  touch(block: Block): void {
    if (block === this.#newest) return
    this.#unlink(block)
    this.#pushNewest(block)
  }

  #find(bytes: number): Block | undefined {
    let block = this.#freed
    while (block !== undefined && block.size < bytes) block = block.older
    return block
  }

  /** Into the list of free blocks. */
  #give(block: Block): void {
    block.newer = undefined
    block.older = this.#freed
    if (this.#freed !== undefined) this.#freed.newer = block
    this.#freed = block
  }

  /** Out of the list of free blocks. */
  #take(block: Block): void {
    if (block.newer === undefined) this.#freed = block.older
    else block.newer.older = block.older
    if (block.older !== undefined) block.older.newer = block.newer
  }

  #grow(bytes: number): Block {
    const free = this.#last.resident === undefined ? this.#last.size : 0
    const grown = this.#memory.grow(bytes - free)
    if (this.#last.resident === undefined) {
      this.#last.size += grown
    } else {
      const block: Block = {
        address: this.#last.address + this.#last.size,
        size: grown,
        resident: undefined,
        before: this.#last,
        after: undefined,
        older: undefined,
        newer: undefined,
      }
      this.#last.after = block
      this.#last = block
      this.#give(block)
    }
    return this.#last
  }

  #split(block: Block, bytes: number): void {
    if (block.size - bytes < alignment) return
    const rest: Block = {
      address: block.address + bytes,
      size: block.size - bytes,
      resident: undefined,
      before: block,
      after: block.after,
      older: undefined,
      newer: undefined,
    }
    if (block.after === undefined) this.#last = rest
    else block.after.before = rest
    block.after = rest
    block.size = bytes
    this.#give(rest)
  }

  /** Joins a free block with a free one behind it. */
  #join(block: Block): void {
    const { after } = block
    if (after === undefined || after.resident !== undefined || block.resident !== undefined) return
    this.#take(after)
    block.size += after.size
    block.after = after.after
    if (after.after === undefined) this.#last = block
    else after.after.before = block
  }

  #evictOldest(): boolean {
    const block = this.#oldest
    if (block === undefined || this.#count <= this.kept) return false
    const resident = block.resident!
    const pieces: Uint8Array[] = []
    for (let at = resident.address; at < endOf(resident); at += pieceBytes) {
      pieces.push(this.#memory.bytes.slice(at, Math.min(at + pieceBytes, endOf(resident))))
    }
    resident.outside = pieces
    resident.address = -1
    // No word of the owner from here on, or all that ever went outside in this job would wait for it.
    this.#owners.unregister(block)
    this.free(block)
    return true
  }

  /** Frees a block once the owner of its resident was collected, unless the resident went outside before. */
  freeWith(owner: object, block: Block): void {
    this.#owners.register(owner, block, block)
  }

  /** Takes a block back without a look at what is in it. */
  free(block: Block): void {
    block.resident!.block = undefined
    block.resident = undefined
    this.used -= block.size
    this.#unlink(block)
    this.#give(block)
    this.#join(block)
    if (block.before !== undefined) this.#join(block.before)
  }

  #pushNewest(block: Block): void {
    block.older = this.#newest
    block.newer = undefined
    if (this.#newest === undefined) this.#oldest = block
    else this.#newest.newer = block
    this.#newest = block
    this.#count++
  }

  #unlink(block: Block): void {
    if (block.newer === undefined) this.#newest = block.older
    else block.newer.older = block.older
    if (block.older === undefined) this.#oldest = block.newer
    else block.older.newer = block.newer
    this.#count--
  }
}

/**
 * Linear memory as a write-back cache: bytes live here while they are used, and are copied once to where only their owner
 * reaches them when their place is needed. So nothing is ever freed, and the garbage collector takes what nobody holds.
 */
export class Memory {
  readonly #memory: LinearMemory
  readonly #sizes: MemorySizes
  readonly #small: Ring
  readonly #medium: Ring
  readonly #large: Heap
  #placedSinceAsked = 0
  #bytes: Uint8Array

  /** @param start first byte that is free */
  constructor(memory: LinearMemory, start: number, sizes: MemorySizes = defaultSizes) {
    this.#memory = memory
    this.#sizes = sizes
    this.#bytes = new Uint8Array(memory.buffer)
    const smallStart = roundUp(start)
    const mediumStart = smallStart + sizes.small.slots * sizes.small.slotBytes
    const largeStart = mediumStart + sizes.medium.slots * sizes.medium.slotBytes + slack
    if (largeStart > this.end) this.grow(largeStart - this.end)
    this.#small = new Ring(this, smallStart, sizes.small)
    this.#medium = new Ring(this, mediumStart, sizes.medium)
    this.#large = new Heap(this, largeStart, sizes.largeBudget)
  }

  /** All bytes. Growing the memory makes it anew: never keep it. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** First byte past the memory. */
  get end(): number {
    return this.#bytes.length
  }

  /** Gives a resident a place; what stands there is undefined. */
  place(resident: Resident): void {
    if (resident.byteLength <= this.#sizes.smallBytes) this.#small.place(resident)
    else if (resident.byteLength <= this.#sizes.mediumBytes) this.#medium.place(resident)
    else this.#large.place(resident)
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
    this.place(resident)
    if (outside instanceof Uint8Array) this.#bytes.set(outside.subarray(at, at + byteLength), resident.address)
    else outside!.forEach((piece, i) => this.#bytes.set(piece, resident.address + i * pieceBytes))
  }

  /** Until told otherwise, that many more of the large residents touched last stay where they are. */
  keep(count: number): void {
    this.#large.kept = protectedBlocks + count
  }

  /** Gives a resident a place among the large ones, which stay where they are while they are used. */
  settle(resident: Resident): void {
    const address = this.touch(resident)
    if (resident.block !== undefined) return
    const bytes = this.#bytes.slice(address, address + resident.byteLength)
    this.#small.forget(resident)
    this.#medium.forget(resident)
    this.#large.place(resident)
    this.#bytes.set(bytes, resident.address)
  }

  /** Whether residents of a size are worth `placeFor`: a copy would cost more than it does. */
  isHuge(byteLength: number): boolean {
    return byteLength >= hugeBytes && byteLength > this.#sizes.mediumBytes
  }

  /**
   * Places a resident that stands for `owner`, so that the place is free again, without a copy, once `owner` was collected. The
   * collector tells so only between two jobs of the event loop; within one, the least recently used go outside as ever.
   */
  placeFor(owner: object, resident: Resident): void {
    this.place(resident)
    this.#large.freeWith(owner, resident.block!)
    this.#placedSinceAsked += resident.byteLength
    const { largeBudget } = this.#sizes
    if (this.#placedSinceAsked > largeBudget / 4 && this.#large.used > largeBudget / 2) this.#askCollector()
  }

  /** The collector does not see this memory fill up. At the end of the job an array that is gone at once makes it look. */
  #askCollector(): void {
    this.#placedSinceAsked = 0
    void Promise.resolve().then(() => {
      try {
        return new ArrayBuffer(this.#sizes.largeBudget).byteLength
      } catch {
        return 0
      }
    })
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
      this.#bytes = new Uint8Array(this.#memory.buffer)
      return count * pageBytes
    }
    throw new DeviceError(
      `cpu: out of memory: ${Math.ceil(bytes / 2 ** 20)} MB more than the ${Math.floor(this.end / 2 ** 20)} MB in use. Use smaller batches or tensors.`,
      'OUT_OF_MEMORY',
    )
  }

  /** How many bytes each place holds now. */
  usage(): { readonly small: number; readonly medium: number; readonly large: number; readonly total: number } {
    return {
      small: this.#small.residentBytes,
      medium: this.#medium.residentBytes,
      large: this.#large.used,
      total: this.end,
    }
  }

  /** Slots entered since `beginOp`: with one op it must stay below the ring's size less two, or operands would move. */
  get slotsEntered(): number {
    return Math.max(this.#small.entered, this.#medium.entered)
  }

  beginOp(): void {
    this.#small.entered = 0
    this.#medium.entered = 0
  }
}
