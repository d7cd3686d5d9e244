import type { Primitive, Primitives } from './primitives.ts'
import type { Tensor } from './tensor.ts'

/**
 * Where a tensor came from: one record of the tape. `@metagrad/tensor` writes it and never reads it;
 * autograd, the visualizer and the compiler do.
 */
export interface Source<P extends Primitive = Primitive> {
  /** Rises along the tape, so that descending ids are a valid order for backward. */
  readonly id: number
  readonly primitive: P
  readonly params: Primitives[P]
  inputs: readonly Tensor[]
  /** Where each input's gradient goes: to the record that made it, to the leaf itself, or nowhere. As of recording. */
  edges: readonly Edge[]
  /** Storage versions of the inputs when they were read. */
  versions: readonly number[]
  /** What it made, and the storage versions right after. Several for primitives with several outputs. */
  outputs: readonly Tensor[]
  outputVersions: readonly number[]
}

/** A gradient that nobody has asked for yet: until then, who made it may write it anew. */
export interface UnseenGrad {
  readonly tensor: Tensor
  isSeen: boolean
}

/**
 * Where the gradient of a tensor goes: to the record that made it (`slot` tells which of its outputs the tensor is) or to
 * the leaf itself; nowhere if it does not require grad.
 */
export type Edge = { readonly node: Source | Tensor; readonly slot: number } | undefined

export function isSource(node: Source | Tensor): node is Source {
  return 'primitive' in node
}

let recording = true
let lastId = 0

/** Whether ops on tensors that require grad are recorded. */
export function isRecording(): boolean {
  return recording
}

/** Switches recording and returns what it was. `noGrad` and `enableGrad` of autograd are the public forms. */
export function setRecording(value: boolean): boolean {
  const before = recording
  recording = value
  return before
}

export function nextSourceId(): number {
  return ++lastId
}

/** One call that passed the dispatch door. */
export interface Call {
  readonly primitive: Primitive
  readonly inputs: readonly Tensor[]
  readonly params: Primitives[Primitive]
  readonly outputs: readonly Tensor[]
}

export type Observer = (call: Call) => void

const observers = new Set<Observer>()
let observed = false

/**
 * Calls `observer` after each op, views and in-place writes included: for profilers, NaN finders and tape viewers.
 * Returns the function that ends it.
 */
export function observe(observer: Observer): () => void {
  observers.add(observer)
  observed = true
  return () => {
    observers.delete(observer)
    observed = observers.size > 0
  }
}

export function isObserved(): boolean {
  return observed
}

export function notifyObservers(call: Call): void {
  for (const observer of observers) observer(call)
}
