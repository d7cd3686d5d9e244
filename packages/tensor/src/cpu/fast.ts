import type { View } from '../device.ts'
import { dtypes } from '../dtypes.ts'
import type { Shape } from '../layout.ts'
import { expandLayout, permuteLayout, sameShape } from '../layout.ts'
import type { ComputePrimitives, ReduceParams, UnaryPrimitive } from '../primitives.ts'
import { cpuEngine } from './engine.ts'
import { boxKernels } from './fast-boxes.ts'
import { indexingKernels } from './fast-indexing.ts'
import { normalizationKernels } from './fast-normalization.ts'
import { rowKernels } from './fast-rows.ts'
import { sort } from './fast-sort.ts'
import { windowKernels } from './fast-windows.ts'
import type { Fast } from './operands.ts'
import { bound, copyInto, describe, fillOf, isFloat32, ordered } from './operands.ts'
import { products } from './products.ts'
import { coalesce } from './reference/loops.ts'
import { CpuStorage, pointer } from './storage.ts'
import { updates } from './updates.ts'
import type { Kernels } from './wasm/loader.ts'

function viewOf({ storage, layout, dtype }: View): View {
  return { storage, layout, dtype }
}

type Singly = (out: number, a: number, n: number) => void

function unary(name: keyof Kernels): Fast<unknown> {
  const kernel = bound<Singly>(name)
  return (outputs, inputs) => {
    if (!isFloat32(inputs[0]!)) return false
    const out = outputs[0]!
    const from = pointer(ordered(inputs[0]!))
    kernel()(pointer(out), from, out.layout.numel)
    return true
  }
}

type Pairwise = (out: number, a: number, b: number, n: number, strideA: number, strideB: number) => void
type PairwiseNd = (out: number, a: number, b: number, descriptor: number) => void

/** 1 for a view that is read along with the output, 0 for a single element, undefined where strides are needed. */
function plainStride({ layout }: View, numel: number): 0 | 1 | undefined {
  if (layout.numel === 1) return 0
  return layout.isContiguous && layout.numel === numel ? 1 : undefined
}

type Suffixes = { readonly [dtype in View['dtype']]?: string }

/** Kernels of one pairwise primitive, by the dtype of its operands. */
type PairwiseRows = {
  readonly [dtype in View['dtype']]?: { readonly plain: () => Pairwise; readonly strided: () => PairwiseNd }
}

function pairwiseRows(name: string, suffixes: Suffixes): PairwiseRows {
  return Object.fromEntries(
    Object.entries(suffixes).map(([dtype, suffix]) => [
      dtype,
      {
        plain: bound<Pairwise>(`${name}${suffix}` as keyof Kernels),
        strided: bound<PairwiseNd>(`${name}${suffix}Nd` as keyof Kernels),
      },
    ]),
  )
}

function pairwise(name: string, suffixes: Suffixes, swapped = false): Fast<unknown> {
  const table = pairwiseRows(name, suffixes)
  return (outputs, inputs) => {
    const out = outputs[0]!
    const a = swapped ? inputs[1]! : inputs[0]!
    const b = swapped ? inputs[0]! : inputs[1]!
    const row = table[a.dtype]
    if (row === undefined) return false
    const { numel, shape } = out.layout
    const strideA = plainStride(a, numel)
    const strideB = plainStride(b, numel)
    if (strideA !== undefined && strideB !== undefined) {
      const left = pointer(a)
      const right = pointer(b)
      row.plain()(pointer(out), left, right, numel, strideA, strideB)
      return true
    }
    const walk = coalesce(shape, [a, b])
    if (walk === undefined) return true
    const left = pointer(a)
    const right = pointer(b)
    row.strided()(pointer(out), left, right, describe(walk.sizes, walk.strides))
    return true
  }
}

const arithmetic = { float32: 'F32', float64: 'F64', int32: 'I32' } as const
const floatsOnly = { float32: 'F32', float64: 'F64' } as const
const comparable = { float32: 'F32', int32: 'I32' } as const

/** A reduction's input as contiguous [outer, n, inner], n reduced. */
interface Blocks {
  readonly source: View
  readonly outer: number
  readonly n: number
  readonly inner: number
}

function blocks(x: View, { dims }: ReduceParams): Blocks {
  const { shape, isContiguous } = x.layout
  const first = dims.length === 0 ? shape.length : dims[0]!
  const last = first + dims.length
  const isRun = dims.length === 0 || dims[dims.length - 1] === last - 1
  if (isContiguous && isRun) {
    return { source: x, outer: sizeOf(shape, 0, first), n: sizeOf(shape, first, last), inner: sizeOf(shape, last) }
  }
  const kept = shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim))
  const moved: View = { storage: x.storage, dtype: x.dtype, layout: permuteLayout(x.layout, [...kept, ...dims]) }
  const ahead = moved.layout.shape
  return { source: ordered(moved), outer: sizeOf(ahead, 0, kept.length), n: sizeOf(ahead, kept.length), inner: 1 }
}

/** How many elements the dims from `from` up to `to` span. */
function sizeOf(shape: Shape, from: number, to: number = shape.length): number {
  let size = 1
  for (let dim = from; dim < to; dim++) size *= shape[dim]!
  return size
}

function reduce(
  suffix: { readonly [dtype in View['dtype']]?: keyof Kernels },
  needsElements: boolean,
  isMean = false,
): Fast<ReduceParams> {
  return (outputs, inputs, params) => {
    const x = inputs[0]!
    const name = suffix[x.dtype]
    if (name === undefined) return false
    const { source, outer, n, inner } = blocks(x, params)
    if (needsElements && n === 0) return false
    const kernel = cpuEngine().kernels[name] as (
      out: number,
      a: number,
      outer: number,
      n: number,
      inner: number,
      scale: number,
    ) => void
    const from = pointer(source)
    kernel(pointer(outputs[0]!), from, outer, n, inner, isMean ? 1 / n : 1)
    return true
  }
}

const where: Fast<unknown> = ([out], [condition, a, b]) => {
  if (dtypes[out!.dtype].bytes !== 4) return false
  const { kernels } = cpuEngine()
  const { numel, shape } = out!.layout
  const strides = [condition!, a!, b!].map((x) => plainStride(x, numel))
  if (strides.every((stride) => stride !== undefined)) {
    const [c, left, right] = [pointer(condition!), pointer(a!), pointer(b!)]
    kernels.where32(pointer(out!), c, left, right, numel, strides[0]!, strides[1]!, strides[2]!)
    return true
  }
  const walk = coalesce(shape, [condition!, a!, b!])
  if (walk === undefined) return true
  const [c, left, right] = [pointer(condition!), pointer(a!), pointer(b!)]
  kernels.where32Nd(pointer(out!), c, left, right, describe(walk.sizes, walk.strides))
  return true
}

const full: Fast<ComputePrimitives['full']> = ([out], _, { value }) => {
  const kernel = fillOf[out!.dtype]
  if (kernel === undefined) return false
  cpuEngine().kernels[kernel](pointer(out!), Number(value), out!.layout.numel)
  return true
}

const copy: Fast<unknown> = ([out], [x]) => {
  if (x!.layout.numel !== out!.layout.numel || !(x!.storage instanceof CpuStorage)) return false
  copyInto(out!, x!)
  return true
}

const dropout: Fast<{ readonly scale: number }> = ([out], [x, mask], { scale }) => {
  if (!isFloat32(x!)) return false
  const { numel, shape } = out!.layout
  const [source, kept] = [ordered(x!), ordered({ ...viewOf(mask!), layout: expandLayout(mask!.layout, shape) })]
  const [from, keeps] = [pointer(source), pointer(kept)]
  cpuEngine().kernels.dropoutF32(pointer(out!), from, keeps, numel, scale)
  return true
}

const bceWithLogits: Fast<unknown> = ([out], [x, y]) => {
  const { numel, shape } = out!.layout
  if (!isFloat32(x!)) return false
  const [logits, targets] = [x!, y!].map((view) =>
    ordered({ ...viewOf(view), layout: expandLayout(view.layout, shape) }),
  ) as [View, View]
  const [a, b] = [pointer(logits), pointer(targets)]
  cpuEngine().kernels.bceWithLogitsF32(pointer(out!), a, b, numel)
  return true
}

const bceWithLogitsSum: Fast<{ readonly scale: number }> = (outputs, inputs, { scale }) => {
  if (!isFloat32(inputs[0]!)) return false
  const logits = ordered(inputs[0]!)
  const targets = ordered(inputs[1]!)
  const a = pointer(logits)
  const b = pointer(targets)
  cpuEngine().kernels.bceWithLogitsSumF32(pointer(outputs[0]!), a, b, logits.layout.numel, scale)
  return true
}

const bceWithLogitsBackward: Fast<{ readonly scale: number }> = ([out], [g, x, y], { scale }) => {
  const { numel, shape } = out!.layout
  if (!isFloat32(x!) || !sameShape(x!.layout.shape, y!.layout.shape)) return false
  const isSingle = g!.layout.numel === 1
  if (!isSingle && !sameShape(g!.layout.shape, shape)) return false
  const [incoming, logits, targets] = [ordered(g!), ordered(x!), ordered(y!)]
  const a = pointer(incoming)
  const b = pointer(logits)
  const c = pointer(targets)
  cpuEngine().kernels.bceWithLogitsBackwardF32(pointer(out!), b, c, numel, a, isSingle ? 0 : 1, scale)
  return true
}

type Gradient = (dx: number, g: number, y: number, n: number) => void

/** The gradient of a function from its result. */
function gradient(name: 'sigmoidBackwardF32' | 'tanhBackwardF32' | 'reluBackwardF32'): Fast<unknown> {
  const kernel = bound<Gradient>(name)
  return ([out], [g, y]) => {
    if (!isFloat32(g!)) return false
    const [left, right] = [ordered(g!), ordered(y!)]
    const a = pointer(left)
    const b = pointer(right)
    kernel()(pointer(out!), a, b, out!.layout.numel)
    return true
  }
}

/** Rows of a table picked by int64 or int32 indices: an embedding. */
const indexSelect: Fast<{ readonly dim: number }> = ([out], [x, index], { dim }) => {
  const shift = ({ int64: 3, int32: 2 } as const)[index!.dtype as 'int64']
  const { shape, isContiguous } = x!.layout
  if (dim !== 0 || shift === undefined || !isContiguous || x!.layout.numel === 0) return false
  const list = ordered(index!)
  const tableRows = shape[0]!
  const rowBytes = (x!.layout.numel / tableRows) * dtypes[x!.dtype].bytes
  const [table, indices] = [pointer(x!), pointer(list)]
  const { kernels, passed } = cpuEngine()
  const count = list.layout.numel
  // The reference counts negative indices from the end and names what is out of range.
  return passed(kernels.gatherRows(pointer(out!), table, indices, count, shift, tableRows, rowBytes))
}

/** Rows added to those that int64 or int32 indices name: the gradient of an embedding. */
const indexAdd: Fast<{ readonly dim: number }> = ([out], [x, index, values], { dim }) => {
  const shift = ({ int64: 3, int32: 2 } as const)[index!.dtype as 'int64']
  const { shape, numel } = out!.layout
  if (!isFloat32(x!) || dim !== 0 || shift === undefined || shape.length === 0 || numel === 0) return false
  copyInto(out!, x!)
  const [list, rows] = [ordered(index!), ordered(values!)]
  const [indices, from] = [pointer(list), pointer(rows)]
  const { kernels, passed } = cpuEngine()
  const count = list.layout.numel
  // The reference starts anew and names what is out of range.
  return passed(kernels.scatterAddRowsF32(pointer(out!), from, indices, count, shift, shape[0]!, numel / shape[0]!))
}

const clamp: Fast<ComputePrimitives['clamp']> = ([out], [x], { min, max }) => {
  if (!isFloat32(x!)) return false
  const from = pointer(ordered(x!))
  cpuEngine().kernels.clampF32(pointer(out!), from, out!.layout.numel, min, max)
  return true
}

/** 1 as the four bytes of a dtype, of which 0 are its zero. */
const oneOf: { readonly [dtype in View['dtype']]?: number } = { float32: 0x3f800000, int32: 1 }

/** Flags to numbers, by what chooses between 1 and 0; float32 to flags, by what tells from 0. */
const cast: Fast<unknown> = ([out], [x]) => {
  const { numel } = out!.layout
  const one = oneOf[out!.dtype]
  const { kernels, integers } = cpuEngine()
  if (x!.dtype === 'bool' && one !== undefined) {
    const flags = pointer(ordered(x!))
    const choices = integers([one, 0])
    kernels.where32(pointer(out!), flags, choices, choices + 4, numel, 1, 0, 0)
    return true
  }
  if (!isFloat32(x!) || out!.dtype !== 'bool') return false
  const numbers = pointer(ordered(x!))
  const zero = integers([0])
  kernels.neF32(pointer(out!), numbers, zero, numel, 1, 0)
  return true
}

const cumsum: Fast<{ readonly dim: number }> = ([out], [x], { dim }) => {
  const { shape } = x!.layout
  if (!isFloat32(x!) || shape.length === 0) return false
  const source = ordered(x!)
  const inner = shape.slice(dim + 1).reduce((size, n) => size * n, 1)
  if (out!.layout.numel === 0) return true
  const from = pointer(source)
  cpuEngine().kernels.cumsumF32(pointer(out!), from, out!.layout.numel / (inner * shape[dim]!), shape[dim]!, inner)
  return true
}

/** A row per compiled primitive; the reference has them all. */
export const fastKernels: { readonly [P in keyof ComputePrimitives]?: Fast<ComputePrimitives[P]> } = {
  ...Object.fromEntries(
    (
      [
        'exp',
        'log',
        'tanh',
        'sigmoid',
        'gelu',
        'silu',
        'erf',
        'sin',
        'cos',
        'neg',
        'abs',
        'sign',
        'sqrt',
        'square',
        'reciprocal',
        'rsqrt',
        'floor',
        'ceil',
        'trunc',
        'round',
        'relu',
      ] satisfies UnaryPrimitive[]
    ).map((name) => [name, unary(`${name}F32`)]),
  ),
  add: pairwise('add', arithmetic),
  sub: pairwise('sub', arithmetic),
  mul: pairwise('mul', arithmetic),
  div: pairwise('div', floatsOnly),
  maximum: pairwise('maximum', arithmetic),
  minimum: pairwise('minimum', arithmetic),
  pow: pairwise('pow', { float32: 'F32' }),
  eq: pairwise('eq', comparable),
  ne: pairwise('ne', comparable),
  lt: pairwise('lt', comparable),
  le: pairwise('le', comparable),
  gt: pairwise('lt', comparable, true),
  ge: pairwise('le', comparable, true),
  // Float64 sums stay with the reference, which compensates.
  sum: reduce({ float32: 'sumF32' }, false),
  mean: reduce({ float32: 'sumF32' }, false, true),
  amax: reduce({ float32: 'maxF32' }, true),
  amin: reduce({ float32: 'minF32' }, true),
  argmax: reduce({ float32: 'argmaxF32' }, true),
  argmin: reduce({ float32: 'argminF32' }, true),
  ...rowKernels,
  ...normalizationKernels,
  ...products,
  bceWithLogitsSum,
  bceWithLogitsBackward,
  sigmoidBackward: gradient('sigmoidBackwardF32'),
  tanhBackward: gradient('tanhBackwardF32'),
  reluBackward: gradient('reluBackwardF32'),
  ...updates,
  where,
  full,
  copy,
  cast,
  clamp,
  dropout,
  bceWithLogits,
  indexSelect,
  indexAdd,
  cumsum,
  ...indexingKernels,
  sort,
  ...windowKernels,
  ...boxKernels,
}
