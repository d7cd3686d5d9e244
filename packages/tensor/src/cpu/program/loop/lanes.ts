import type { Code } from '../../wasm/bytecode.ts'
import { constant, lane, vector } from '../../wasm/bytecode.ts'
import type { Kernels } from '../../wasm/loader.ts'
import { valueType } from '../../wasm/signatures.ts'

// What element-wise kernels compute, as instructions on vectors: the same as in their own sources (wasm/assembly), so that a loop
// that joins several of them gives the same bits.

/** How an element is held: as a float32 in its lane, or as a byte that is 0 or 1, all ones or zeros in its lane. */
export type Held = 'number' | 'flag'

/** Bytes of an element in memory. */
export const bytesOf: { readonly [H in Held]: number } = { number: 4, flag: 1 }

/** An element-wise kernel: it takes where to write, its inputs, how many elements, what strides these have, and numbers. */
export interface LaneRow {
  readonly takes: readonly Held[]
  readonly gives: Held
  /** Whether the inputs have strides, 1 or 0, behind the count; there is a kernel `..Nd` with a descriptor in place of both. */
  readonly hasStrides: boolean
  /**
   * Its instructions, from those that put inputs and numbers on the stack. None where they are many: the kernel is then called for
   * a stretch of elements.
   */
  readonly code: ((...operands: readonly Code[]) => Code) | undefined
  /** Whether it makes one element of each row, and takes how many rows, their length, 1, and numbers of float64. */
  readonly reduces: boolean
}

const one = [...constant(1, valueType.f32), ...vector(lane.f32Splat)]
const zero = [...constant(0, valueType.f32), ...vector(lane.f32Splat)]

function unary(code: LaneRow['code']): LaneRow {
  return { takes: ['number'], gives: 'number', hasStrides: false, reduces: false, code }
}

/** One instruction on one vector. */
const single = (instruction: number): LaneRow => unary((x) => [...x!, ...vector(instruction)])

/** One instruction on two. */
function pair(instruction: number, gives: Held = 'number'): LaneRow {
  const code: LaneRow['code'] = (a, b) => [...a!, ...b!, ...vector(instruction)]
  return { takes: ['number', 'number'], gives, hasStrides: true, reduces: false, code }
}

/** Of two inputs without strides. */
const both = (code: LaneRow['code']): LaneRow => ({
  takes: ['number', 'number'],
  gives: 'number',
  hasStrides: false,
  reduces: false,
  code,
})

/** Called for a stretch of elements. */
const called = unary(undefined)
const reduction: LaneRow = { ...called, reduces: true }

/** A row per kernel. */
const rows: { readonly [name in keyof Kernels]?: LaneRow } = {
  negF32: single(lane.neg),
  absF32: single(lane.abs),
  sqrtF32: single(lane.sqrt),
  floorF32: single(lane.floor),
  ceilF32: single(lane.ceil),
  truncF32: single(lane.trunc),
  roundF32: single(lane.nearest),
  signF32: unary((x) => [
    ...x!,
    ...zero,
    ...vector(lane.f32Gt),
    ...one,
    ...vector(lane.and),
    ...x!,
    ...zero,
    ...vector(lane.f32Lt),
    ...one,
    ...vector(lane.and),
    ...vector(lane.sub),
  ]),
  clampF32: unary((x, low, high) => [...x!, ...low!, ...vector(lane.pmax), ...high!, ...vector(lane.pmin)]),
  squareF32: unary((x) => [...x!, ...x!, ...vector(lane.mul)]),
  reciprocalF32: unary((x) => [...one, ...x!, ...vector(lane.div)]),
  rsqrtF32: unary((x) => [...one, ...x!, ...vector(lane.sqrt), ...vector(lane.div)]),
  reluF32: unary((x) => [...x!, ...x!, ...zero, ...vector(lane.f32Lt), ...vector(lane.andNot)]),
  expF32: called,
  logF32: called,
  tanhF32: called,
  sigmoidF32: called,
  erfF32: called,
  geluF32: called,
  siluF32: called,
  sinF32: called,
  cosF32: called,
  addF32: pair(lane.add),
  subF32: pair(lane.sub),
  mulF32: pair(lane.mul),
  divF32: pair(lane.div),
  maximumF32: pair(lane.max),
  minimumF32: pair(lane.min),
  powF32: { ...pair(0), code: undefined },
  eqF32: pair(lane.f32Eq, 'flag'),
  neF32: pair(lane.f32Ne, 'flag'),
  ltF32: pair(lane.f32Lt, 'flag'),
  leF32: pair(lane.f32Le, 'flag'),
  where32: {
    takes: ['flag', 'number', 'number'],
    gives: 'number',
    hasStrides: true,
    reduces: false,
    code: (condition, a, b) => [...a!, ...b!, ...condition!, ...vector(lane.select)],
  },
  dropoutF32: {
    takes: ['number', 'flag'],
    gives: 'number',
    hasStrides: false,
    reduces: false,
    code: (x, keeps, scale) => [...x!, ...scale!, ...keeps!, ...vector(lane.and), ...vector(lane.mul)],
  },
  bceWithLogitsF32: both(undefined),
  sumF32: reduction,
  maxF32: reduction,
  minF32: reduction,
  // g y (1 - y)
  sigmoidBackwardF32: both((g, y) => [
    ...g!,
    ...y!,
    ...vector(lane.mul),
    ...one,
    ...y!,
    ...vector(lane.sub),
    ...vector(lane.mul),
  ]),
  // g (1 - y^2)
  tanhBackwardF32: both((g, y) => [
    ...g!,
    ...one,
    ...y!,
    ...y!,
    ...vector(lane.mul),
    ...vector(lane.sub),
    ...vector(lane.mul),
  ]),
  // y <= 0 ? 0 : g
  reluBackwardF32: both((g, y) => [...g!, ...y!, ...zero, ...vector(lane.f32Le), ...vector(lane.andNot)]),
}

/** The row of a kernel, and whether the kernel is the form with a descriptor. */
export function laneRowOf(name: keyof Kernels): { readonly row: LaneRow; readonly isStrided: boolean } | undefined {
  const isStrided = name.endsWith('Nd')
  const row = rows[(isStrided ? name.slice(0, -2) : name) as keyof Kernels]
  return row === undefined ? undefined : { row, isStrided }
}
