import { courseOf, hasWholeRows } from './course.ts'
import type { ElementCall, Span } from './elements.ts'
import { isSameSpan, keyOf, product, spansOf } from './elements.ts'

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

/** Two float64. */
const totalsBytes = 16

/**
 * The loop of calls that fit.
 *
 * @param isReadElsewhere whether anybody else reads an area
 * @param newArea makes one of so many bytes
 */
export function planLoop(
  elements: readonly ElementCall[],
  isReadElsewhere: (area: number) => boolean,
  newArea: (bytes: number) => number,
): LoopPlan {
  const { sizes } = elements[0]!
  const course = courseOf(sizes, elements)
  const pieceOf = new Map(piecesOf(elements).flatMap((piece, number) => piece.map((at) => [at, number] as const)))
  const sources = elements.map(({ inputs }, at) => inputs.map((span) => sourceOf(span, elements.slice(0, at))))
  const calls = elements.map((element, at): LoopCall => {
    const { output, row } = element
    const isStored = row.reduces || isReadElsewhere(output.area)
    const crosses = sources.some((own, reader) => own.includes(at) && pieceOf.get(reader) !== pieceOf.get(at))
    const needsRoom = !isStored && (crosses || row.code === undefined)
    const goesOn = row.reduces && !hasWholeRows(element, course)
    const bytes = goesOn ? totalsBytes : needsRoom ? output.size * course.strip : 0
    const scratch = bytes > 0 ? { ...output, area: newArea(bytes), offset: 0 } : undefined
    return { ...element, sources: sources[at]!, isStored, scratch }
  })
  return { sizes, calls }
}

/** Which of the calls before gives what is read. */
function sourceOf(span: Span, before: readonly ElementCall[]): number | undefined {
  const at = before.findLastIndex(({ output }) => isSameSpan(output, span))
  return at < 0 ? undefined : at
}

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

/** The areas that a loop needs all the time. */
export function areasOfLoop({ calls }: LoopPlan): readonly number[] {
  const held = calls.flatMap(({ inputs, sources, output, isStored, scratch }) => [
    ...inputs.filter((_, i) => sources[i] === undefined),
    ...(isStored ? [output] : []),
    ...(scratch === undefined ? [] : [scratch]),
  ])
  return held.map(({ area }) => area)
}

/** Bytes that the calls of a loop read and write, each on its own and together: intermediates stay in registers or in a strip. */
export function trafficOf({ sizes, calls }: LoopPlan): { readonly apart: number; readonly together: number } {
  const bytes = (spans: readonly Span[]): number =>
    spans.reduce((sum, { size, strides }) => sum + size * product(sizes.filter((_, dim) => strides[dim] !== 0)), 0)
  const read = calls.flatMap(({ inputs, sources }) => inputs.filter((_, i) => sources[i] === undefined))
  const distinct = [...new Map(read.map((span) => [keyOf(span), span])).values()]
  const written = calls.filter(({ isStored }) => isStored).map(({ output }) => output)
  return { apart: bytes(calls.flatMap(spansOf)), together: bytes([...distinct, ...written]) }
}
