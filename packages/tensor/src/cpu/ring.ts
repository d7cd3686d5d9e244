import type { Copy } from './copies.ts'
import type { Memory } from './memory.ts'
import type { Resident } from './resident.ts'
import { endOf, roundUp } from './resident.ts'

export interface RingSize {
  /** Bytes of the largest resident that it takes. A slot has room for several. */
  readonly most: number
  readonly slots: number
  readonly slotBytes: number
}

/**
 * Residents that go outside together share a copy: few copies, since making one costs as much as some thousand bytes. A kept
 * resident keeps no more alive than eight times its own bytes, or the least share.
 */
const [leastShare, largestShare] = [4 << 10, 32 << 10]

const shareOf = ({ byteLength }: Resident): number => Math.min(Math.max(leastShare, 8 * byteLength), largestShare)

/** A ring of slots, filled one after the other. Entering a slot empties the next one ahead, so what was placed lately stays. */
export class Ring {
  readonly most: number
  readonly #memory: Memory
  readonly #start: number
  readonly #size: RingSize
  readonly #residents: Resident[][]
  /** Those of the slot that is being filled. */
  #current: Resident[]
  #slot = 0
  #next: number
  #end: number
  /** Slots entered by the op that entered one last. */
  #entered = 0
  #op = 0

  constructor(memory: Memory, start: number, size: RingSize) {
    this.most = size.most
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
    this.#entered = this.#op === this.#memory.op ? this.#entered + 1 : 1
    this.#op = this.#memory.op
    if (this.#memory.isStrict && this.#entered > slots - 2) {
      throw new Error(
        `cpu: one op brought in more than ${slots - 2} slots of ${slotBytes} bytes, so that its own operands would move. This is a defect of the engine.`,
      )
    }
    this.#slot = (this.#slot + 1) % slots
    this.#current = this.#residents[this.#slot]!
    this.#next = this.#start + this.#slot * slotBytes
    this.#end = this.#next + slotBytes
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
      const stop = start + roundUp(endOf(residents[last]!) - start)
      const copy = this.#memory.copies.take(start, stop)
      this.#memory.copiedOut += stop - start
      for (; first <= last; first++) moveOut(residents[first]!, copy, start)
    }
    residents.length = 0
  }

  get residentBytes(): number {
    return this.#residents.flat().reduce((sum, { byteLength }) => sum + byteLength, 0)
  }
}

/** `copy` holds the bytes from `start` on. */
function moveOut(resident: Resident, copy: Copy, start: number): void {
  resident.outside = copy
  resident.address = ~(resident.address - start)
}
