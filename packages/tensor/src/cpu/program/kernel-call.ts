import type { Kernels } from '../wasm/loader.ts'

/** A stretch of memory that a program uses: a slot, a temporary, or the words of a descriptor. */
export interface Area {
  readonly bytes: number
  /** The words that it holds all the time. */
  readonly words: Int32Array | undefined
}

/** A byte of an area. */
export interface Place {
  readonly area: number
  readonly offset: number
}

/** An argument of a kernel: a plain number, a place in an area, or 1 over what an earlier call of the step returned. */
export type Argument = number | Place | { readonly inverseOf: number }

/** Whether an argument is a place in an area. */
export function isPlace(arg: Argument): arg is Place {
  return typeof arg === 'object' && 'area' in arg
}

/** Whether an argument is 1 over a result. */
export function isInverse(arg: Argument): arg is Extract<Argument, { readonly inverseOf: number }> {
  return typeof arg === 'object' && 'inverseOf' in arg
}

/** One call of a compiled kernel. */
export interface KernelCall {
  readonly name: keyof Kernels
  readonly args: readonly Argument[]
  /** Whether it may refuse: it then returns something else than -1, and the device's kernel serves the step. */
  readonly mayRefuse: boolean
}

/** By step, the calls that do its work; undefined for those that call the device's kernel. */
export type CallsByStep<C> = readonly (readonly C[] | undefined)[]

/** Calls by the names of their kernels, for people and for comparing. */
export const namesOf = (calls: readonly { readonly name: string }[]): string =>
  calls.map(({ name }) => name).join(' + ')
