import type { Copy } from './copies.ts'
import type { Memory } from './memory.ts'
import type { Block, Pieces, Resident } from './resident.ts'
import { alignment, roundUp, slack } from './resident.ts'

/** How much residents take before the least recently used go outside. Soft: one op may need more. */
export interface HeapBudget {
  readonly first: number
  /** It grows as copies are needed again, which more room would have spared. */
  readonly most: number
}

/** What goes outside goes in pieces that the allocator has at hand; larger ones would come page by page from the system. */
const pieceBytes = 64 << 10
/** What went outside before the collector took it lets the budget grow as well, up to this: so much is filled between two jobs. */
const mostForGone = 160 << 20
/** Below this glibc keeps the memory of an array that is gone for the next one, once it saw one of this size go. */
const largestKeptArray = 31 << 20

/** Makes an array that is gone at once, which the collector and the allocator take notice of. */
export function passingArray(bytes: number): void {
  try {
    void new ArrayBuffer(bytes)
  } catch {
    // There is no room for it: they have noticed.
  }
}

function blockAt(address: number, size: number, before: Block | undefined, after: Block | undefined): Block {
  return { address, size, resident: undefined, op: 0, before, after, older: undefined, newer: undefined }
}

/** The heap of large residents: first fit among the free blocks, the one freed last first; the least recently used go outside singly. */
export class Heap {
  readonly #memory: Memory
  readonly #budget: HeapBudget
  /** What residents may take now. */
  #room: number
  #first: Block
  #last: Block
  #newest: Block | undefined
  #oldest: Block | undefined
  /** The free block that was freed last: what it holds is likely to be in the processor's caches. */
  #freed: Block | undefined
  used = 0
  #isAllocatorAsked = false
  /** Bytes that went outside since the collector last told of one that is gone. */
  #evicted = 0
  readonly #owners: FinalizationRegistry<Block> = new FinalizationRegistry((block) => {
    this.#extend(this.#evicted, mostForGone)
    this.#evicted = 0
    this.free(block)
  })

  constructor(memory: Memory, start: number, budget: HeapBudget) {
    this.#memory = memory
    this.#budget = budget
    this.#room = budget.first
    this.#first = blockAt(start, memory.end - start, undefined, undefined)
    this.#last = this.#first
    this.#freed = this.#first
  }

  place(resident: Resident): void {
    const bytes = roundUp(resident.byteLength + slack)
    while (this.used + bytes > this.#room && this.#evictOldest()) continue
    let block = this.#find(bytes)
    while (block === undefined && this.#memory.end - this.#first.address >= this.#room && this.#evictOldest())
      block = this.#find(bytes)
    block ??= this.#grow(bytes)
    this.#take(block)
    this.#split(block, bytes)
    block.resident = resident
    block.op = this.#memory.op
    resident.block = block
    resident.address = block.address
    this.used += block.size
    this.#pushNewest(block)
  }

  /** Copies pieces back into the place that their resident was given. */
  bringBack({ pieces }: Pieces, { address, byteLength }: Resident): void {
    const bytes = roundUp(byteLength)
    pieces.forEach((piece, i) => {
      const from = i * pieceBytes
      this.#memory.copies.bringBack(piece, 0, Math.min(pieceBytes, bytes - from), address + from)
    })
    this.#extend(byteLength, this.#budget.most)
  }

  #extend(bytes: number, most: number): void {
    this.#room = Math.max(this.#room, Math.min(this.#room + bytes, most, this.#budget.most))
  }

  touch(block: Block): void {
    block.op = this.#memory.op
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
      const block = blockAt(this.#last.address + this.#last.size, grown, this.#last, undefined)
      this.#last.after = block
      this.#last = block
      this.#give(block)
    }
    return this.#last
  }

  #split(block: Block, bytes: number): void {
    if (block.size - bytes < alignment) return
    const rest = blockAt(block.address + bytes, block.size - bytes, block, block.after)
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
    // What this op touched stays where it is, however much that is: its kernel reads there.
    if (block === undefined || block.op >= this.#memory.op) return false
    this.#askAllocator()
    const resident = block.resident!
    const pieces: Copy[] = []
    const end = resident.address + roundUp(resident.byteLength)
    for (let at = resident.address; at < end; at += pieceBytes) {
      pieces.push(this.#memory.copies.takeLarge(at, Math.min(at + pieceBytes, end)))
    }
    resident.outside = { pieces }
    resident.address = -1
    this.#evicted += resident.byteLength
    this.#memory.copiedOut += resident.byteLength
    // No word of the owner from here on, or all that ever went outside in this job would wait for it.
    this.#owners.unregister(block)
    this.free(block)
    return true
  }

  /** Has the allocator keep what the collector returns: asked of the system anew, a copy's pages cost more than the copy. */
  #askAllocator(): void {
    if (this.#isAllocatorAsked) return
    this.#isAllocatorAsked = true
    passingArray(largestKeptArray)
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
  }

  #unlink(block: Block): void {
    if (block.newer === undefined) this.#newest = block.older
    else block.newer.older = block.older
    if (block.older === undefined) this.#oldest = block.newer
    else block.older.newer = block.newer
  }
}
