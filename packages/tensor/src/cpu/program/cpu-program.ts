import type { Device, Kernels as DeviceKernels, View } from '../../device.ts'
import { dtypes } from '../../dtypes.ts'
import { Layout } from '../../layout.ts'
import type { ComputePrimitive, ComputePrimitives } from '../../primitives.ts'
import type { LoweredProgram, Program, ProgramInputs, ProgramOperand, ProgramStep } from '../../program.ts'
import { arenaOf } from './arena.ts'
import type { Call, Run, Task } from './emit.ts'
import { emitModule } from './emit.ts'
import { cpuEngine } from '../engine.ts'
import type { Schedule, Unit } from './fuse.ts'
import { scheduleOf } from './fuse.ts'
import type { LoopPlan } from './loop/emit-loop.ts'
import { courseOf, trafficOf } from './loop/emit-loop.ts'
import type { Memory, Resident } from '../memory.ts'
import type { Operand } from './operand-code.ts'
import type { Argument, FastRow, KernelCall } from './plan.ts'
import { Planner, isInverse, isPlace } from './plan.ts'
import type { CpuStorage } from '../storage.ts'
import type { UpdateNumbers } from '../updates.ts'
import { updateNumbers } from '../updates.ts'
import { instantiate } from '../wasm/instantiate.ts'
import type { Kernels } from '../wasm/loader.ts'
import { kernelSignatures } from '../wasm/signatures.ts'

type Params = ComputePrimitives[ComputePrimitive]

/** The rows of the tables that serve now, by primitive; none where only the reference computes. */
export type FastRows = { readonly [primitive: string]: FastRow | undefined }

/**
 * A program as a list of calls of compiled kernels, their arguments worked out, and from its second run on as a WebAssembly module
 * that makes them: element-wise ones that share operands as one loop.
 * What is made and used up within a run lies in one arena, planned by the time of use; what is given to a run is looked up in
 * a table that stands there. Steps without a compiled kernel are calls of the device's kernel on views.
 */
export function lowerProgram(program: Program, device: Device, rowsNow: () => FastRows): LoweredProgram {
  let lowered: CpuProgram | undefined
  let fuses = true
  const current = (): CpuProgram => {
    const { kernels } = device
    if (lowered === undefined || lowered.table !== kernels || lowered.kernels !== cpuEngine().kernels) {
      lowered = new CpuProgram(program, device, rowsNow(), fuses)
    }
    return lowered
  }
  return {
    run(inputs) {
      if (current().run(inputs)) return
      // Storages are one that were apart. That is rare, so the order of the program serves from here on.
      fuses = false
      lowered = undefined
      current().run(inputs)
    },
    explain: () => current().explain(),
  }
}

/** Tasks in a row that run as one, or one step that calls the device's kernel. */
interface Stretch {
  /** The step that calls the device's kernel. */
  readonly step: number
  readonly tasks: readonly Task[] | undefined
}

/** A slot that is given to each run. */
interface Outer {
  readonly slot: number
  readonly bytes: number
  /** Where it was at the last run. */
  address: number
}

/** A step whose numbers come with each run. */
interface Late {
  readonly step: number
  /** Where the first of them stands in the table. */
  readonly entry: number
  /** Writes them, where it is known how the kernel takes them; other steps are planned again. */
  readonly write: UpdateNumbers['write'] | undefined
  /** Those of the last run. */
  params: Params
}

/** Bringing one operand in may move another. After so many rounds all stay, or the memory is broken. */
const bindRounds = 6

class CpuProgram {
  readonly table: DeviceKernels
  readonly kernels: Kernels
  readonly #program: Program
  readonly #device: Device
  readonly #rows: FastRows
  readonly #planner: Planner
  /** By step; undefined for those that call the device's kernel. */
  readonly #calls: (readonly Call[] | undefined)[]
  readonly #arena: Resident
  readonly #schedule: Schedule
  readonly #placeOf: readonly (number | undefined)[]
  /** Their addresses stand in the table, behind the numbers of late steps. */
  readonly #outer: readonly Outer[]
  /** By slot, where it stands among them. */
  readonly #entryOf: ReadonlyMap<number, number>
  readonly #numberCount: number
  #late: readonly Late[]
  #stretches: readonly Stretch[] = []
  /** By stretch, once there is a module. */
  #code: readonly (Run | undefined)[] = []
  #moduleBytes = 0
  #runs = 0
  /** By mark, what the calls returned that others take the result of. */
  readonly #results: number[] = []
  /** Views of the steps that call the device's kernel, by slot: these stand for places of the arena. */
  readonly #innerStorages: readonly (CpuStorage | undefined)[]
  // Where the arena is, and the table at its beginning: numbers as float64, and as int32 the addresses behind them.
  #base = -1
  #bytes: Uint8Array | undefined
  #numbers: Float64Array = new Float64Array(0)
  #words: Int32Array = new Int32Array(0)

  /** @param fuses whether calls may change their order, and become loops */
  constructor(program: Program, device: Device, rows: FastRows, fuses: boolean) {
    const { memory, kernels } = cpuEngine()
    this.table = device.kernels
    this.kernels = kernels
    this.#program = program
    this.#device = device
    this.#rows = rows
    this.#planner = new Planner(program.slots, device)
    this.#outer = program.slots.flatMap(({ kind, dtype }, slot) =>
      kind === 'outer' ? [{ slot, bytes: dtypes[dtype].bytes, address: -1 }] : [],
    )
    this.#entryOf = new Map(this.#outer.map(({ slot }, entry) => [slot, entry]))
    const planned = withoutUnneeded(
      program,
      program.steps.map((step) => this.#planStep(step)),
    )
    const numbers: number[] = []
    this.#late = program.steps.flatMap((step, at) => lateOf(step, at, planned[at], numbers))
    this.#numberCount = numbers.length
    const table = 8 * numbers.length + 4 * this.#outer.length
    this.#schedule = scheduleOf(program, planned, this.#planner.areas, fuses)
    const { places, bytes } = arenaOf(program, this.#schedule.units, this.#planner.areas, table)
    this.#placeOf = places
    // Whatever its size it lies among the large residents, apart from what comes and goes.
    this.#arena = { byteLength: bytes, address: -1, outside: undefined, block: undefined }
    this.#calls = this.#link(planned)
    this.#innerStorages = this.#planner.standIns.map((storage, at) =>
      program.slots[at]!.kind === 'inner' ? storage : undefined,
    )
    memory.placeLarge(this.#arena)
    this.#bindArena(memory)
    this.#numbers.set(numbers)
    this.#planner.areas.forEach(({ words }, area) => {
      const start = this.#base + (places[area] ?? 0)
      if (words !== undefined) new Int32Array(memory.bytes.buffer, start, words.length).set(words)
    })
    this.#split()
  }

  /** Runs, unless slots share a storage whose order of use was changed: tells whether it did. */
  run(inputs: ProgramInputs): boolean {
    const { memory } = cpuEngine()
    memory.beginOp()
    if (!this.#isBound(inputs, memory)) {
      if (!this.#areApart(inputs)) return false
      this.#bind(inputs, memory)
    }
    this.#takeNumbers(inputs)
    // What runs once more will run often: a module costs as much as some hundred calls.
    if (this.#runs++ === 1) this.#emit()
    for (let at = 0; at < this.#stretches.length; at++) {
      const { tasks, step } = this.#stretches[at]!
      if (tasks === undefined) {
        this.#callDevice(step, inputs, memory)
        continue
      }
      const code = this.#code[at]
      let refused = code === undefined ? this.#runTasks(tasks, 0) : code(this.#base)
      // The device's kernel names what is wrong, or can do more.
      while (refused >= 0) {
        this.#callDevice(refused, inputs, memory)
        refused = this.#runTasks(tasks, refused + 1)
      }
    }
    return true
  }

  explain(): readonly string[] {
    const loops = this.#schedule.units.filter(({ loop }) => loop !== undefined)
    const loopOf = new Map(loops.flatMap(({ calls }, i) => calls.map(({ step }) => [step, i] as const)))
    const lines = this.#program.steps.map(({ primitive, outputs, isLate }, at) => {
      const shapes = outputs.map(({ layout, dtype }) => `${dtype}[${layout.shape.join(', ')}]`).join(', ')
      const calls = this.#calls[at]
      const how = calls === undefined ? 'by its kernel on views' : namesOf(calls) || 'not needed'
      const loop = loopOf.get(at)
      return `${primitive} -> ${shapes}: ${how}${loop === undefined ? '' : `, in loop ${loop}`}${isLate ? ' (late)' : ''}`
    })
    return [this.#form(), this.#room(), ...loops.map(({ loop }, i) => `loop ${i}: ${describeLoop(loop!)}`), ...lines]
  }

  /** What runs the calls. */
  #form(): string {
    const runs = this.#code.filter((code) => code !== undefined).length
    if (runs > 0) {
      return `${runs} ${runs === 1 ? 'function' : 'functions'} of a WebAssembly module of ${this.#moduleBytes} bytes`
    }
    return this.#runs > 1
      ? 'calls from JavaScript'
      : 'calls from JavaScript, until the second run makes a WebAssembly module'
  }

  #room(): string {
    const apart = this.#planner.areas.reduce(
      (sum, { bytes }, area) => sum + (this.#placeOf[area] === undefined ? 0 : bytes),
      0,
    )
    const late = `${this.#numberCount} numbers and ${this.#outer.length} addresses come with each run`
    return `arena of ${this.#arena.byteLength} bytes for ${apart} bytes that are not all needed at a time; ${late}`
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

  /** The calls of all steps, their places told by the base and the table. */
  #link(planned: readonly (readonly KernelCall[] | undefined)[]): (readonly Call[] | undefined)[] {
    const lateOfStep = new Map(this.#late.map((late) => [late.step, late]))
    let marks = 0
    return planned.map((calls, step) => {
      if (calls === undefined) return undefined
      const inverted = new Set(
        calls.flatMap(({ args }) => args.flatMap((arg) => (isInverse(arg) ? [arg.inverseOf] : []))),
      )
      const markOf = calls.map((_, i) => (inverted.has(i) ? marks++ : undefined))
      const late = lateOfStep.get(step)
      let entry = late?.entry ?? 0
      const operand = (arg: Argument, at: number): Operand => {
        if (isPlace(arg)) return this.#placeAt(arg.area, arg.offset)
        if (isInverse(arg)) return { kind: 'inverse', mark: markOf[arg.inverseOf]! }
        const isLate = late !== undefined && isNumberOf(this.#program.steps[step]!, at)
        return isLate ? { kind: 'late', entry: entry++ } : { kind: 'number', value: arg }
      }
      return calls.map(({ name, args, mayRefuse }, i) => ({
        name,
        args: args.map(operand),
        step,
        mayRefuse,
        mark: markOf[i],
      }))
    })
  }

  #placeAt(area: number, offset: number): Operand {
    const place = this.#placeOf[area]
    if (place !== undefined) return { kind: 'place', offset: place + offset }
    return { kind: 'address', word: 2 * this.#numberCount + this.#entryOf.get(area)!, offset }
  }

  /** Finds which tasks run as one. What was emitted for others is gone. */
  #split(): void {
    const stretches: { step: number; tasks: Task[] | undefined }[] = []
    for (const unit of this.#schedule.units) {
      const before = stretches.at(-1)
      const { step } = unit
      if (this.#calls[step] === undefined) {
        // A step of several calls that came to call the device's kernel does so once.
        if (before === undefined || before.tasks !== undefined || before.step !== step) {
          stretches.push({ step, tasks: undefined })
        }
      } else if (before?.tasks === undefined) stretches.push({ step, tasks: [this.#taskOf(unit)] })
      else before.tasks.push(this.#taskOf(unit))
    }
    this.#stretches = stretches
    this.#code = []
    this.#moduleBytes = 0
    this.#runs = 0
  }

  #taskOf({ calls, loop }: Unit): Task {
    return {
      calls: calls.map(({ step, at }) => this.#calls[step]![at]!),
      loop: loop && { ...loop, placeOf: ({ area, offset }) => this.#placeAt(area, offset) },
    }
  }

  /** Makes the module. Where that is not allowed, calls from JavaScript do the same. */
  #emit(): void {
    const { linear, build } = cpuEngine()
    const runs = this.#stretches.flatMap(({ tasks }) => (tasks === undefined ? [] : [tasks]))
    if (runs.length === 0) return
    const bytes = emitModule(runs, kernelSignatures(build))
    try {
      const exports = instantiate(bytes, { env: { ...this.kernels, memory: linear } }) as {
        readonly [name: string]: Run
      }
      this.#code = this.#stretches.map(({ tasks }) => (tasks === undefined ? undefined : exports[runs.indexOf(tasks)]))
      this.#moduleBytes = bytes.length
    } catch {
      this.#code = []
    }
  }

  /** Makes the calls of the steps from one on; returns the step that refused, or -1. */
  #runTasks(tasks: readonly Task[], from: number): number {
    for (const { calls } of tasks) {
      for (const { name, args, step, mayRefuse, mark } of calls) {
        if (step < from) continue
        const kernel = this.kernels[name] as (...args: number[]) => number
        const result = kernel(...args.map((arg) => this.#valueOf(arg)))
        if (mayRefuse && result >= 0) return step
        if (mark !== undefined) this.#results[mark] = result
      }
    }
    return -1
  }

  #valueOf(operand: Operand): number {
    switch (operand.kind) {
      case 'number':
        return operand.value
      case 'place':
        return this.#base + operand.offset
      case 'address':
        return this.#words[operand.word]! + operand.offset
      case 'late':
        return this.#numbers[operand.entry]!
      case 'inverse':
        return 1 / this.#results[operand.mark]!
    }
  }

  /** Takes over the numbers of late steps. */
  #takeNumbers({ params }: ProgramInputs): void {
    for (let i = 0; i < this.#late.length; i++) {
      const late = this.#late[i]!
      const next = params[late.step]!
      if (late.write !== undefined) late.write(next as never, this.#numbers, late.entry)
      else if (!sameNumbers(late.params, next)) this.#replan(late, next)
    }
  }

  /** Plans a late step with other numbers. If more than numbers changes, it calls the device's kernel from here on. */
  #replan(late: Late, next: Params): void {
    late.params = next
    const { primitive, outputs, inputs } = this.#program.steps[late.step]!
    const [to, from] = [outputs.map(this.#planView), inputs.map(this.#planView)]
    const planned = this.#planner.replan(this.#rows[primitive]!, to, from, next)
    const calls = this.#calls[late.step]!
    if (planned !== undefined && namesOf(planned) === namesOf(calls)) {
      calls.forEach(({ args }, i) =>
        args.forEach((arg, at) => {
          if (arg.kind === 'late') this.#numbers[arg.entry] = planned[i]!.args[at]!
        }),
      )
      return
    }
    this.#calls[late.step] = undefined
    this.#late = this.#late.filter((other) => other !== late)
    this.#split()
  }

  /** Whether everything still is where it was at the last run, which also counts as a use of it. */
  #isBound({ storages, offsets }: ProgramInputs, memory: Memory): boolean {
    if (memory.touch(this.#arena) !== this.#base || memory.bytes !== this.#bytes) return false
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

  /** Whether slots whose order of use was changed are of different storages. */
  #areApart({ storages }: ProgramInputs): boolean {
    const { apart } = this.#schedule
    for (let i = 0; i < apart.length; i++) {
      const [a, b] = apart[i]!
      if (storages[a] === storages[b] && storages[a] !== undefined) return false
    }
    return true
  }

  /** Brings everything into memory, and writes down where it is. */
  #bind(inputs: ProgramInputs, memory: Memory): void {
    for (let round = 0; round < bindRounds; round++) {
      if (memory.touch(this.#arena) !== this.#base || memory.bytes !== this.#bytes) this.#bindArena(memory)
      this.#bindOuter(inputs, memory, round > 1)
      if (this.#isBound(inputs, memory)) return
    }
    throw new Error(`cpu: the operands of a program did not stay in memory together. This is a defect of the engine.`)
  }

  #bindArena(memory: Memory): void {
    this.#base = memory.touch(this.#arena)
    this.#bytes = memory.bytes
    const { buffer } = this.#bytes
    this.#numbers = new Float64Array(buffer, this.#base, this.#numberCount)
    this.#words = new Int32Array(buffer, this.#base, 2 * this.#numberCount + this.#outer.length)
    this.#innerStorages.forEach((storage, slot) => {
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

  #callDevice(at: number, inputs: ProgramInputs, memory: Memory): void {
    const { primitive, outputs, inputs: read } = this.#program.steps[at]!
    const { storages, offsets, params } = inputs
    const viewOf = ({ slot, layout, dtype }: ProgramOperand): View => {
      const by = offsets[slot]!
      const moved = by === 0 ? layout : new Layout(layout.shape, layout.strides, layout.offset + by)
      return { storage: this.#innerStorages[slot] ?? storages[slot]!, layout: moved, dtype }
    }
    // The kernel is an op of its own, which does not know that its operands lie in the arena.
    memory.pin(this.#arena)
    try {
      this.#device.kernels[primitive](outputs.map(viewOf), read.map(viewOf), params[at] as never)
    } finally {
      memory.touch(this.#arena)
    }
    if (!this.#isBound(inputs, memory)) this.#bind(inputs, memory)
  }
}

/** Drops the calls of steps whose results nobody reads: the value of a loss, for instance, of which only the gradient is used. */
function withoutUnneeded(
  { slots, steps }: Program,
  planned: readonly (readonly KernelCall[] | undefined)[],
): readonly (readonly KernelCall[] | undefined)[] {
  const needed = new Set<number>()
  return planned
    .map((calls, at) => ({ calls, step: steps[at]! }))
    .reverse()
    .map(({ calls, step: { inputs, outputs } }) => {
      const isNeeded =
        outputs.some(({ slot }) => slots[slot]!.kind === 'outer' || needed.has(slot)) ||
        calls === undefined ||
        calls.some(({ mayRefuse }) => mayRefuse)
      if (isNeeded) for (const { slot } of inputs) needed.add(slot)
      return isNeeded ? calls : []
    })
    .reverse()
}

/** How a late step's numbers come into the table; none for what is planned without or has none. @param numbers receives those that it was planned with */
function lateOf(
  { primitive, params, isLate }: ProgramStep,
  step: number,
  calls: readonly KernelCall[] | undefined,
  numbers: number[],
): Late[] {
  if (!isLate || calls === undefined || calls.length === 0 || Object.keys(params).length === 0) return []
  const entry = numbers.length
  const row = updateRowOf(primitive)
  const args = calls.flatMap((call) => call.args)
  const own = row === undefined ? args : args.slice(row.first, row.first + row.count)
  numbers.push(...own.filter((arg) => typeof arg === 'number'))
  return [{ step, entry, write: row?.write, params }]
}

/** Whether the argument of a late step's kernel is one of the numbers that come with each run. */
function isNumberOf({ primitive }: ProgramStep, at: number): boolean {
  const row = updateRowOf(primitive)
  return row === undefined || (at >= row.first && at < row.first + row.count)
}

function updateRowOf(primitive: ComputePrimitive): UpdateNumbers | undefined {
  const rows: { readonly [name: string]: UpdateNumbers | undefined } = updateNumbers
  return rows[primitive]
}

/** What a loop joins, and what that saves. */
function describeLoop(loop: LoopPlan): string {
  const { sizes, calls } = loop
  const { region, strip } = courseOf(sizes, calls)
  const { apart, together } = trafficOf(loop)
  const strips = strip < region ? ` in strips of ${strip}` : ''
  return `${namesOf(calls)} over ${sizes.join(' x ')} elements${strips}, ${together} bytes of memory traffic for ${apart}`
}

const namesOf = (calls: readonly { readonly name: string }[]): string => calls.map(({ name }) => name).join(' + ')

/** Whether two sets of parameters hold the same plain values. */
function sameNumbers(a: Params, b: Params): boolean {
  if (a === b) return true
  const [left, right] = [a as { readonly [name: string]: unknown }, b as { readonly [name: string]: unknown }]
  for (const name in right) if (!Object.is(left[name], right[name])) return false
  return true
}
