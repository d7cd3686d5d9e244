import type { View } from '../../device.ts'
import { dtypes } from '../../dtypes.ts'
import { Layout } from '../../layout.ts'
import type { Program, ProgramInputs, ProgramOperand } from '../../program.ts'
import type { Memory, Resident } from '../memory.ts'
import type { CpuStorage } from '../storage.ts'
import { arenaOf } from './arena.ts'
import type { Unit } from './fuse.ts'
import type { Area, Place } from './kernel-call.ts'
import type { Operand } from './operand-code.ts'
import type { Planner } from './plan.ts'

/** A slot that is given to each run. */
interface Outer {
  readonly slot: number
  readonly bytes: number
  /** Where it was at the last run. */
  address: number
}

/** Bringing one operand in may move another. After so many rounds all stay, or the memory is broken. */
const bindRounds = 6

/**
 * Where the operands of a program are in memory. What is made and used up within a run lies in the arena, at whose beginning stands
 * the table: the numbers of late steps as float64, and behind them the addresses of what is given to a run as int32.
 */
export class Binding {
  readonly arena: Resident
  readonly #areas: readonly Area[]
  /** By area, where it is in the arena; undefined for those of outer slots. */
  readonly #placeOf: readonly (number | undefined)[]
  readonly #numberCount: number
  readonly #outer: readonly Outer[]
  /** By slot, where it stands among them. */
  readonly #entryOf: ReadonlyMap<number, number>
  /** By slot, what stands for its place in the arena where the device's kernel is called. */
  readonly #standIns: readonly (CpuStorage | undefined)[]
  #base = -1
  #bytes: Uint8Array | undefined
  #numbers: Float64Array = new Float64Array(0)
  #words: Int32Array = new Int32Array(0)

  /** @param numbers what the table begins with */
  constructor(
    program: Program,
    { areas, standIns }: Planner,
    units: readonly Unit[],
    numbers: readonly number[],
    memory: Memory,
  ) {
    const { slots } = program
    this.#areas = areas
    this.#numberCount = numbers.length
    this.#outer = slots.flatMap(({ kind, dtype }, slot) =>
      kind === 'outer' ? [{ slot, bytes: dtypes[dtype].bytes, address: -1 }] : [],
    )
    this.#entryOf = new Map(this.#outer.map(({ slot }, entry) => [slot, entry]))
    const table = 8 * numbers.length + 4 * this.#outer.length
    const { places, bytes } = arenaOf(program, units, areas, table)
    this.#placeOf = places
    this.#standIns = standIns.map((storage, slot) => (slots[slot]!.kind === 'inner' ? storage : undefined))
    // Whatever its size it lies among the large residents, apart from what comes and goes.
    this.arena = { byteLength: bytes, address: -1, outside: undefined, block: undefined }
    memory.placeLarge(this.arena)
    this.#bindArena(memory)
    this.#numbers.set(numbers)
    areas.forEach(({ words }, area) => {
      const start = this.#base + (places[area] ?? 0)
      if (words !== undefined) new Int32Array(memory.bytes.buffer, start, words.length).set(words)
    })
  }

  /** Where the arena is. */
  get base(): number {
    return this.#base
  }

  /** The table, until the next binding. */
  get numbers(): Float64Array {
    return this.#numbers
  }

  /** The same as words, in which the addresses stand behind the numbers. */
  get words(): Int32Array {
    return this.#words
  }

  /** How code finds a place. */
  operandAt({ area, offset }: Place): Operand {
    const place = this.#placeOf[area]
    if (place !== undefined) return { kind: 'place', offset: place + offset }
    return { kind: 'address', word: 2 * this.#numberCount + this.#entryOf.get(area)!, offset }
  }

  /** How the device's kernels find an operand. */
  viewOf({ slot, layout, dtype }: ProgramOperand, { storages, offsets }: ProgramInputs): View {
    const by = offsets[slot]!
    const moved = by === 0 ? layout : new Layout(layout.shape, layout.strides, layout.offset + by)
    return { storage: this.#standIns[slot] ?? storages[slot]!, layout: moved, dtype }
  }

  /** Whether everything still is where it was at the last run, which also counts as a use of it. */
  isBound({ storages, offsets }: ProgramInputs, memory: Memory): boolean {
    if (memory.touch(this.arena) !== this.#base || memory.bytes !== this.#bytes) return false
    for (let i = 0; i < this.#outer.length; i++) {
      const { slot, bytes, address } = this.#outer[i]!
      const storage = storages[slot]
      // Bound by a late section that did not come to it.
      if (storage === undefined) continue
      const { resident } = storage as CpuStorage
      if (resident.address < 0 || resident.address + offsets[slot]! * bytes !== address) return false
      if (resident.block !== undefined) memory.touch(resident)
    }
    return true
  }

  /** Brings everything into memory, and writes down where it is. */
  bind(inputs: ProgramInputs, memory: Memory): void {
    for (let round = 0; round < bindRounds; round++) {
      if (memory.touch(this.arena) !== this.#base || memory.bytes !== this.#bytes) this.#bindArena(memory)
      this.#bindOuter(inputs, memory, round > 1)
      if (this.isBound(inputs, memory)) return
    }
    throw new Error(`cpu: the operands of a program did not stay in memory together. This is a defect of the engine.`)
  }

  #bindArena(memory: Memory): void {
    this.#base = memory.touch(this.arena)
    this.#bytes = memory.bytes
    const { buffer } = this.#bytes
    this.#numbers = new Float64Array(buffer, this.#base, this.#numberCount)
    this.#words = new Int32Array(buffer, this.#base, 2 * this.#numberCount + this.#outer.length)
    this.#standIns.forEach((storage, slot) => {
      const place = this.#placeOf[slot]
      if (storage !== undefined && place !== undefined) storage.address = this.#base + place
    })
  }

  #bindOuter({ storages, offsets }: ProgramInputs, memory: Memory, toStay: boolean): void {
    for (let i = 0; i < this.#outer.length; i++) {
      const outer = this.#outer[i]!
      const storage = storages[outer.slot]
      if (storage === undefined) continue
      const { resident } = storage as CpuStorage
      if (toStay) memory.settle(resident)
      outer.address = memory.touch(resident) + offsets[outer.slot]! * outer.bytes
      this.#words[2 * this.#numberCount + i] = outer.address
    }
  }

  /** How much room it takes, for people. */
  explain(): string {
    const apart = this.#areas.reduce((sum, { bytes }, area) => sum + (this.#placeOf[area] === undefined ? 0 : bytes), 0)
    const late = `${this.#numberCount} numbers and ${this.#outer.length} addresses come with each run`
    return `arena of ${this.arena.byteLength} bytes for ${apart} bytes that are not all needed at a time; ${late}`
  }
}
