import type { Copy } from './copies.ts'

/** Bytes that may live in the memory, or outside of it while their place is needed. */
export interface Resident {
  readonly byteLength: number
  /** Where they are now; while they are outside, `~address` is where in `outside`. Valid until the next call of the memory: never keep it. */
  address: number
  /** Holds their copy while they are outside. Only they and their neighbours reach it, so it is collected with them. */
  outside: Copy | Pieces | undefined
  /** Their block, if they are large. */
  block: Block | undefined
}

/** A copy of what is large. */
export interface Pieces {
  readonly pieces: readonly Copy[]
}

export const isInPieces = (outside: Copy | Pieces): outside is Pieces =>
  typeof outside === 'object' && 'pieces' in outside

/** A stretch of the heap of large residents, in the order of addresses. */
export interface Block {
  address: number
  size: number
  resident: Resident | undefined
  /** The op that touched it last. */
  op: number
  before: Block | undefined
  after: Block | undefined
  /** Neighbours in the order of use: `older` was touched, or if free was freed, longer ago. */
  older: Block | undefined
  newer: Block | undefined
}

/** Residents begin at multiples of this, so that any element type is aligned. */
export const alignment = 16
/** Kernels may read a vector past the end. */
export const slack = 64

export const roundUp = (bytes: number): number => Math.max(alignment, Math.ceil(bytes / alignment) * alignment)

export const endOf = ({ address, byteLength }: Resident): number => address + byteLength
