import type { Device, Kernels as DeviceKernels, View } from '../../device.ts'
import type { Program, ProgramInputs, ProgramOperand, ProgramStep } from '../../program.ts'
import { cpuEngine } from '../engine.ts'
import type { Memory } from '../memory.ts'
import { compile, instantiate } from '../wasm/instantiate.ts'
import type { Kernels } from '../wasm/loader.ts'
import { kernelSignatures } from '../wasm/signatures.ts'
import { Binding } from './binding.ts'
import type { Call, Run, Task } from './emit.ts'
import { emitModule } from './emit.ts'
import { explainForm, explainUnits } from './explain.ts'
import type { Schedule } from './fuse.ts'
import { scheduleOf } from './fuse.ts'
import type { LateStep } from './late-numbers.ts'
import { isSameParams, lateSteps, renumber } from './late-numbers.ts'
import type { Stretch } from './link.ts'
import { linkCalls, stretchesOf } from './link.ts'
import type { Operand } from './operand-code.ts'
import type { FastRows } from './plan.ts'
import { Planner } from './plan.ts'
import { withoutUnneeded } from './unneeded.ts'

/**
 * A program as a list of calls of compiled kernels, their arguments worked out, and from its second run on as a WebAssembly module
 * that makes them: element-wise ones that share operands as one loop. Steps without a compiled kernel are calls of the device's
 * kernel on views.
 */
export class CpuProgram {
  /** What served when it was made. */
  readonly table: DeviceKernels
  readonly kernels: Kernels
  readonly #program: Program
  readonly #device: Device
  readonly #planner: Planner
  readonly #schedule: Schedule
  readonly #binding: Binding
  /** By step; undefined for those that call the device's kernel. */
  readonly #calls: (readonly Call[] | undefined)[]
  #late: readonly LateStep[]
  #stretches: readonly Stretch[] = []
  /** By stretch, once there is a module. */
  #code: readonly (Run | undefined)[] = []
  #moduleBytes = 0
  #runs = 0
  /** By mark, what the calls returned that others take the result of. */
  readonly #results: number[] = []

  /** @param fuses whether calls may change their order, and become loops */
  constructor(program: Program, device: Device, rows: FastRows, fuses: boolean) {
    const { memory, kernels } = cpuEngine()
    this.table = device.kernels
    this.kernels = kernels
    this.#program = program
    this.#device = device
    this.#planner = new Planner(program, device, rows)
    const planned = withoutUnneeded(
      program,
      program.steps.map((step) => this.#planner.plan(step)),
    )
    const { late, numbers } = lateSteps(program, planned)
    this.#late = late
    this.#schedule = scheduleOf(program, planned, this.#planner.areas, fuses)
    this.#binding = new Binding(program, this.#planner, this.#schedule.units, numbers, memory)
    this.#calls = linkCalls(program, planned, late, this.#binding)
    this.#split()
  }

  /** Runs, unless slots share a storage whose order of use was changed: tells whether it did. */
  run(inputs: ProgramInputs): boolean {
    const { memory } = cpuEngine()
    memory.beginOp()
    if (!this.#binding.isBound(inputs, memory)) {
      if (!this.#areApart(inputs)) return false
      this.#binding.bind(inputs, memory)
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
      let refused = code === undefined ? this.#runTasks(tasks, 0) : code(this.#binding.base)
      // The device's kernel names what is wrong, or can do more.
      while (refused >= 0) {
        this.#callDevice(refused, inputs, memory)
        refused = this.#runTasks(tasks, refused + 1)
      }
    }
    return true
  }

  /** What it does, line by line, for people. */
  explain(): readonly string[] {
    const functions = this.#code.filter((code) => code !== undefined).length
    return [
      explainForm(functions, this.#moduleBytes, this.#runs),
      this.#binding.explain(),
      ...explainUnits(this.#program, this.#schedule.units, this.#calls),
    ]
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

  /** Finds which tasks run as one. What was emitted for others is gone. */
  #split(): void {
    this.#stretches = stretchesOf(this.#schedule.units, this.#calls, this.#binding)
    this.#code = []
    this.#moduleBytes = 0
    this.#runs = 0
  }

  /** Makes the module. Where that is not allowed, calls from JavaScript do the same. */
  #emit(): void {
    const { linear, build } = cpuEngine()
    const runs = this.#stretches.flatMap(({ tasks }) => (tasks === undefined ? [] : [tasks]))
    if (runs.length === 0) return
    const bytes = emitModule(runs, kernelSignatures(build))
    try {
      const exports = instantiate(compile(bytes, linear), { env: { ...this.kernels, memory: linear } }) as {
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
        return this.#binding.base + operand.offset
      case 'address':
        return this.#binding.words[operand.word]! + operand.offset
      case 'late':
        return this.#binding.numbers[operand.entry]!
      case 'inverse':
        return 1 / this.#results[operand.mark]!
    }
  }

  /** Takes over the numbers of late steps. */
  #takeNumbers({ params }: ProgramInputs): void {
    // A step that comes to call its kernel leaves the list, which is made anew: these are all of this run.
    const steps = this.#late
    for (let i = 0; i < steps.length; i++) {
      const late = steps[i]!
      const next = params[late.step]!
      if (late.write !== undefined) late.write(next as never, this.#binding.numbers, late.entry)
      else if (!isSameParams(late.params, next)) this.#replan(late, next)
    }
  }

  /** Plans a late step with other numbers. If more than numbers changes, it calls the device's kernel from here on. */
  #replan(late: LateStep, next: ProgramStep['params']): void {
    late.params = next
    const planned = this.#planner.replan(this.#program.steps[late.step]!, next)
    if (planned !== undefined && renumber(this.#calls[late.step]!, planned, this.#binding.numbers)) return
    this.#calls[late.step] = undefined
    this.#late = this.#late.filter((other) => other !== late)
    this.#split()
  }

  #callDevice(at: number, inputs: ProgramInputs, memory: Memory): void {
    const { primitive, outputs, inputs: read } = this.#program.steps[at]!
    const viewOf = (operand: ProgramOperand): View => this.#binding.viewOf(operand, inputs)
    const { arena } = this.#binding
    // The kernel is an op of its own, which does not know that its operands lie in the arena.
    memory.pin(arena)
    try {
      this.#device.kernels[primitive](outputs.map(viewOf), read.map(viewOf), inputs.params[at] as never)
    } finally {
      memory.touch(arena)
    }
    if (!this.#binding.isBound(inputs, memory)) this.#binding.bind(inputs, memory)
  }
}
