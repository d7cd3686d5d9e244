import type { Device, View } from '../device.ts'
import type { ComputePrimitive, ComputePrimitives } from '../primitives.ts'
import type { ProgramSlot } from '../program.ts'
import type { Engine } from './engine.ts'
import { cpuEngine, withEngine } from './engine.ts'
import type { Resident } from './memory.ts'
import { Memory } from './memory.ts'
import { CpuStorage } from './storage.ts'
import type { Kernels } from './wasm/loader.ts'

/** A stretch of memory that a program uses: a slot, a temporary, or the words of a descriptor. */
export interface Area {
  readonly bytes: number
  /** The words that it holds all the time. */
  readonly words: Int32Array | undefined
}

/** An argument of a kernel: a plain number, or a place in an area. */
export type Argument = number | { readonly area: number; readonly offset: number }

/** One call of a compiled kernel. */
export interface KernelCall {
  readonly name: keyof Kernels
  readonly args: readonly Argument[]
}

/** Rows of the tables of compiled kernels, whatever their parameters. */
export type FastRow = (outputs: readonly View[], inputs: readonly View[], params: never) => boolean

/** A row needs the values that its kernels see: it cannot be planned. */
class NotPlanned extends Error {}

/** What a kernel returns while planning: a row that computes with it cannot be planned. */
const unknownResult = {
  valueOf(): never {
    throw new NotPlanned()
  },
}

/** While planning, an area stands at a multiple of this, far beyond any memory, so that its addresses tell it. */
const spacing = 2 ** 33
/** Planned twice, this much apart: what moves along is an address, what stays a number. */
const shift = 2 ** 32

const noRing = { slots: 1, slotBytes: 16 }

/** Gives out places that do not exist. */
class PlanMemory extends Memory {
  readonly #planner: Planner

  constructor(planner: Planner) {
    const none = { buffer: new ArrayBuffer(1 << 10), grow: () => 0 }
    super(none, 0, { small: noRing, smallBytes: 0, medium: noRing, mediumBytes: 0, largeBudget: 0 })
    this.#planner = planner
  }

  override get bytes(): Uint8Array {
    throw new NotPlanned()
  }

  override place(resident: Resident): void {
    resident.address = this.#planner.newArea(resident.byteLength)
  }

  override touch({ address }: Resident): number {
    return address
  }

  override isHuge(): boolean {
    return false
  }
}

/** Finds the kernel calls of a program's steps by running the rows of the tables on an engine that only writes down. */
export class Planner {
  readonly areas: Area[] = []
  /** What stands for the slots while rows run; their areas come first. */
  readonly storages: readonly CpuStorage[]
  /** The same once more, for whom a place in memory is known. */
  readonly standIns: readonly CpuStorage[]
  readonly #engine: Engine
  #calls: { name: keyof Kernels; args: number[] }[] = []
  #base = 0
  #next = 0
  /** How many areas the last run of a row made. */
  #made = 0

  constructor(slots: readonly ProgramSlot[], device: Device) {
    this.#engine = this.#planningEngine()
    const make = (): CpuStorage[] => slots.map(({ dtype, length }) => new CpuStorage(device, dtype, length))
    this.storages = withEngine(this.#engine, make)
    this.standIns = withEngine(this.#engine, make)
  }

  /** The calls of one step, undefined if its kernels must be called as they are. */
  plan(
    row: FastRow,
    outputs: readonly View[],
    inputs: readonly View[],
    params: ComputePrimitives[ComputePrimitive],
  ): readonly KernelCall[] | undefined {
    const known = this.areas.length
    const plain = this.#run(row, outputs, inputs, params, 0)
    const moved = plain === undefined ? undefined : this.#run(row, outputs, inputs, params, shift)
    if (plain === undefined || moved === undefined) {
      this.areas.length = known
      return undefined
    }
    return plain.map(({ name, args }, i) => ({ name, args: args.map((arg, j) => argumentOf(arg, moved[i]!.args[j]!)) }))
  }

  /** Plans a step again, for its plain numbers: as many areas are made as the first time, and none is kept. */
  replan(
    row: FastRow,
    outputs: readonly View[],
    inputs: readonly View[],
    params: ComputePrimitives[ComputePrimitive],
  ): readonly { readonly name: keyof Kernels; readonly args: readonly number[] }[] | undefined {
    const known = this.areas.length
    const calls = this.#run(row, outputs, inputs, params, 0)
    this.areas.length = known
    return calls
  }

  newArea(bytes: number, words?: Int32Array): number {
    const at = this.#next++
    this.areas[at] = { bytes, words }
    return (1 + at) * spacing + this.#base
  }

  #run(
    row: FastRow,
    outputs: readonly View[],
    inputs: readonly View[],
    params: ComputePrimitives[ComputePrimitive],
    base: number,
  ): { readonly name: keyof Kernels; readonly args: number[] }[] | undefined {
    this.#calls = []
    // The second run makes the areas of the first once more.
    this.#next = base === 0 ? this.areas.length : this.#next - this.#made
    const first = this.#next
    this.#base = base
    this.storages.forEach((storage, at) => (storage.address = (1 + at) * spacing + base))
    try {
      // The table types each row by its own parameters; the step was recorded from a call that fitted.
      return withEngine(this.#engine, () => row(outputs, inputs, params as never)) ? this.#calls : undefined
    } catch (error) {
      if (error instanceof NotPlanned) return undefined
      throw error
    } finally {
      this.#made = this.#next - first
    }
  }

  #planningEngine(): Engine {
    const real = cpuEngine()
    const names = Object.keys(real.kernels) as (keyof Kernels)[]
    const record =
      (name: keyof Kernels) =>
      (...args: (number | boolean)[]): object => {
        this.#calls.push({ name, args: args.map(Number) })
        return unknownResult
      }
    const engine: Engine = {
      ...real,
      kernels: { ...real.kernels, ...Object.fromEntries(names.map((name) => [name, record(name)])) },
      memory: new PlanMemory(this),
      words: (count) => {
        const words = new Int32Array(count)
        engine.descriptor = this.newArea(words.byteLength, words)
        return words
      },
    }
    return engine
  }
}

function argumentOf(plain: number, moved: number): Argument {
  if (moved - plain !== shift) return plain
  const area = Math.floor(plain / spacing) - 1
  return { area, offset: plain - (1 + area) * spacing }
}
