import type { Code } from '../../wasm/bytecode.ts'
import { constant, get, integer, lane, op, set, unsigned, vector } from '../../wasm/bytecode.ts'
import type { FunctionCode } from '../../wasm/function-code.ts'
import { increase, repeat } from '../../wasm/function-code.ts'
import { valueType } from '../../wasm/signatures.ts'
import { access, scaled } from './access.ts'
import type { Course } from './course.ts'
import { courseOf } from './course.ts'
import type { ElementCall, Span } from './elements.ts'
import { rowLength } from './elements.ts'
import type { Strip } from './emit-lanes.ts'
import { LaneWriter } from './emit-lanes.ts'
import type { Loop } from './loop-operands.ts'
import { LoopOperands } from './loop-operands.ts'
import type { LoopCall } from './loop-plan.ts'
import { piecesOf } from './loop-plan.ts'

/**
 * The function that runs a loop: it takes the base of the program. A loop with calls of kernels among its own goes strip by strip: what
 * such a call reads and writes is a strip, which stays in the nearest cache.
 *
 * @param functionOf the number of a kernel among the module's functions
 */
export function loopFunction(loop: Loop, functionOf: (name: ElementCall['name']) => number): FunctionCode {
  return new LoopWriter(loop, functionOf).write()
}

class LoopWriter {
  readonly #loop: Loop
  readonly #functionOf: (name: ElementCall['name']) => number
  readonly #course: Course
  readonly #operands: LoopOperands
  /** Where the loop is. */
  readonly #at: number
  /** Where the region ends. */
  readonly #end: number
  readonly #strip: Strip
  readonly #lanes: LaneWriter
  /** What is done before and after the strips of a region. */
  readonly #begin: number[] = []
  readonly #finish: number[] = []

  constructor(loop: Loop, functionOf: (name: ElementCall['name']) => number) {
    this.#loop = loop
    this.#functionOf = functionOf
    this.#course = courseOf(loop.sizes, loop.calls)
    this.#operands = new LoopOperands(loop)
    const { locals } = this.#operands
    this.#at = locals.add(valueType.i32)
    this.#end = locals.add(valueType.i32)
    this.#strip = { at: this.#at, end: locals.add(valueType.i32) }
    this.#lanes = new LaneWriter(loop, this.#course, this.#operands, this.#strip)
  }

  write(): FunctionCode {
    const strips = this.#strips()
    const code = this.#nest(0, strips)
    const { locals, before } = this.#operands
    return { locals: locals.types, code: [...before, ...code, op.end] }
  }

  /** The loops over the outer dims. */
  #nest(dim: number, strips: Code): Code {
    if (dim === this.#course.outer) return strips
    const left = this.#operands.locals.add(valueType.i32)
    return [
      ...integer(this.#loop.sizes[dim]!),
      ...set(left),
      ...repeat(
        [
          ...this.#nest(dim + 1, strips),
          ...this.#operands.rows.flatMap((row) => this.#operands.nextRow(row, dim)),
          ...increase(left, integer(-1)),
        ],
        get(left),
      ),
    ]
  }

  /** The strips of the dims within. */
  #strips(): Code {
    const { calls } = this.#loop
    const { region, strip } = this.#course
    const pieces = piecesOf(calls).flatMap((piece) =>
      calls[piece[0]!]!.row.code === undefined ? this.#called(calls[piece[0]!]!) : this.#lanes.write(piece),
    )
    const regionEnd = [...get(this.#at), ...integer(4 * region), op.i32Add]
    const one = [...set(this.#strip.end), ...pieces, ...this.#leaveStrip()]
    if (strip === region) return [...regionEnd, ...one]
    const next = [...get(this.#at), ...integer(4 * strip), op.i32Add]
    const end = get(this.#end)
    return [
      ...this.#begin,
      ...regionEnd,
      ...set(this.#end),
      ...repeat(
        [...next, ...end, ...next, ...end, op.i32LtU, op.select, ...one],
        [...get(this.#at), ...end, op.i32LtU],
      ),
      ...this.#finish,
    ]
  }

  /** Bytes of float32 in the strip. */
  #stripBytes(): Code {
    return [...get(this.#strip.end), ...get(this.#at), op.i32Sub]
  }

  /** The next strip's scratch is where that of this one was. */
  #leaveStrip(): Code {
    const back = this.#operands.scratch.flatMap((span) => {
      const pointer = this.#operands.pointer(span)
      const passed = [...this.#stripBytes(), ...scaled(span.size)]
      return [...get(pointer), ...passed, op.i32Sub, ...set(pointer)]
    })
    return [...back, ...get(this.#strip.end), ...set(this.#at)]
  }

  /** What is done by a kernel for the strip. */
  #called(call: LoopCall): Code {
    const { name, row, output, inputs } = call
    const address = (span: Span): Code =>
      this.#operands.isFixed(span) ? get(this.#operands.pointer(span)) : this.#operands.address(span, this.#at)
    const from = inputs.flatMap((span, i) => address(this.#operands.memoryOf(call, i) ?? span))
    if (row.reduces) return this.#reduced(call, from)
    const strides = row.hasStrides ? inputs.flatMap((span) => integer(this.#operands.isFixed(span) ? 0 : 1)) : []
    return this.#call(
      name,
      address(call.isStored ? output : call.scratch!),
      from,
      this.#stripBytes(),
      scaled(1),
      strides,
    )
  }

  /** A reduction of the rows of the strip, or of a part of one. */
  #reduced(call: LoopCall, from: Code): Code {
    const { name, output, scratch } = call
    const length = rowLength(call)
    const numbers = call.numbers.flatMap((value) => constant(value, valueType.f64))
    const to = this.#operands.begin(output)
    if (scratch === undefined) {
      const written = [...this.#stripBytes(), ...integer(length), op.i32DivU]
      const rows = [...written, ...scaled(1)]
      return [...this.#call(name, get(to), from, rows, integer(length), integer(1), numbers), ...increase(to, written)]
    }
    const totals = get(this.#operands.pointer(scratch))
    const total = (at: number): Code => [...totals, op.f64Load, ...access(8 * at)]
    const sum = [...total(0), ...total(1), op.f64Add, ...numbers, op.f64Mul, op.f32DemoteF64]
    this.#begin.push(...totals, ...integer(0), ...vector(lane.i32Splat), ...vector(lane.store, ...access(0)))
    this.#finish.push(...get(to), ...sum, op.f32Store, ...access(0), ...increase(to, integer(4)))
    return this.#call('addToSumF32', totals, from, this.#stripBytes(), scaled(1))
  }

  #call(name: ElementCall['name'], ...args: readonly Code[]): Code {
    return [...args.flat(), op.call, ...unsigned(this.#functionOf(name))]
  }
}
