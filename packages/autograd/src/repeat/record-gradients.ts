import type {
  ComputePrimitive,
  ComputePrimitives,
  Device,
  DType,
  ProgramOperand,
  ProgramSlot,
  ProgramStep,
  Storage,
  Trace,
  View,
} from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import type { Found } from './tape-shape.ts'

interface Slot {
  readonly dtype: DType
  readonly length: number
  /** Of the tape, made by a rule, or a constant of a rule, which is kept. */
  readonly origin: 'tape' | 'made' | Storage
}

/** Writes down what the gradient rules of a tape compute, while it happens. Their storages get numbers behind those of the tape. */
export class GradientRecorder implements Trace {
  readonly steps: ProgramStep[] = []
  /** Whether a program of the steps gives the same, whenever the tape has the same shape. */
  isRepeatable = true
  readonly #device: Device
  readonly #slots: Slot[]
  readonly #slotOf: Map<Storage, number>
  readonly #offsets: readonly number[]

  /** @param tape whose storages come first */
  constructor(device: Device, { storages, offsets }: Found) {
    this.#device = device
    this.#slots = storages.map((storage) => ({ dtype: storage!.dtype, length: storage!.length, origin: 'tape' }))
    this.#slotOf = new Map(storages.map((storage, at) => [storage!, at]))
    this.#offsets = offsets
  }

  /** The slots of a program that hands out some: the others that it makes are its own. */
  slots(handedOut: ReadonlySet<number>): ProgramSlot[] {
    return this.#slots.map(({ dtype, length, origin }, at) => ({
      dtype,
      length,
      kind: origin === 'made' && !handedOut.has(at) ? 'inner' : 'outer',
    }))
  }

  /** Whether a rule made it. */
  isMade(slot: number): boolean {
    return this.#slots[slot]!.origin === 'made'
  }

  /** What the rules took from elsewhere: numbers that follow from shapes and parameters. */
  get constants(): { readonly slot: number; readonly storage: Storage }[] {
    return this.#slots.flatMap(({ origin }, slot) => (typeof origin === 'string' ? [] : [{ slot, storage: origin }]))
  }

  operand({ storage, layout, dtype }: View): ProgramOperand {
    const slot = this.#slotOf.get(storage) ?? this.#newSlot(storage, storage)
    const by = this.#offsets[slot] ?? 0
    return { slot, layout: by === 0 ? layout : new Layout(layout.shape, layout.strides, layout.offset - by), dtype }
  }

  #newSlot(storage: Storage, origin: Slot['origin']): number {
    const slot = this.#slots.push({ dtype: storage.dtype, length: storage.length, origin }) - 1
    this.#slotOf.set(storage, slot)
    return slot
  }

  allocate(device: Device, dtype: DType, length: number): Storage {
    const storage = device.allocate(dtype, length)
    this.#newSlot(storage, 'made')
    return storage
  }

  compute<P extends ComputePrimitive>(
    device: Device,
    primitive: P,
    outputs: readonly View[],
    inputs: readonly View[],
    params: ComputePrimitives[P],
  ): void {
    device.kernels[primitive](outputs, inputs, params)
    const step: ProgramStep<P> = {
      primitive,
      outputs: outputs.map((view) => this.operand(view)),
      inputs: inputs.map((view) => this.operand(view)),
      params,
      isLate: false,
    }
    const isOwn = step.outputs.every(({ slot }) => this.isMade(slot))
    if (device !== this.#device || !isOwn || 'generator' in params) this.isRepeatable = false
    this.steps.push(step)
  }

  upload(): void {
    // A constant, if it is used.
  }

  read(): void {
    this.isRepeatable = false
  }

  refuse(): void {
    this.isRepeatable = false
  }

  guard(): void {
    this.isRepeatable = false
  }

  late<T>(section: () => T): T {
    this.isRepeatable = false
    return section()
  }
}
