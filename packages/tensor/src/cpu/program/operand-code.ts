import type { Code } from '../wasm/bytecode.ts'
import { added, constant, fromFloat64, get, op, unsigned } from '../wasm/bytecode.ts'
import { valueType } from '../wasm/signatures.ts'

/**
 * An argument of a call. A program has a base in memory, which is given to each run: its own places count from there, and there
 * its table stands, of which each run reads the addresses and numbers that may change.
 */
export type Operand =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'place'; readonly offset: number }
  /** The address that is word `word` of the table, and what is added to it. */
  | { readonly kind: 'address'; readonly word: number; readonly offset: number }
  /** Float64 number `entry` of the table. */
  | { readonly kind: 'late'; readonly entry: number }
  /** 1 over the result of the call of that mark. */
  | { readonly kind: 'inverse'; readonly mark: number }

/** The base of the program: the parameter of every function. */
export const base: Code = get(0)
/** Locals of float64 follow the base. */
export const markLocal = (mark: number): number => 1 + mark
const load = (opcode: number, align: number, offset: number): number[] => [...base, opcode, align, ...unsigned(offset)]

/** Puts an argument of a type on the stack. */
export function argument(operand: Operand, type: number): Code {
  switch (operand.kind) {
    case 'number':
      return constant(operand.value, type)
    case 'place':
      return [...base, ...added(operand.offset)]
    case 'address':
      return [...load(op.i32Load, 2, 4 * operand.word), ...added(operand.offset)]
    case 'late':
      return [...load(op.f64Load, 3, 8 * operand.entry), ...fromFloat64(type)]
    case 'inverse':
      return [...constant(1, valueType.f64), ...get(markLocal(operand.mark)), op.f64Div, ...fromFloat64(type)]
  }
}

/** Puts an address on the stack. */
export const addressOf = (operand: Operand): Code => argument(operand, valueType.i32)
