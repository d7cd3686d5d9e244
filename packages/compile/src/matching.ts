import type {
  ComputePrimitive,
  ComputePrimitives,
  Device,
  DType,
  Layout,
  Program,
  ProgramOperand,
  Storage,
  Trace,
  View,
} from '@metagrad/tensor'
import { sameShape, setRecording, setTrace } from '@metagrad/tensor'
import { interpret } from './interpret.ts'
import type { Section } from './recording.ts'
import { readInside, refusal } from './recording.ts'

/** What a call gives to its program; late sections fill in what is theirs. */
export interface Bindings {
  readonly storages: (Storage | undefined)[]
  readonly offsets: number[]
  readonly params: ComputePrimitives[ComputePrimitive][]
}

/**
 * Runs late sections at a replay. Their ops do not compute: each is checked against the recorded one, and its parameters and
 * tensors are taken over. At the first that is another, everything up to there is computed and the section goes on for real.
 */
export class Matching implements Trace {
  readonly #program: Program
  readonly #device: Device
  readonly #bindings: Bindings
  #made: (Storage | undefined)[] = []
  #cursor = 0
  #end = 0
  /** How many steps were computed here, after a miss. */
  #done = 0
  /** What was not as recorded. */
  miss: string | undefined = undefined

  constructor(program: Program, device: Device, bindings: Bindings) {
    this.#program = program
    this.#device = device
    this.#bindings = bindings
  }

  /** Starts a call. */
  begin(): void {
    this.#cursor = 0
    this.#end = 0
    this.#done = 0
    if (this.miss === undefined) return
    this.miss = undefined
    this.#made = []
  }

  run({ run, start, end, isRecording }: Section): void {
    if (this.miss !== undefined) this.catchUp(start)
    this.#cursor = start
    this.#end = end
    const recordingBefore = setRecording(isRecording)
    const traceBefore = setTrace(this)
    try {
      run()
    } finally {
      setTrace(traceBefore)
      setRecording(recordingBefore)
    }
    if (this.miss === undefined && this.#cursor < end) {
      this.#leave(`${this.#program.steps[this.#cursor]!.primitive} was not called`)
    }
    if (this.miss !== undefined) this.#done = end
  }

  /** Computes recorded steps up to one. */
  catchUp(to: number): void {
    interpret(this.#program, this.#device, this.#bindings, this.#made, this.#done, to)
    this.#done = to
  }

  allocate(device: Device, dtype: DType, length: number): Storage {
    return device.allocate(dtype, length)
  }

  compute<P extends ComputePrimitive>(
    device: Device,
    primitive: P,
    outputs: readonly View[],
    inputs: readonly View[],
    params: ComputePrimitives[P],
  ): void {
    if (this.miss === undefined) {
      if (this.#matches(primitive, outputs, inputs)) {
        this.#bindings.params[this.#cursor++] = params
        return
      }
      this.#leave(`${primitive} is not what was recorded`)
    }
    device.kernels[primitive](outputs, inputs, params)
  }

  upload(): void {
    // Its storage is bound where it is used.
  }

  read(op: string): void {
    throw readInside(op)
  }

  refuse(op: string, why: string): void {
    throw refusal(op, why)
  }

  guard(): void {
    // A section runs at each call anyway.
  }

  late<T>(section: () => T): T {
    return section()
  }

  #leave(miss: string): void {
    this.miss = miss
    this.catchUp(this.#cursor)
  }

  #matches(primitive: ComputePrimitive, outputs: readonly View[], inputs: readonly View[]): boolean {
    if (this.#cursor >= this.#end) return false
    const step = this.#program.steps[this.#cursor]!
    return (
      step.primitive === primitive && this.#matchesAll(step.inputs, inputs) && this.#matchesAll(step.outputs, outputs)
    )
  }

  #matchesAll(operands: readonly ProgramOperand[], views: readonly View[]): boolean {
    if (operands.length !== views.length) return false
    const { storages, offsets } = this.#bindings
    for (let i = 0; i < operands.length; i++) {
      const { slot, layout, dtype } = operands[i]!
      const view = views[i]!
      const bound = storages[slot]
      if (view.dtype !== dtype || !liesAs(view.layout, layout, offsets[slot]!)) return false
      if (bound === undefined) {
        const { kind, length } = this.#program.slots[slot]!
        if (kind === 'inner' || view.storage.length !== length) return false
        storages[slot] = view.storage
      } else if (bound !== view.storage) return false
    }
    return true
  }
}

function liesAs(layout: Layout, recorded: Layout, offset: number): boolean {
  return (
    layout === recorded ||
    (layout.offset === recorded.offset + offset &&
      sameShape(layout.shape, recorded.shape) &&
      sameShape(layout.strides, recorded.strides))
  )
}
