import type {
  Device,
  LoweredProgram,
  ProgramInputs,
  ProgramOperand,
  ProgramSlot,
  ProgramStep,
  Storage,
} from '@metagrad/tensor'
import { Tensor } from '@metagrad/tensor'
import { accumulate } from '../accumulate.ts'
import type { Found } from './tape-shape.ts'

/** The gradient of a leaf, by the number of its node. */
export interface LeafGradient {
  readonly node: number
  readonly operand: ProgramOperand
  /** Whether nothing else lies in its storage. */
  readonly isAlone: boolean
}

/** What the gradients of all tapes of one shape are computed by. */
export interface GradientSteps {
  /** Those of the tape come first. */
  readonly slots: readonly ProgramSlot[]
  readonly tapeSlots: number
  readonly constants: readonly { readonly slot: number; readonly storage: Storage }[]
  readonly steps: readonly ProgramStep[]
  /** In the order in which they are added to those of the leaves. */
  readonly gradients: readonly LeafGradient[]
}

/** The same as a program of a device. */
export class GradientProgram {
  readonly #device: Device
  readonly #lowered: LoweredProgram
  readonly #params: ProgramInputs['params']
  readonly #gradients: readonly LeafGradient[]
  /** Behind the storages of the tape: made anew for each run, kept, or none since the program has them within. */
  readonly #others: readonly (ProgramSlot | Storage | undefined)[]

  constructor(device: Device, { slots, tapeSlots, constants, steps, gradients }: GradientSteps) {
    this.#device = device
    this.#lowered = device.lower!({ slots, steps })
    this.#params = steps.map(({ params }) => params)
    this.#gradients = gradients
    const kept = new Map(constants.map(({ slot, storage }) => [slot, storage]))
    this.#others = slots
      .slice(tapeSlots)
      .map((slot, i) => kept.get(tapeSlots + i) ?? (slot.kind === 'outer' ? slot : undefined))
  }

  /** Adds the gradients of a tape to those of its leaves. */
  run({ nodes, storages, offsets }: Found): void {
    for (let i = 0; i < this.#others.length; i++) {
      const other = this.#others[i]
      const isFresh = other !== undefined && 'kind' in other
      storages.push(isFresh ? this.#device.allocate(other.dtype, other.length) : other)
      offsets.push(0)
    }
    this.#lowered.run({ storages, offsets, params: this.#params })
    for (let i = 0; i < this.#gradients.length; i++) {
      const { node, operand, isAlone } = this.#gradients[i]!
      const gradient = new Tensor(storages[operand.slot]!, operand.layout, operand.dtype)
      accumulate(nodes[node] as Tensor, gradient, isAlone)
    }
  }
}
