import { courseOf, goesOnWithRow, hasWholeRows } from './course.ts'
import type { ElementCall } from './elements.ts'
import {
  commonSizes,
  isOrderly,
  isSameSpan,
  isSingle,
  overlap,
  product,
  refined,
  spansOf,
  walkedSpans,
} from './elements.ts'

/** More values than that would not stay in registers, and a loop of more instructions not in the nearest cache. */
const mostCalls = 32
/** Rows shorter than that are not worth a loop. */
const shortestRow = 8

/** Calls in one loop, over dims that suit all; undefined where they do not fit, or have nothing in common. */
export function joined(
  first: readonly ElementCall[],
  second: readonly ElementCall[],
): readonly ElementCall[] | undefined {
  if (first.length === 0 || second.length === 0 || first.length + second.length > mostCalls) return undefined
  const [a, b] = [first[0]!.sizes, second[0]!.sizes]
  const sizes = product(a) === product(b) ? commonSizes(a, b) : undefined
  if (sizes === undefined || (sizes.length > 1 && sizes.at(-1)! < shortestRow)) return undefined
  const left = first.map((call) => refined(call, sizes))
  const right = second.map((call) => refined(call, sizes))
  const calls = [...left, ...right]
  const known = left.flatMap(walkedSpans)
  const shares = right.some((call) => walkedSpans(call).some((span) => known.some((other) => isSameSpan(span, other))))
  return shares && calls.every(isWalkable) && areInStep(calls) && reductionsFit(calls) ? calls : undefined
}

/** Whether a loop can read the operands: neighbours along the last dim, or the same element; all in order for a call of the kernel. */
function isWalkable({ row, inputs, sizes }: ElementCall): boolean {
  return inputs.every((span) =>
    row.code === undefined ? isOrderly(span, sizes) || (isSingle(span) && row.hasStrides) : span.strides.at(-1)! <= 1,
  )
}

/** Whether what is written is elsewhere read and written at the same element only, what a reduction gives nowhere. */
function areInStep(calls: readonly ElementCall[]): boolean {
  const { sizes } = calls[0]!
  const spans = calls.flatMap(spansOf)
  return calls.every(({ output, row }) =>
    spans.every(
      (span) => (isSameSpan(span, output) && (!row.reduces || span === output)) || !overlap(span, output, sizes),
    ),
  )
}

/** Whether a loop comes by the rows of reductions strip by strip. */
function reductionsFit(calls: readonly ElementCall[]): boolean {
  const course = courseOf(calls[0]!.sizes, calls)
  return calls.every((call) => !call.row.reduces || hasWholeRows(call, course) || goesOnWithRow(call, course))
}
