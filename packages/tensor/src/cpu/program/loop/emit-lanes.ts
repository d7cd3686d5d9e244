import type { Code } from '../../wasm/bytecode.ts'
import { constant, get, integer, lane, op, set, vector } from '../../wasm/bytecode.ts'
import { increase, repeat, when } from '../../wasm/function-code.ts'
import { valueType } from '../../wasm/signatures.ts'
import type { Store } from './access.ts'
import { addressAt, loadOf, storeRest, storeWhole, toFlags } from './access.ts'
import type { Course } from './course.ts'
import type { Span } from './elements.ts'
import { isSameSpan, keyOf } from './elements.ts'
import { bytesOf } from './lanes.ts'
import type { Loop, LoopOperands, RowPointer } from './loop-operands.ts'
import { beginRow } from './loop-operands.ts'
import type { Piece } from './loop-plan.ts'

/** The locals of where a strip begins and ends: bytes of float32 from the begin of an operand that is read in order. */
export interface Strip {
  readonly at: number
  readonly end: number
}

/** Writes the pieces of a loop that are instructions: four elements at a time, each read once, what is only needed within kept in registers. */
export class LaneWriter {
  readonly #loop: Loop
  readonly #course: Course
  readonly #operands: LoopOperands
  readonly #strip: Strip
  /** Where the piece is within the strip, and where its row ends. */
  readonly #at: number
  readonly #rowEnd: number

  constructor(loop: Loop, course: Course, operands: LoopOperands, strip: Strip) {
    this.#loop = loop
    this.#course = course
    this.#operands = operands
    this.#strip = strip
    this.#at = operands.locals.add(valueType.i32)
    this.#rowEnd = operands.locals.add(valueType.i32)
  }

  /** A piece for a strip, row by row where an operand wants that. */
  write(piece: Piece): Code {
    const { sizes } = this.#loop
    const { outer, strip, region } = this.#course
    const rows = this.#operands.rowsOf(piece)
    const rowDim = sizes.length - 2
    const goesByRow = rows.length > 0 && outer <= rowDim
    const inner = sizes.at(-1)!
    const length = goesByRow ? inner : strip
    const hasRest = goesByRow ? inner % 4 !== 0 : strip % 4 !== 0 || region % 4 !== 0
    const left = [...get(this.#rowEnd), ...get(this.#at), op.i32Sub]
    const fits = [...integer(16), ...left, op.i32LeU]
    const body = [...this.#body(piece, rows, storeWhole), ...increase(this.#at, integer(16))]
    const vectors = length < 4 ? [] : when(fits, repeat(body, fits))
    const rest = hasRest
      ? when(left, [...this.#body(piece, rows, storeRest(left)), ...get(this.#rowEnd), ...set(this.#at)])
      : []
    const oneRow = (end: Code): Code => [...end, ...set(this.#rowEnd), ...beginRow(rows), ...vectors, ...rest]
    const begin = [...get(this.#strip.at), ...set(this.#at)]
    if (!goesByRow) return [...begin, ...oneRow(get(this.#strip.end))]
    return [
      ...begin,
      ...repeat(
        [
          ...oneRow([...get(this.#at), ...integer(4 * inner), op.i32Add]),
          ...rows.flatMap((row) => this.#operands.nextRow(row, rowDim)),
        ],
        [...get(this.#at), ...get(this.#strip.end), op.i32LtU],
      ),
    ]
  }

  /** A piece for four elements. */
  #body(piece: Piece, rows: readonly RowPointer[], store: Store): Code {
    const { locals } = this.#operands
    const code: number[] = []
    const results = new Map<number, number>()
    const loaded = new Map<string, number>()
    const load = (span: Span): number => {
      if (this.#operands.isFixed(span)) return this.#operands.single(span)
      const row = rows.find((each) => isSameSpan(each.span, span))
      const known = row?.same ?? loaded.get(keyOf(span))
      if (known !== undefined) return known
      const local = locals.add(valueType.v128)
      const address =
        row === undefined ? this.#operands.address(span, this.#at) : addressAt(row.local, span.size, this.#at)
      code.push(...address, ...loadOf(span.size), ...set(local))
      loaded.set(keyOf(span), local)
      return local
    }
    for (const at of piece) {
      const call = this.#loop.calls[at]!
      const operands = call.inputs.map((span, i) => {
        const local = results.get(call.sources[i] ?? -1) ?? load(this.#operands.memoryOf(call, i) ?? span)
        return get(local)
      })
      const numbers = call.numbers.map((value) => [...constant(value, valueType.f32), ...vector(lane.f32Splat)])
      const local = locals.add(valueType.v128)
      code.push(...call.row.code!(...operands, ...numbers), ...set(local))
      results.set(at, local)
      const to = call.isStored ? call.output : call.scratch
      if (to !== undefined) code.push(...this.#store(to, local, store))
    }
    return code
  }

  #store(span: Span, local: number, store: Store): Code {
    const address = this.#operands.address(span, this.#at)
    if (span.size === bytesOf.number) return store.number(address, get(local))
    const packed = this.#operands.locals.add(valueType.v128)
    return [...toFlags(get(local)), ...set(packed), ...store.flag(address, get(packed))]
  }
}
