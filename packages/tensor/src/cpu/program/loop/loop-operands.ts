import type { Code } from '../../wasm/bytecode.ts'
import { get, integer, set } from '../../wasm/bytecode.ts'
import { Locals, increase } from '../../wasm/function-code.ts'
import { valueType } from '../../wasm/signatures.ts'
import type { Operand } from '../operand-code.ts'
import { addressOf } from '../operand-code.ts'
import { addressAt, splatOf } from './access.ts'
import type { Span } from './elements.ts'
import { isOrderly, isSameSpan, isSingle, keyOf } from './elements.ts'
import type { LoopCall, LoopPlan, Piece } from './loop-plan.ts'

/** A loop of a program. */
export interface Loop extends LoopPlan {
  /** The place of a span, as the program knows it. */
  readonly placeOf: (span: Span) => Operand
}

/** A span that is neither read in order nor a single element: its pointer moves from row to row. */
export interface RowPointer {
  readonly span: Span
  readonly local: number
  /** The vector of the element of a row, where that stays the same. */
  readonly same: number | undefined
}

/** How the function of a loop reaches its operands: locals for their addresses, and for what is read once. */
export class LoopOperands {
  /** Of the function: it takes the base of the program. */
  readonly locals: Locals = new Locals(1)
  /** What is worked out before the loop begins. */
  readonly before: number[] = []
  /** Those that hold a strip at a time. */
  readonly scratch: Span[] = []
  /** Those that move from row to row. */
  readonly rows: RowPointer[] = []
  readonly #loop: Loop
  readonly #pointers = new Map<string, number>()
  readonly #singles = new Map<string, number>()

  constructor(loop: Loop) {
    this.#loop = loop
  }

  /** Whether a span is one element for the whole loop. */
  isFixed(span: Span): boolean {
    return isSingle(span) && !isOrderly(span, this.#loop.sizes)
  }

  /** Where an input is read from, if an earlier call gives it and another piece wants it. */
  memoryOf(call: LoopCall, input: number): Span | undefined {
    const source = call.sources[input]
    if (source === undefined) return undefined
    const { isStored, output, scratch } = this.#loop.calls[source]!
    return isStored ? output : scratch
  }

  /** A local that holds the address of a span, for whoever moves it. */
  begin(span: Span): number {
    const local = this.locals.add(valueType.i32)
    this.before.push(...addressOf(this.#loop.placeOf(span)), ...set(local))
    return local
  }

  /** The local of the address of a span. */
  pointer(span: Span): number {
    const known = this.#pointers.get(keyOf(span))
    if (known !== undefined) return known
    const local = this.begin(span)
    this.#pointers.set(keyOf(span), local)
    if (this.#loop.calls.some(({ scratch, row }) => scratch === span && !row.reduces)) this.scratch.push(span)
    return local
  }

  /** The address of a span's element where the loop is. @param at the local of that */
  address(span: Span, at: number): Code {
    return addressAt(this.pointer(span), span.size, at)
  }

  /** The local of a single element, in all lanes. */
  single(span: Span): number {
    const known = this.#singles.get(keyOf(span))
    if (known !== undefined) return known
    const local = this.locals.add(valueType.v128)
    this.#singles.set(keyOf(span), local)
    this.before.push(...addressOf(this.#loop.placeOf(span)), ...splatOf(span.size), ...set(local))
    return local
  }

  /** The pointers of a piece that move from row to row. */
  rowsOf(piece: Piece): readonly RowPointer[] {
    const { calls, sizes } = this.#loop
    const rows: RowPointer[] = []
    for (const span of piece.flatMap((at) => calls[at]!.inputs)) {
      if (isSingle(span) || isOrderly(span, sizes) || rows.some((row) => isSameSpan(row.span, span))) continue
      const local = this.begin(span)
      const same = span.strides.at(-1) === 0 ? this.locals.add(valueType.v128) : undefined
      rows.push({ span, local, same })
    }
    this.rows.push(...rows)
    return rows
  }

  /**
   * After a round of a dim: on by its stride, and back by the rounds of the next one. (Where the loop is has gone on by these, too, so that
   * holds for what is read from there as well as for what stays the same along a row.)
   */
  nextRow({ span: { size, strides }, local }: RowPointer, dim: number): Code {
    return increase(local, integer(size * (strides[dim]! - this.#loop.sizes[dim + 1]! * strides[dim + 1]!)))
  }
}

/** Reads what stays the same along a row. */
export function beginRow(rows: readonly RowPointer[]): Code {
  return rows.flatMap(({ span, local, same }) =>
    same === undefined ? [] : [...get(local), ...splatOf(span.size), ...set(same)],
  )
}
