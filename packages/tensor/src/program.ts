import type { Storage } from './device.ts'
import type { DType } from './dtypes.ts'
import type { Layout } from './layout.ts'
import type { ComputePrimitive, ComputePrimitives } from './primitives.ts'

/** A storage of a program. */
export interface ProgramSlot {
  readonly dtype: DType
  /** Number of elements. */
  readonly length: number
  /** `inner` ones are made and used up within a run; `outer` ones are given to each run: arguments, parameters, results. */
  readonly kind: 'inner' | 'outer'
}

/** A slot read or written through a layout, whose offset counts from the offset that the run gives for the slot. */
export interface ProgramOperand {
  readonly slot: number
  readonly layout: Layout
  readonly dtype: DType
}

/** One call of a kernel. */
export interface ProgramStep<P extends ComputePrimitive = ComputePrimitive> {
  readonly primitive: P
  readonly outputs: readonly ProgramOperand[]
  readonly inputs: readonly ProgramOperand[]
  /** As recorded; those of a late step are given to each run. */
  readonly params: ComputePrimitives[P]
  readonly isLate: boolean
}

/** A recorded computation: kernel calls on storages, in the order in which they ran. */
export interface Program {
  readonly slots: readonly ProgramSlot[]
  readonly steps: readonly ProgramStep[]
}

/** What a run gives to a program. The arrays are the caller's and change between runs. */
export interface ProgramInputs {
  /** By slot; undefined for inner ones. */
  readonly storages: readonly (Storage | undefined)[]
  /** By slot, in elements: where the slot begins in its storage. */
  readonly offsets: readonly number[]
  /** By step. */
  readonly params: readonly ComputePrimitives[ComputePrimitive][]
}

/** A program in the form of its device. */
export interface LoweredProgram {
  run(inputs: ProgramInputs): void
  /** What it does, line by line, for people. */
  explain(): readonly string[]
}
