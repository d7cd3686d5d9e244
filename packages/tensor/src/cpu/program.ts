import type { Device, Kernels as DeviceKernels, View } from '../device.ts'
import { dtypes } from '../dtypes.ts'
import { Layout } from '../layout.ts'
import type { ComputePrimitive, ComputePrimitives } from '../primitives.ts'
import type { LoweredProgram, Program, ProgramInputs, ProgramOperand, ProgramStep } from '../program.ts'
import { cpuEngine } from './engine.ts'
import type { Memory, Resident } from './memory.ts'
import type { Area, FastRow, KernelCall } from './plan.ts'
import { Planner } from './plan.ts'
import type { CpuStorage } from './storage.ts'
import type { Kernels } from './wasm/loader.ts'

type Params = ComputePrimitives[ComputePrimitive]

/** A compiled kernel with its arguments, which are patched where places change. */
interface Call {
  readonly name: keyof Kernels
  readonly run: (...args: number[]) => unknown
  readonly args: number[]
}

/** What runs at a step's turn: compiled kernels, or the device's kernel on views. */
interface PlannedStep {
  readonly at: number
  calls: readonly Call[] | undefined
}

/** An argument that is a place: `base + offset`, the base of its area. */
interface Use {
  readonly args: number[]
  readonly at: number
  readonly offset: number
}

/** The rows of the tables that serve now, by primitive; none where only the reference computes. */
export type FastRows = { readonly [primitive: string]: FastRow | undefined }

/**
 * A program as a list of calls of compiled kernels, their arguments worked out. What is made and used up within a run
 * lies in one arena, planned by the time of use; what is given to a run is patched in where it is now. Steps without a compiled kernel are calls
 * of the device's kernel on views.
 */
export function lowerProgram(program: Program, device: Device, rowsNow: () => FastRows): LoweredProgram {
  let lowered: CpuProgram | undefined
  const current = (): CpuProgram => {
    const { kernels } = device
    if (lowered === undefined || lowered.table !== kernels || lowered.kernels !== cpuEngine().kernels) {
      lowered = new CpuProgram(program, device, rowsNow())
    }
    return lowered
  }
  return { run: (inputs) => current().run(inputs), explain: () => current().explain() }
}

class CpuProgram {
  readonly table: DeviceKernels
  readonly kernels: Kernels
  readonly #program: Program
  readonly #device: Device
  readonly #rows: FastRows
  readonly #planner: Planner
  readonly #steps: PlannedStep[]
  readonly #arena: Resident
  readonly #placeOf: readonly (number | undefined)[]
  /** The uses of each slot's place, and of the arena's. */
  readonly #uses: Use[][]
  readonly #arenaUses: Use[] = []
  readonly #outer: readonly number[]
  /** Where each outer slot was at the last run. */
  readonly #bases: number[]
  #arenaBase = -1
  /** Steps whose parameters come with each run, and what they were planned with. */
  readonly #late: { readonly step: PlannedStep; params: Params }[]
  /** Views of the steps that call the device's kernel, by operand: their storages stand for places of the arena. */
  readonly #innerStorages: readonly (CpuStorage | undefined)[]

  constructor(program: Program, device: Device, rows: FastRows) {
    this.table = device.kernels
    this.kernels = cpuEngine().kernels
    this.#program = program
    this.#device = device
    this.#rows = rows
    this.#planner = new Planner(program.slots, device)
    const planned = program.steps.map((step) => this.#planStep(step))
    const { areas } = this.#planner
    const arena = arenaOf(program, planned, areas)
    this.#placeOf = arena.places
    // Never small: it lies among the large residents, apart from what comes and goes.
    this.#arena = { byteLength: Math.max(arena.bytes, 17 << 10), address: -1, outside: undefined, block: undefined }
    this.#uses = program.slots.map(() => [])
    this.#steps = planned.map((calls, at) => ({ at, calls: calls?.map((call) => this.#link(call)) }))
    this.#outer = program.slots.flatMap(({ kind }, at) => (kind === 'outer' ? [at] : []))
    this.#bases = program.slots.map(() => -1)
    this.#late = this.#steps.flatMap((step) => {
      const { isLate, params } = program.steps[step.at]!
      return isLate ? [{ step, params }] : []
    })
    this.#innerStorages = this.#planner.standIns.map((storage, at) =>
      program.slots[at]!.kind === 'inner' ? storage : undefined,
    )
    cpuEngine().memory.place(this.#arena)
  }

  run(inputs: ProgramInputs): void {
    const { memory } = cpuEngine()
    this.#replanLate(inputs)
    memory.keep(this.#outer.length)
    try {
      this.#bind(inputs, memory)
      for (const step of this.#steps) {
        if (step.calls === undefined) {
          this.#callDevice(step.at, inputs)
          this.#bind(inputs, memory)
        } else {
          for (const call of step.calls) invoke(call)
        }
      }
    } finally {
      memory.keep(0)
    }
  }

  explain(): readonly string[] {
    const bytes = `arena of ${this.#arena.byteLength} bytes`
    const lines = this.#steps.map(({ at, calls }) => {
      const { primitive, outputs, isLate } = this.#program.steps[at]!
      const shapes = outputs.map(({ layout, dtype }) => `${dtype}[${layout.shape.join(', ')}]`).join(', ')
      const how =
        calls === undefined ? 'by its kernel on views' : calls.map(({ name }) => name).join(' + ') || 'nothing to do'
      return `${primitive} -> ${shapes}: ${how}${isLate ? ' (late)' : ''}`
    })
    return [bytes, ...lines]
  }

  #planStep({ primitive, outputs, inputs, params }: ProgramStep): readonly KernelCall[] | undefined {
    const row = this.#rows[primitive]
    const views = [...outputs, ...inputs]
    if (row === undefined || views.some(({ dtype }) => dtype === 'float16')) return undefined
    if (outputs.some(({ layout }) => !layout.isContiguous)) return undefined
    return this.#planner.plan(row, outputs.map(this.#planView), inputs.map(this.#planView), params)
  }

  readonly #planView = ({ slot, layout, dtype }: ProgramOperand): View => ({
    storage: this.#planner.storages[slot]!,
    layout,
    dtype,
  })

  /** A call with its places noted, so that they can be patched. */
  #link({ name, args }: KernelCall): Call {
    const own: number[] = []
    args.forEach((arg, at) => {
      if (typeof arg === 'number') own.push(arg)
      else {
        own.push(0)
        const place = this.#placeOf[arg.area]
        if (place === undefined) this.#uses[arg.area]!.push({ args: own, at, offset: arg.offset })
        else this.#arenaUses.push({ args: own, at, offset: place + arg.offset })
      }
    })
    return { name, run: this.kernels[name] as Call['run'], args: own }
  }

  /** Takes over the numbers of late steps where they changed. */
  #replanLate({ params }: ProgramInputs): void {
    for (const late of this.#late) {
      const next = params[late.step.at]!
      const { calls } = late.step
      if (calls === undefined || sameNumbers(late.params, next)) continue
      late.params = next
      const { primitive, outputs, inputs } = this.#program.steps[late.step.at]!
      const planned = this.#planner.replan(
        this.#rows[primitive]!,
        outputs.map(this.#planView),
        inputs.map(this.#planView),
        next,
      )
      if (
        planned === undefined ||
        planned.length !== calls.length ||
        planned.some(({ name }, i) => name !== calls[i]!.name)
      ) {
        late.step.calls = undefined
        continue
      }
      // Places stay as they are patched.
      planned.forEach(({ args }, i) =>
        args.forEach((arg, at) => {
          if (!this.#isPlace(calls[i]!.args, at)) calls[i]!.args[at] = arg
        }),
      )
    }
  }

  #isPlace(args: number[], at: number): boolean {
    const places = (this.#places ??= placesOf([...this.#uses.flat(), ...this.#arenaUses]))
    return places.get(args)?.has(at) ?? false
  }

  #places: ReadonlyMap<number[], ReadonlySet<number>> | undefined

  /** Brings everything into memory and patches what moved. Bringing one thing in may move another: until all stay. */
  #bind({ storages, offsets }: ProgramInputs, memory: Memory): void {
    this.#bindArena(memory)
    for (let attempt = 0; ; attempt++) {
      for (const slot of this.#outer) {
        const storage = storages[slot]
        // Bound by a late section that did not come to it.
        if (storage === undefined) continue
        const { resident } = storage as CpuStorage
        if (attempt > 1) memory.settle(resident)
        const base = memory.touch(resident) + offsets[slot]! * dtypes[this.#program.slots[slot]!.dtype].bytes
        if (base === this.#bases[slot]) continue
        this.#bases[slot] = base
        for (const { args, at, offset } of this.#uses[slot]!) args[at] = base + offset
      }
      if (
        this.#outer.every(
          (slot) => storages[slot] === undefined || (storages[slot] as CpuStorage).resident.address >= 0,
        )
      )
        return
    }
  }

  #bindArena(memory: Memory): void {
    const base = memory.touch(this.#arena)
    if (base === this.#arenaBase) return
    this.#arenaBase = base
    for (const { args, at, offset } of this.#arenaUses) args[at] = base + offset
    this.#planner.areas.forEach(({ words }, area) => {
      if (words !== undefined) new Int32Array(memory.bytes.buffer, base + this.#placeOf[area]!, words.length).set(words)
    })
    this.#innerStorages.forEach((storage, slot) => {
      const place = this.#placeOf[slot]
      if (storage !== undefined && place !== undefined) storage.address = base + place
    })
  }

  #callDevice(at: number, { storages, offsets, params }: ProgramInputs): void {
    const { primitive, outputs, inputs } = this.#program.steps[at]!
    const viewOf = ({ slot, layout, dtype }: ProgramOperand): View => {
      const by = offsets[slot]!
      const moved = by === 0 ? layout : new Layout(layout.shape, layout.strides, layout.offset + by)
      return { storage: this.#innerStorages[slot] ?? storages[slot]!, layout: moved, dtype }
    }
    this.#device.kernels[primitive](outputs.map(viewOf), inputs.map(viewOf), params[at] as never)
  }
}

function placesOf(uses: readonly Use[]): Map<number[], Set<number>> {
  const places = new Map<number[], Set<number>>()
  for (const { args, at } of uses) places.set(args, (places.get(args) ?? new Set()).add(at))
  return places
}

/** Whether two sets of parameters hold the same plain values. */
function sameNumbers(a: Params, b: Params): boolean {
  if (a === b) return true
  const [left, right] = [a as { readonly [name: string]: unknown }, b as { readonly [name: string]: unknown }]
  for (const name in right) if (!Object.is(left[name], right[name])) return false
  return true
}

/** Without a spread for the usual numbers of arguments: this is the inner loop. */
function invoke({ run, args }: Call): void {
  switch (args.length) {
    case 3:
      run(args[0]!, args[1]!, args[2]!)
      return
    case 4:
      run(args[0]!, args[1]!, args[2]!, args[3]!)
      return
    case 5:
      run(args[0]!, args[1]!, args[2]!, args[3]!, args[4]!)
      return
    case 6:
      run(args[0]!, args[1]!, args[2]!, args[3]!, args[4]!, args[5]!)
      return
    case 11:
      run(args[0]!, args[1]!, args[2]!, args[3]!, args[4]!, args[5]!, args[6]!, args[7]!, args[8]!, args[9]!, args[10]!)
      return
    case 13:
      run(
        args[0]!,
        args[1]!,
        args[2]!,
        args[3]!,
        args[4]!,
        args[5]!,
        args[6]!,
        args[7]!,
        args[8]!,
        args[9]!,
        args[10]!,
        args[11]!,
        args[12]!,
      )
      return
    default:
      run(...args)
  }
}

const roundUp = (bytes: number): number => Math.ceil(bytes / 16) * 16
/** Kernels may read a vector past the end. */
const slack = 64

/** Where each area but those of outer slots lies in the arena: areas whose times of use do not overlap share room. */
function arenaOf(
  { slots, steps }: Program,
  planned: readonly (readonly KernelCall[] | undefined)[],
  areas: readonly Area[],
): { readonly places: readonly (number | undefined)[]; readonly bytes: number } {
  const firstUse = new Map<number, number>()
  const lastUse = new Map<number, number>()
  const use = (area: number, at: number): void => {
    if (!firstUse.has(area)) firstUse.set(area, at)
    lastUse.set(area, at)
  }
  steps.forEach(({ inputs, outputs }, at) => {
    for (const { slot } of [...inputs, ...outputs]) use(slot, at)
    for (const { args } of planned[at] ?? []) for (const arg of args) if (typeof arg !== 'number') use(arg.area, at)
  })
  const places: (number | undefined)[] = areas.map(() => undefined)
  let bytes = 0
  areas.forEach(({ words }, area) => {
    if (words === undefined) return
    places[area] = bytes
    bytes += roundUp(words.byteLength)
  })
  const live: { readonly start: number; readonly end: number; readonly until: number }[] = []
  const byFirstUse = [...firstUse].sort(([, a], [, b]) => a - b)
  const start = bytes
  for (const [area, from] of byFirstUse) {
    if (slots[area]?.kind === 'outer' || areas[area]!.words !== undefined) continue
    const size = roundUp(areas[area]!.bytes)
    const taken = live.filter(({ until }) => until >= from).sort((a, b) => a.start - b.start)
    let at = start
    for (const block of taken) {
      if (block.start - at >= size) break
      at = Math.max(at, block.end)
    }
    places[area] = at
    live.push({ start: at, end: at + size, until: lastUse.get(area)! })
    bytes = Math.max(bytes, at + size)
  }
  return { places, bytes: bytes + slack }
}
