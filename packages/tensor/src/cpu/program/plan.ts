import type { Device, View } from '../../device.ts'
import type { Program, ProgramOperand, ProgramStep } from '../../program.ts'
import type { Engine } from '../engine.ts'
import { cpuEngine, withEngine } from '../engine.ts'
import type { Resident } from '../memory.ts'
import { Memory } from '../memory.ts'
import { CpuStorage } from '../storage.ts'
import type { Kernels } from '../wasm/loader.ts'
import type { Area, Argument, KernelCall } from './kernel-call.ts'

/** A call while it is written down. */
export interface Noted {
  readonly name: keyof Kernels
  readonly args: number[]
  mayRefuse: boolean
}

/** Rows of the tables of compiled kernels, whatever their parameters. */
export type FastRow = (outputs: readonly View[], inputs: readonly View[], params: never) => boolean

/** The rows that serve now, by primitive; none where only the reference computes. */
export type FastRows = { readonly [primitive: string]: FastRow | undefined }

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

/** Times n: 1 over the result of call n - 1, until it is known. No kernel is ever given such a number. */
const inverseMark = Number.MIN_VALUE

/** A step of more calls is none for a program. */
const mostCalls = 1024

/** Gives out places that do not exist. */
class PlanMemory extends Memory {
  readonly #planner: Planner

  constructor(planner: Planner) {
    const none = { buffer: new ArrayBuffer(1 << 10), grow: () => 0 }
    super(none, 0, { rings: [], large: { first: 0, most: 0 } })
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
  /** The slots once more, for whom a place in memory is known. */
  readonly standIns: readonly CpuStorage[]
  readonly #rows: FastRows
  readonly #engine: Engine
  /** What stands for the slots while rows run; their areas come first. */
  readonly #storages: readonly CpuStorage[]
  #calls: Noted[] = []
  #base = 0
  #next = 0
  /** How many areas the last run of a row made. */
  #made = 0

  constructor({ slots }: Program, device: Device, rows: FastRows) {
    this.#rows = rows
    this.#engine = this.#planningEngine()
    const make = (): CpuStorage[] => slots.map(({ dtype, length }) => new CpuStorage(device, dtype, length))
    this.#storages = withEngine(this.#engine, make)
    this.standIns = withEngine(this.#engine, make)
  }

  /** The calls of one step, undefined if its kernel must be called as it is. */
  plan(step: ProgramStep): readonly KernelCall[] | undefined {
    if (this.#rows[step.primitive] === undefined || !isPlain(step)) return undefined
    const known = this.areas.length
    const plain = this.#run(step, step.params, 0)
    const moved = plain === undefined ? undefined : this.#run(step, step.params, shift)
    if (plain === undefined || moved === undefined) {
      this.areas.length = known
      return undefined
    }
    return plain.map(({ name, args, mayRefuse }, i) => ({
      name,
      args: args.map((arg, j) => argumentOf(arg, moved[i]!.args[j]!)),
      mayRefuse,
    }))
  }

  /**
   * Plans a step again with other parameters, for its plain numbers: as many areas are made as the first time, and none is kept.
   * Undefined also if there may be other words in them.
   */
  replan(step: ProgramStep, params: ProgramStep['params']): readonly Readonly<Noted>[] | undefined {
    const known = this.areas.length
    const calls = this.#run(step, params, 0)
    const hasWords = this.areas.slice(known).some(({ words }) => words !== undefined)
    this.areas.length = known
    return hasWords ? undefined : calls
  }

  newArea(bytes: number, words?: Int32Array): number {
    const at = this.#next++
    this.areas[at] = { bytes, words }
    return (1 + at) * spacing + this.#base
  }

  /** Runs the row of a step, with all areas moved by `base`. */
  #run(
    { primitive, outputs, inputs }: ProgramStep,
    params: ProgramStep['params'],
    base: number,
  ): readonly Readonly<Noted>[] | undefined {
    const row = this.#rows[primitive]!
    const [to, from] = [outputs.map(this.#viewOf), inputs.map(this.#viewOf)]
    this.#calls = []
    // The second run makes the areas of the first once more.
    this.#next = base === 0 ? this.areas.length : this.#next - this.#made
    const first = this.#next
    this.#base = base
    this.#storages.forEach((storage, at) => (storage.address = (1 + at) * spacing + base))
    try {
      // The table types each row by its own parameters; the step was recorded from a call that fitted.
      return withEngine(this.#engine, () => row(to, from, params as never)) ? this.#calls : undefined
    } catch (error) {
      if (error instanceof NotPlanned) return undefined
      throw error
    } finally {
      this.#made = this.#next - first
    }
  }

  readonly #viewOf = ({ slot, layout, dtype }: ProgramOperand): View => ({
    storage: this.#storages[slot]!,
    layout,
    dtype,
  })

  #planningEngine(): Engine {
    const real = cpuEngine()
    const names = Object.keys(real.kernels) as (keyof Kernels)[]
    const record =
      (name: keyof Kernels) =>
      (...args: (number | boolean)[]): object => {
        if (this.#calls.push({ name, args: args.map(Number), mayRefuse: false }) > mostCalls) throw new NotPlanned()
        return unknownResult
      }
    const engine: Engine = {
      ...real,
      kernels: {
        ...real.kernels,
        ...Object.fromEntries(names.map((name) => [name, record(name)])),
        // It only looks at the shape, which is known.
        convScratchBytes: (shape) => {
          const { words } = this.areas[areaAt(shape)]!
          real.words(words!.length).set(words!)
          return real.kernels.convScratchBytes(real.descriptor)
        },
      },
      memory: new PlanMemory(this),
      words: (count) => {
        const words = new Int32Array(count)
        engine.descriptor = this.newArea(words.byteLength, words)
        return words
      },
      integers: (values) => this.newArea(4 * values.length, Int32Array.from(values)),
      passed: () => (this.#calls.at(-1)!.mayRefuse = true),
      inverse: () => this.#calls.length * inverseMark,
    }
    return engine
  }
}

/** Whether rows may take a step's operands: compiled kernels know no float16, and write in order. */
function isPlain({ outputs, inputs }: ProgramStep): boolean {
  return (
    [...outputs, ...inputs].every(({ dtype }) => dtype !== 'float16') &&
    outputs.every(({ layout }) => layout.isContiguous)
  )
}

/** Which area an address of a plan lies in. */
const areaAt = (address: number): number => Math.floor(address / spacing) - 1

function argumentOf(plain: number, moved: number): Argument {
  if (moved - plain === shift) {
    const area = areaAt(plain)
    return { area, offset: plain - (1 + area) * spacing }
  }
  return plain > 0 && plain <= mostCalls * inverseMark ? { inverseOf: plain / inverseMark - 1 } : plain
}
