import type {
  ComputePrimitive,
  ComputePrimitives,
  Device,
  DType,
  ProgramOperand,
  Storage,
  Trace,
  TypedArray,
  View,
} from '@metagrad/tensor'
import { Layout, Tensor, isRecording, userLine } from '@metagrad/tensor'
import { CompileError } from './errors.ts'
import type { Tree } from './tree.ts'
import { treeOf } from './tree.ts'

/**
 * Where a storage came from: an argument, the gradient that a parameter had before, somewhere outside, an op of the function,
 * or an op of a late section.
 */
export type Origin = 'argument' | 'grad' | 'outside' | 'made' | 'late'

/** A storage that took part. */
export interface Slot {
  readonly origin: Origin
  /** Undefined for what the function made itself: nothing keeps it. */
  storage: Storage | undefined
  readonly dtype: DType
  readonly length: number
  /** Where an argument begins in its storage: operands count from there. */
  readonly offset: number
  /** What was written to it from plain data during the recording. */
  data: TypedArray | undefined
  /** Whether ops outside of late sections use it. */
  isEarly: boolean
  /** Writes to it after it was made, outside of late sections. */
  writes: number
}

export interface Step<P extends ComputePrimitive = ComputePrimitive> {
  readonly primitive: P
  readonly outputs: readonly ProgramOperand[]
  readonly inputs: readonly ProgramOperand[]
  readonly params: ComputePrimitives[P]
  readonly isLate: boolean
  /** The user's line, where lines are recorded. */
  readonly line: string | undefined
}

/** A late section: its steps are those from `start` up to `end`. */
export interface Section {
  readonly run: () => unknown
  readonly start: number
  end: number
  readonly isRecording: boolean
  /** The gradients when it began. */
  readonly grads: ReadonlyMap<Tensor, Tensor | undefined>
}

/** A leaf whose gradient the function may change. */
export interface Watch {
  readonly tensor: Tensor
  /** Its gradient before. */
  readonly entry: Tensor | undefined
  exit: Tensor | undefined
}

/** One run of a function, op by op. */
export interface Recording {
  readonly device: Device | undefined
  readonly isRecording: boolean
  readonly arguments: Tree
  readonly leaves: readonly Tensor[]
  readonly slots: readonly Slot[]
  readonly steps: readonly Step[]
  readonly sections: readonly Section[]
  readonly guards: readonly (() => boolean)[]
  /** Leaves whose gradients the function read or changed. */
  readonly watches: readonly Watch[]
  /** Leaves from outside without a gradient before or after, where the function changes those of others: it would change theirs. */
  readonly idle: readonly Tensor[]
  /** All leaves of floats that took part, and whether they required grad. */
  readonly seen: ReadonlyMap<Tensor, boolean>
  readonly result: Tree
  /** The tensors of the result, in its order, and how each lies in its slot. */
  readonly results: readonly { readonly tensor: Tensor; readonly operand: ProgramOperand }[]
  /** How the gradients that the function left lie in their slots. */
  readonly operandOf: (tensor: Tensor) => ProgramOperand
}

export interface RecorderOptions {
  /** Leaves that earlier runs were seen to use. */
  readonly known: Iterable<Tensor>
  /** Whether to note the user's line of each op: slow. */
  readonly withLines: boolean
}

/** Lets everything happen as it does without it, and writes it down. */
export class Recorder implements Trace {
  readonly #tree: Tree
  readonly #leaves: Tensor[] = []
  readonly #slots: Slot[] = []
  readonly #slotOf = new Map<Storage, number>()
  readonly #steps: Step[] = []
  readonly #sections: Section[] = []
  readonly #guards: (() => boolean)[] = []
  readonly #watches = new Map<Tensor, Watch>()
  /** What the gradients of watched leaves lie in. */
  readonly #gradients = new Set<Storage>()
  readonly #seen = new Map<Tensor, boolean>()
  readonly #uploads = new Map<Storage, TypedArray>()
  readonly #isRecording = isRecording()
  readonly #withLines: boolean
  #device: Device | undefined
  #isLate = false

  constructor(args: readonly unknown[], { known, withLines }: RecorderOptions) {
    this.#withLines = withLines
    this.#tree = treeOf(args, this.#leaves)
    for (const leaf of this.#leaves) this.#slotFor(leaf.storage, 'argument', leaf.layout.offset)
    for (const tensor of [...known, ...this.#leaves]) this.#watch(tensor)
  }

  allocate(device: Device, dtype: DType, length: number): Storage {
    const storage = device.allocate(dtype, length)
    this.#slotFor(storage, this.#isLate ? 'late' : 'made')
    return storage
  }

  compute<P extends ComputePrimitive>(
    device: Device,
    primitive: P,
    outputs: readonly View[],
    inputs: readonly View[],
    params: ComputePrimitives[P],
  ): void {
    this.#device ??= device
    if (device !== this.#device) {
      throw new CompileError(
        `compile: ${primitive} runs on "${device.name}", what came before on "${this.#device.name}", ${userLine()}. Compile one function for each device.`,
        'TWO_DEVICES',
      )
    }
    for (const input of inputs) this.#see(input)
    device.kernels[primitive](outputs, inputs, params)
    const step: Step<P> = {
      primitive,
      inputs: inputs.map((view) => this.#operand(view)),
      outputs: outputs.map((view) => this.#written(view)),
      params,
      isLate: this.#isLate,
      line: this.#withLines ? userLine() : undefined,
    }
    this.#steps.push(step)
  }

  upload(storage: Storage, data: TypedArray): void {
    this.#uploads.set(storage, data.slice())
  }

  read(op: string): void {
    throw readInside(op)
  }

  refuse(op: string, why: string): void {
    throw refusal(op, why)
  }

  guard(holds: () => boolean): void {
    this.#guards.push(holds)
  }

  late<T>(section: () => T): T {
    if (this.#isLate) return section()
    const grads = new Map([...this.#watches.keys()].map((tensor) => [tensor, tensor.grad]))
    const entry = { run: section, start: this.#steps.length, end: 0, isRecording: isRecording(), grads }
    this.#isLate = true
    try {
      return section()
    } finally {
      this.#isLate = false
      this.#sections.push({ ...entry, end: this.#steps.length })
    }
  }

  /** Ends the recording. */
  finish(value: unknown): Recording {
    const tensors: Tensor[] = []
    const result = treeOf(value, tensors)
    const operands = new Map<Tensor, ProgramOperand>()
    const note = (tensor: Tensor | undefined): void => {
      if (tensor !== undefined) operands.set(tensor, this.#operand(tensor))
    }
    for (const tensor of tensors) note(tensor)
    const watched = [...this.#watches.values()]
    for (const watch of watched) watch.exit = watch.tensor.grad
    // One leaf may have been given the gradient of another, which matters then, too.
    for (const watch of watched) if (this.#changed(watch)) note(watch.exit)
    const watches = watched.filter((watch) => this.#changed(watch) || this.#used(watch))
    const idle = watched.filter(({ entry, exit }) => watches.length > 0 && (entry ?? exit) === undefined)
    for (const { exit } of watches) note(exit)
    for (const { grads } of this.#sections) for (const { tensor } of watches) note(grads.get(tensor))
    for (const slot of this.#slots) if (slot.origin === 'made' || slot.origin === 'late') slot.storage = undefined
    return {
      device: this.#device,
      isRecording: this.#isRecording,
      arguments: this.#tree,
      leaves: this.#leaves,
      slots: this.#slots,
      steps: this.#steps,
      sections: this.#sections,
      guards: this.#guards,
      watches,
      idle: idle.map(({ tensor }) => tensor).filter((x) => this.#seen.has(x) && !this.#leaves.includes(x)),
      seen: this.#seen,
      result,
      results: tensors.map((tensor) => ({ tensor, operand: operands.get(tensor)! })),
      operandOf: (tensor) => operands.get(tensor)!,
    }
  }

  #slotFor(storage: Storage, origin: Origin, offset = 0): number {
    const known = this.#slotOf.get(storage)
    if (known !== undefined) return known
    const { dtype, length } = storage
    const data = this.#uploads.get(storage)
    const at = this.#slots.push({ origin, storage, dtype, length, offset, data, isEarly: false, writes: 0 }) - 1
    this.#slotOf.set(storage, at)
    return at
  }

  #operand({ storage, layout, dtype }: View): ProgramOperand {
    const at = this.#slotFor(storage, this.#gradients.has(storage) ? 'grad' : 'outside')
    const slot = this.#slots[at]!
    if (!this.#isLate) slot.isEarly = true
    return { slot: at, layout: shifted(layout, -slot.offset), dtype }
  }

  #written(view: View): ProgramOperand {
    const operand = this.#operand(view)
    if (!this.#isLate) this.#slots[operand.slot]!.writes++
    return operand
  }

  #see(view: View): void {
    let tensor = view instanceof Tensor ? view : undefined
    while (tensor?.viewOf !== undefined) tensor = tensor.viewOf.base
    if (tensor?.isLeaf && tensor.isFloatingPoint) this.#seen.set(tensor, tensor.requiresGrad)
  }

  #watch(tensor: Tensor): void {
    if (!tensor.isLeaf || this.#watches.has(tensor)) return
    this.#watches.set(tensor, { tensor, entry: tensor.grad, exit: undefined })
    if (tensor.grad !== undefined) this.#gradients.add(tensor.grad.storage)
  }

  #changed({ tensor, entry, exit }: Watch): boolean {
    return entry !== exit || this.#sections.some(({ grads }) => grads.get(tensor) !== entry)
  }

  #used({ entry }: Watch): boolean {
    return entry !== undefined && this.#slotOf.has(entry.storage)
  }
}

/** A layout moved by a number of elements. */
export function shifted(layout: Layout, by: number): Layout {
  return by === 0 ? layout : new Layout(layout.shape, layout.strides, layout.offset + by)
}

export function refusal(op: string, why: string): CompileError {
  return new CompileError(`${op}: ${why} inside a compiled function, ${userLine()}. Do it outside.`, 'NOT_REPEATED')
}

export function readInside(op: string): CompileError {
  return new CompileError(
    `${op}: values cannot be read inside a compiled function, ${userLine()}. Return the tensor and read it outside, or leave this function uncompiled.`,
    'READ_INSIDE',
  )
}
