import type { Code } from './bytecode.ts'
import { get, noResult, op, set } from './bytecode.ts'

/** What a function is made of: the types of its locals, and its code. */
export interface FunctionCode {
  readonly locals: readonly number[]
  readonly code: Code
}

/** Locals of a function: parameters first. */
export class Locals {
  readonly #parameters: number
  readonly types: number[] = []

  constructor(parameters: number) {
    this.#parameters = parameters
  }

  /** A new one. */
  add(type: number): number {
    return this.#parameters + this.types.push(type) - 1
  }
}

/** Adds to an i32 local. */
export const increase = (local: number, by: Code): number[] => [...get(local), ...by, op.i32Add, ...set(local)]

/** Repeats code while a condition holds after it. */
export const repeat = (code: Code, condition: Code): number[] => [
  op.loop,
  noResult,
  ...code,
  ...condition,
  op.branchIf,
  0,
  op.end,
]

/** Runs code if a condition holds. */
export const when = (condition: Code, code: Code, otherwise: Code = []): number[] => [
  ...condition,
  op.if,
  noResult,
  ...code,
  ...(otherwise.length > 0 ? [op.else, ...otherwise] : []),
  op.end,
]
