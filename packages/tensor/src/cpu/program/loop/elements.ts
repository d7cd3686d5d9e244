import type { Kernels } from '../../wasm/loader.ts'
import type { Area, Argument, KernelCall, Place } from '../kernel-call.ts'
import { isPlace } from '../kernel-call.ts'
import type { LaneRow } from './lanes.ts'
import { bytesOf, laneRowOf } from './lanes.ts'

/** Where the elements of an operand lie. */
export interface Span {
  readonly area: number
  /** Bytes from the begin of the area to the first. */
  readonly offset: number
  /** Bytes of an element. */
  readonly size: number
  /** By dim, in elements; 0 where the same is read over and over. */
  readonly strides: readonly number[]
}

/** Tells spans of one size of element apart. */
export const keyOf = ({ area, offset, strides }: Span): string => `${area} ${offset} ${strides.join(' ')}`

/** A call of an element-wise kernel, understood. */
export interface ElementCall {
  readonly name: keyof Kernels
  readonly row: LaneRow
  /** The dims that it runs over; its output lies in their order, that of a reduction in the order of the first ones. */
  readonly sizes: readonly number[]
  readonly output: Span
  readonly inputs: readonly Span[]
  readonly numbers: readonly number[]
}

export const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1)

/** Strides of what lies in the order of dims. */
export function orderly(sizes: readonly number[]): number[] {
  return sizes.map((_, dim) => product(sizes.slice(dim + 1)))
}

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.every((value, i) => value === b[i])

/** Whether each step reads the next element. */
export const isOrderly = ({ strides }: Span, sizes: readonly number[]): boolean => isSame(strides, orderly(sizes))
/** Whether all steps read the same element. */
export const isSingle = ({ strides }: Span): boolean => strides.every((stride) => stride === 0)

/** Whether two spans are one. */
export function isSameSpan(a: Span, b: Span): boolean {
  return a.area === b.area && a.offset === b.offset && a.size === b.size && isSame(a.strides, b.strides)
}

/** Whether two spans share a byte. */
export function overlap(a: Span, b: Span, sizes: readonly number[]): boolean {
  const endOf = ({ offset, size, strides }: Span): number =>
    offset + size * (1 + strides.reduce((sum, stride, dim) => sum + stride * (sizes[dim]! - 1), 0))
  return a.area === b.area && a.offset < endOf(b) && b.offset < endOf(a)
}

/** Where all operands of a call lie. */
export const spansOf = ({ inputs, output }: ElementCall): readonly Span[] => [...inputs, output]
/** Those of more than one element. */
export const walkedSpans = (call: ElementCall): readonly Span[] => spansOf(call).filter((span) => !isSingle(span))

/** What a call of a kernel computes, if it is element-wise, of any elements, and forward through its operands. */
export function elementCallOf({ name, args }: KernelCall, areas: readonly Area[]): ElementCall | undefined {
  const found = laneRowOf(name)
  if (found === undefined) return undefined
  const { row, isStrided } = found
  if (row.reduces) return reductionOf(name, row, args)
  const [out, ...others] = args
  const places = others.slice(0, row.takes.length)
  const [count, ...rest] = others.slice(row.takes.length)
  const walk = isStrided
    ? walkOf(areas[placeOf(count!).area]!.words!, places.length)
    : flatWalk(Number(count), rest, row)
  if (product(walk.sizes) === 0 || walk.strides.some((own) => own.some((stride) => stride < 0))) return undefined
  const span = (place: Argument, size: number, strides: readonly number[]): Span => ({
    ...placeOf(place),
    size,
    strides,
  })
  return {
    name: (isStrided ? name.slice(0, -2) : name) as keyof Kernels,
    row,
    sizes: walk.sizes,
    output: span(out!, bytesOf[row.gives], orderly(walk.sizes)),
    inputs: places.map((place, i) => span(place, bytesOf[row.takes[i]!], walk.strides[i]!)),
    numbers: row.hasStrides ? [] : rest.map(Number),
  }
}

/** A reduction of rows: of the last dims, in order. */
function reductionOf(name: keyof Kernels, row: LaneRow, args: KernelCall['args']): ElementCall | undefined {
  const [out, from, outer, length, inner, ...numbers] = args
  if (inner !== 1 || Number(outer) * Number(length) === 0) return undefined
  const sizes = Number(outer) === 1 ? [Number(length)] : [Number(outer), Number(length)]
  return {
    name,
    row,
    sizes,
    output: { ...placeOf(out!), size: bytesOf.number, strides: sizes.length === 1 ? [0] : [1, 0] },
    inputs: [{ ...placeOf(from!), size: bytesOf.number, strides: orderly(sizes) }],
    numbers: name === 'sumF32' ? numbers.map(Number) : [],
  }
}

/** How many elements become one in a reduction. */
export const rowLength = ({ sizes, output }: ElementCall): number =>
  product(sizes.filter((_, dim) => output.strides[dim] === 0))

function placeOf(arg: Argument): Place {
  if (!isPlace(arg)) throw new Error('cpu: a kernel was planned without a place for its operand.')
  return arg
}

/** Sizes, and the strides of each operand. */
interface OperandWalk {
  readonly sizes: readonly number[]
  readonly strides: readonly (readonly number[])[]
}

/** What a descriptor says: rank, then per dim its size and each operand's stride. */
function walkOf(words: Int32Array, count: number): OperandWalk {
  const dims = Array.from({ length: words[0]! }, (_, dim) => 1 + dim * (1 + count))
  return {
    sizes: dims.map((at) => words[at]!),
    strides: Array.from({ length: count }, (_, i) => dims.map((at) => words[at + 1 + i]!)),
  }
}

function flatWalk(count: number, rest: readonly Argument[], { takes, hasStrides }: LaneRow): OperandWalk {
  // A single element is read along with the output.
  return { sizes: [count], strides: takes.map((_, i) => [hasStrides && count > 1 ? Number(rest[i]) : 1]) }
}

/** The coarsest dims that both fit into, if they go on in the same order. */
export function commonSizes(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
  const steps = [...new Set([...orderly(a), ...orderly(b), product(a)])].toSorted((x, y) => y - x)
  const sizes = steps.slice(0, -1).map((step, i) => step / steps[i + 1]!)
  if (sizes.some((size) => !Number.isInteger(size))) return undefined
  return sizes.length === 0 ? [1] : sizes
}

/** A call over finer dims. */
export function refined(call: ElementCall, sizes: readonly number[]): ElementCall {
  const refine = (span: Span): Span => ({ ...span, strides: refinedStrides(span.strides, call.sizes, sizes) })
  return { ...call, sizes, output: refine(call.output), inputs: call.inputs.map(refine) }
}

function refinedStrides(strides: readonly number[], from: readonly number[], to: readonly number[]): number[] {
  const [coarse, fine] = [orderly(from), orderly(to)]
  return fine.map((step) => {
    // The dim that this one is a part of.
    const dim = coarse.findIndex((whole) => whole <= step)
    return strides[dim]! * (step / coarse[dim]!)
  })
}
