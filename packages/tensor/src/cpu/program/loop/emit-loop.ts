import type { ElementCall, Span } from './elements.ts'
import { isOrderly, isSameSpan, isSingle, product, rowLength } from './elements.ts'
import type { Held } from './lanes.ts'
import { bytesOf } from './lanes.ts'
import type { Operand } from '../operand-code.ts'
import { addressOf } from '../operand-code.ts'
import type { Code } from '../../wasm/bytecode.ts'
import { constant, get, integer, lane, noResult, op, set, unsigned, vector } from '../../wasm/bytecode.ts'
import { valueType } from '../../wasm/signatures.ts'

// Several element-wise calls as one loop: four elements at a time, each read once, what is only needed within kept in registers.
//
// A loop with calls of kernels among them goes strip by strip: what such a call reads and writes is a strip, which stays in the
// nearest cache.

/** A call of a loop. */
export interface LoopCall extends ElementCall {
  /** Per input, the earlier call of the loop that gives it; undefined if it comes from memory. */
  readonly sources: readonly (number | undefined)[]
  /** Whether its result is written to its place: somebody else reads it. */
  readonly isStored: boolean
  /** Room for a strip of its result, if only another piece of the loop reads it; for the sums of a row that goes on. */
  readonly scratch: Span | undefined
}

/** Calls that run as one. */
export interface LoopPlan {
  readonly sizes: readonly number[]
  readonly calls: readonly LoopCall[]
}

export interface Loop extends LoopPlan {
  /** The place of a span, as the program knows it. */
  readonly placeOf: (span: Span) => Operand
}

/** Elements of a strip: 4 KB each of a few operands fit into the nearest cache of any machine. */
const stripLength = 1024
/** Rows shorter than that are not worth a loop. */
export const shortestRow = 8

/** Calls with instructions of their own that follow each other, or one call of a kernel. */
export type Piece = readonly number[]

/** The calls of a loop in pieces, in their order. */
export function piecesOf(calls: readonly ElementCall[]): Piece[] {
  const pieces: number[][] = []
  calls.forEach(({ row }, at) => {
    const before = pieces.at(-1)
    const joins = before !== undefined && row.code !== undefined && calls[before[0]!]!.row.code !== undefined
    if (joins) before.push(at)
    else pieces.push([at])
  })
  return pieces
}

/** How a loop goes through its dims. */
export interface Course {
  /** How many dims are loops around the strips. */
  readonly outer: number
  /** Elements of the dims within. */
  readonly region: number
  /** Elements of a strip: whole rows, or a part of one. */
  readonly strip: number
}

/** How many elements of a loop are worked on at a time. */
export function courseOf(sizes: readonly number[], calls: readonly ElementCall[]): Course {
  const isWhole = calls.every(({ row }) => row.code !== undefined)
  const inner = sizes.at(-1)!
  const hasRows = sizes.length > 1 && (isWhole || inner <= stripLength)
  const outer = Math.max(0, sizes.length - (hasRows ? 2 : 1))
  const region = product(sizes.slice(outer))
  const longest = hasRows ? Math.floor(stripLength / inner) * inner : stripLength
  return { outer, region, strip: isWhole ? region : Math.min(region, longest) }
}

/** What the kernel of sums adds up in float32, before it goes on in float64. */
const sumBlock = 512
/** Two float64. */
export const totalsBytes = 16

/** Whether each strip is of whole rows of a reduction: its kernel then is called for them. */
export const hasWholeRows = (call: ElementCall, { strip }: Course): boolean => strip % rowLength(call) === 0
/** Whether a sum goes on from strip to strip with the blocks that its kernel makes of a whole row. */
export const goesOnWithRow = (call: ElementCall, { region, strip }: Course): boolean =>
  call.name === 'sumF32' && region === rowLength(call) && strip % sumBlock === 0

/** Bytes that the calls of a loop read and write, each on its own and together: intermediates stay in registers or in a strip. */
export function trafficOf({ sizes, calls }: LoopPlan): { readonly apart: number; readonly together: number } {
  const bytes = (spans: readonly Span[]): number =>
    spans.reduce((sum, { size, strides }) => sum + size * product(sizes.filter((_, dim) => strides[dim] !== 0)), 0)
  const read = calls.flatMap(({ inputs, sources }) => inputs.filter((_, i) => sources[i] === undefined))
  const distinct = [...new Map(read.map((span) => [keyOf(span), span])).values()]
  const written = calls.filter(({ isStored }) => isStored).map(({ output }) => output)
  return {
    apart: bytes(calls.flatMap(({ inputs, output }) => [...inputs, output])),
    together: bytes([...distinct, ...written]),
  }
}

/** Locals of a function: parameters first. */
class Locals {
  readonly #parameters: number
  readonly types: number[] = []

  constructor(parameters: number) {
    this.#parameters = parameters
  }

  add(type: number): number {
    return this.#parameters + this.types.push(type) - 1
  }
}

/** Alignment and offset of an access to memory, as bytes. */
const access = (offset: number): number[] => [0, ...unsigned(offset)]
const increase = (local: number, by: Code): number[] => [...get(local), ...by, op.i32Add, ...set(local)]

/** Repeats code while a condition holds after it. */
const repeat = (code: Code, condition: Code): number[] => [
  op.loop,
  noResult,
  ...code,
  ...condition,
  op.branchIf,
  0,
  op.end,
]
const when = (condition: Code, code: Code, otherwise: Code = []): number[] => [
  ...condition,
  op.if,
  noResult,
  ...code,
  ...(otherwise.length > 0 ? [op.else, ...otherwise] : []),
  op.end,
]

/** Four flags on the stack, in bytes, to masks. */
const toMasks: Code = [
  ...vector(lane.widenTo16),
  ...vector(lane.widenTo32),
  ...integer(0),
  ...vector(lane.i32Splat),
  ...vector(lane.i32Ne),
]

/** What a function is made of: the types of its locals, and its code. */
export interface FunctionCode {
  readonly locals: readonly number[]
  readonly code: Code
}

/**
 * The function that runs a loop: it takes the base of the program.
 *
 * @param functionOf the number of a kernel among the module's functions
 */
export function loopFunction(loop: Loop, functionOf: (name: ElementCall['name']) => number): FunctionCode {
  return new LoopWriter(loop, functionOf).write()
}

/** A span that is neither read in order nor a single element: its pointer moves from row to row. */
interface RowPointer {
  readonly span: Span
  readonly local: number
  /** The vector of the element of a row, where that stays the same. */
  readonly same: number | undefined
}

class LoopWriter {
  readonly #loop: Loop
  readonly #functionOf: (name: ElementCall['name']) => number
  readonly #locals = new Locals(1)
  readonly #course: Course
  /** Where the loop is: bytes of float32 from the begin of an operand that is read in order. */
  readonly #at = this.#locals.add(valueType.i32)
  readonly #end = this.#locals.add(valueType.i32)
  readonly #stripEnd = this.#locals.add(valueType.i32)
  /** Where a piece is, within a strip, and where its row ends. */
  readonly #piece = this.#locals.add(valueType.i32)
  readonly #rowEnd = this.#locals.add(valueType.i32)
  /** What is worked out before the loop begins. */
  readonly #before: number[] = []
  readonly #pointers = new Map<string, number>()
  readonly #singles = new Map<string, number>()
  readonly #scratch: Span[] = []
  readonly #rows: RowPointer[] = []
  /** What is done before and after the strips of a region. */
  readonly #begin: number[] = []
  readonly #finish: number[] = []

  constructor(loop: Loop, functionOf: (name: ElementCall['name']) => number) {
    this.#loop = loop
    this.#functionOf = functionOf
    this.#course = courseOf(loop.sizes, loop.calls)
  }

  write(): FunctionCode {
    const strips = this.#strips()
    const code = this.#nest(0, strips)
    return { locals: this.#locals.types, code: [...this.#before, ...code, op.end] }
  }

  /** The loops over the outer dims. */
  #nest(dim: number, strips: Code): Code {
    if (dim === this.#course.outer) return strips
    const left = this.#locals.add(valueType.i32)
    return [
      ...integer(this.#loop.sizes[dim]!),
      ...set(left),
      ...repeat(
        [
          ...this.#nest(dim + 1, strips),
          ...this.#rows.flatMap((row) => this.#step(row, dim)),
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
      calls[piece[0]!]!.row.code === undefined ? this.#called(piece[0]!) : this.#lanes(piece),
    )
    if (strip === region) {
      return [
        ...get(this.#at),
        ...integer(4 * region),
        op.i32Add,
        ...set(this.#stripEnd),
        ...pieces,
        ...this.#leaveStrip(),
      ]
    }
    const next = [...get(this.#at), ...integer(4 * strip), op.i32Add]
    return [
      ...this.#begin,
      ...get(this.#at),
      ...integer(4 * region),
      op.i32Add,
      ...set(this.#end),
      ...repeat(
        [
          ...next,
          ...get(this.#end),
          ...next,
          ...get(this.#end),
          op.i32LtU,
          op.select,
          ...set(this.#stripEnd),
          ...pieces,
          ...this.#leaveStrip(),
        ],
        [...get(this.#at), ...get(this.#end), op.i32LtU],
      ),
      ...this.#finish,
    ]
  }

  /** The next strip's scratch is where that of this one was. */
  #leaveStrip(): Code {
    const back = this.#scratch.flatMap((span) => {
      const pointer = this.#pointer(span)
      const passed = [...get(this.#stripEnd), ...get(this.#at), op.i32Sub, ...scaled(span.size)]
      return [...get(pointer), ...passed, op.i32Sub, ...set(pointer)]
    })
    return [...back, ...get(this.#stripEnd), ...set(this.#at)]
  }

  /** What is done by a kernel for the strip. */
  #called(at: number): Code {
    const call = this.#loop.calls[at]!
    const { name, row, output, inputs } = call
    const address = (span: Span): Code =>
      this.#isFixed(span) ? get(this.#pointer(span)) : this.#address(span, this.#at)
    const from = inputs.flatMap((span, i) => address(this.#memoryOf(call, i) ?? span))
    const bytes = [...get(this.#stripEnd), ...get(this.#at), op.i32Sub]
    if (row.reduces) return this.#reduced(call, from, bytes)
    const strides = row.hasStrides ? inputs.flatMap((span) => integer(this.#isFixed(span) ? 0 : 1)) : []
    return this.#call(name, address(call.isStored ? output : call.scratch!), from, bytes, scaled(1), strides)
  }

  /** A reduction of the rows of the strip, or of a part of one. */
  #reduced(call: LoopCall, from: Code, bytes: Code): Code {
    const { name, output, scratch } = call
    const length = rowLength(call)
    const numbers = call.numbers.flatMap((value) => constant(value, valueType.f64))
    const to = this.#locals.add(valueType.i32)
    this.#before.push(...addressOf(this.#loop.placeOf(output)), ...set(to))
    if (scratch === undefined) {
      const written = [...bytes, ...integer(length), op.i32DivU]
      const rows = [...written, ...scaled(1)]
      return [...this.#call(name, get(to), from, rows, integer(length), integer(1), numbers), ...increase(to, written)]
    }
    const totals = get(this.#pointer(scratch))
    const total = (at: number): Code => [...totals, op.f64Load, ...access(8 * at)]
    const sum = [...total(0), ...total(1), op.f64Add, ...numbers, op.f64Mul, op.f32DemoteF64]
    this.#begin.push(...totals, ...integer(0), ...vector(lane.i32Splat), ...vector(lane.store, ...access(0)))
    this.#finish.push(...get(to), ...sum, op.f32Store, ...access(0), ...increase(to, integer(4)))
    return this.#call('addToSumF32', totals, from, bytes, scaled(1))
  }

  #call(name: ElementCall['name'], ...args: readonly Code[]): Code {
    return [...args.flat(), op.call, ...unsigned(this.#functionOf(name))]
  }

  /** Calls by their instructions, row by row. */
  #lanes(piece: Piece): Code {
    const { sizes } = this.#loop
    const { outer, strip, region } = this.#course
    const rows = this.#rowsOf(piece)
    const rowDim = sizes.length - 2
    const goesByRow = rows.length > 0 && outer <= rowDim
    const inner = sizes.at(-1)!
    const length = goesByRow ? inner : strip
    const hasRest = goesByRow ? inner % 4 !== 0 : strip % 4 !== 0 || region % 4 !== 0
    const left = [...get(this.#rowEnd), ...get(this.#piece), op.i32Sub]
    const fits = [...integer(16), ...left, op.i32LeU]
    const body = [...this.#body(piece, rows, storeWhole), ...increase(this.#piece, integer(16))]
    const vectors = length < 4 ? [] : when(fits, repeat(body, fits))
    const rest = hasRest
      ? when(left, [...this.#body(piece, rows, storeRest(left)), ...get(this.#rowEnd), ...set(this.#piece)])
      : []
    const oneRow = (end: Code): Code => [...end, ...set(this.#rowEnd), ...this.#beginRow(rows), ...vectors, ...rest]
    const begin = [...get(this.#at), ...set(this.#piece)]
    if (!goesByRow) return [...begin, ...oneRow(get(this.#stripEnd))]
    return [
      ...begin,
      ...repeat(
        [
          ...oneRow([...get(this.#piece), ...integer(4 * inner), op.i32Add]),
          ...rows.flatMap((row) => this.#step(row, rowDim)),
        ],
        [...get(this.#piece), ...get(this.#stripEnd), op.i32LtU],
      ),
    ]
  }

  /** A piece for four elements. */
  #body(piece: Piece, rows: readonly RowPointer[], store: Store): Code {
    const code: number[] = []
    const results = new Map<number, number>()
    const loaded = new Map<string, number>()
    const load = (span: Span): number => {
      if (this.#isFixed(span)) return this.#single(span)
      const row = rows.find((each) => isSameSpan(each.span, span))
      const known = row?.same ?? loaded.get(keyOf(span))
      if (known !== undefined) return known
      const local = this.#locals.add(valueType.v128)
      const address =
        row === undefined ? this.#address(span, this.#piece) : addressAt(row.local, span.size, this.#piece)
      code.push(...address, ...loadOf(span.size), ...set(local))
      loaded.set(keyOf(span), local)
      return local
    }
    for (const at of piece) {
      const call = this.#loop.calls[at]!
      const operands = call.inputs.map((span, i) => {
        const local = results.get(call.sources[i] ?? -1) ?? load(this.#memoryOf(call, i) ?? span)
        return get(local)
      })
      const numbers = call.numbers.map((value) => [...constant(value, valueType.f32), ...vector(lane.f32Splat)])
      const local = this.#locals.add(valueType.v128)
      code.push(...call.row.code!(...operands, ...numbers), ...set(local))
      results.set(at, local)
      const to = call.isStored ? call.output : call.scratch
      if (to !== undefined) code.push(...this.#store(to, local, store))
    }
    return code
  }

  #store(span: Span, local: number, store: Store): Code {
    const address = this.#address(span, this.#piece)
    const value = get(local)
    if (span.size === bytesOf.number) return store.number(address, value)
    const packed = this.#locals.add(valueType.v128)
    const halves = [...value, ...value, ...vector(lane.narrowTo16)]
    const bytes = [...halves, ...value, ...vector(lane.narrowTo8), ...vector(lane.i8Neg)]
    return [...bytes, ...set(packed), ...store.flag(address, get(packed))]
  }

  /** Where an input is read from, if an earlier call gives it and another piece wants it. */
  #memoryOf(call: LoopCall, input: number): Span | undefined {
    const source = call.sources[input]
    if (source === undefined) return undefined
    const { isStored, output, scratch } = this.#loop.calls[source]!
    return isStored ? output : scratch
  }

  #isFixed(span: Span): boolean {
    return isSingle(span) && !isOrderly(span, this.#loop.sizes)
  }

  #address(span: Span, at: number): Code {
    return addressAt(this.#pointer(span), span.size, at)
  }

  /** The local of the address of a span. */
  #pointer(span: Span): number {
    const known = this.#pointers.get(keyOf(span))
    if (known !== undefined) return known
    const local = this.#locals.add(valueType.i32)
    this.#pointers.set(keyOf(span), local)
    this.#before.push(...addressOf(this.#loop.placeOf(span)), ...set(local))
    if (this.#loop.calls.some(({ scratch, row }) => scratch === span && !row.reduces)) this.#scratch.push(span)
    return local
  }

  /** The local of a single element, in all lanes. */
  #single(span: Span): number {
    const known = this.#singles.get(keyOf(span))
    if (known !== undefined) return known
    const local = this.#locals.add(valueType.v128)
    this.#singles.set(keyOf(span), local)
    this.#before.push(...addressOf(this.#loop.placeOf(span)), ...splatOf(span.size), ...set(local))
    return local
  }

  /** The pointers of a piece that move from row to row. */
  #rowsOf(piece: Piece): readonly RowPointer[] {
    const { calls, sizes } = this.#loop
    const rows: RowPointer[] = []
    for (const span of piece.flatMap((at) => calls[at]!.inputs)) {
      if (isSingle(span) || isOrderly(span, sizes) || rows.some((row) => isSameSpan(row.span, span))) continue
      const local = this.#locals.add(valueType.i32)
      const same = span.strides.at(-1) === 0 ? this.#locals.add(valueType.v128) : undefined
      this.#before.push(...addressOf(this.#loop.placeOf(span)), ...set(local))
      rows.push({ span, local, same })
    }
    this.#rows.push(...rows)
    return rows
  }

  #beginRow(rows: readonly RowPointer[]): Code {
    return rows.flatMap(({ span, local, same }) =>
      same === undefined ? [] : [...get(local), ...splatOf(span.size), ...set(same)],
    )
  }

  /**
   * After a round of a dim: on by its stride, and back by the rounds of the next one. (Where the loop is has gone on by these, too, so that
   * holds for what is read from there as well as for what stays the same along a row.)
   */
  #step({ span: { size, strides }, local }: RowPointer, dim: number): Code {
    return increase(local, integer(size * (strides[dim]! - this.#loop.sizes[dim + 1]! * strides[dim + 1]!)))
  }
}

const keyOf = ({ area, offset, strides }: Span): string => `${area} ${offset} ${strides.join(' ')}`

/** Bytes of float32 to those of elements of a size. */
const scaled = (size: number): Code => (size === 4 ? [] : [...integer(2), op.i32ShrU])
const addressAt = (pointer: number, size: number, at: number): Code => [
  ...get(pointer),
  ...get(at),
  ...scaled(size),
  op.i32Add,
]
const loadOf = (size: number): Code =>
  size === 4 ? vector(lane.load, ...access(0)) : [...vector(lane.load32Zero, ...access(0)), ...toMasks]
const splatOf = (size: number): Code =>
  size === 4 ? vector(lane.load32Splat, ...access(0)) : [...vector(lane.load8Splat, ...access(0)), ...toMasks]

/** How results are written: numbers in lanes, flags as the lowest bytes. */
type Store = { readonly [H in Held]: (address: Code, value: Code) => Code }

const storeWhole: Store = {
  number: (address, value) => [...address, ...value, ...vector(lane.store, ...access(0))],
  flag: (address, value) => [...address, ...value, ...vector(lane.store32Lane, ...access(0), 0)],
}

/** Writes the first one to three elements. @param left how many, times 4 */
function storeRest(left: Code): Store {
  const some = (address: Code, value: Code, two: number, one: number, size: number): Code => {
    const put = (instruction: number, element: number, at: number): Code => [
      ...address,
      ...value,
      ...vector(instruction, ...access(element * size), at),
    ]
    const third = when([...left, ...integer(4), op.i32And], put(one, 2, 2))
    return when([...left, ...integer(8), op.i32And], [...put(two, 0, 0), ...third], put(one, 0, 0))
  }
  return {
    number: (address, value) => some(address, value, lane.store64Lane, lane.store32Lane, bytesOf.number),
    flag: (address, value) => some(address, value, lane.store16Lane, lane.store8Lane, bytesOf.flag),
  }
}
