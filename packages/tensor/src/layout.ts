import { ArgumentError, IndexError, ShapeError } from './errors.ts'

export type Shape = readonly number[]

/**
 * How a tensor's elements lie in its storage: element [i, j, ...] is at `offset + i * strides[0] + j * strides[1] + ...`.
 * Strides and offset count elements; strides may be 0 (expanded) or negative (flipped). Layouts are immutable and shared.
 */
export class Layout {
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
  /** Number of elements. */
  readonly numel: number
  /** Whether the elements lie in row-major order without gaps, starting at `offset`. */
  readonly isContiguous: boolean

  constructor(shape: Shape, strides: readonly number[], offset: number) {
    this.shape = shape
    this.strides = strides
    this.offset = offset
    let numel = 1
    let isContiguous = true
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      const size = shape[dim]!
      if (size !== 1 && strides[dim] !== numel) isContiguous = false
      numel *= size
    }
    this.numel = numel
    this.isContiguous = isContiguous || numel === 0
  }

  get ndim(): number {
    return this.shape.length
  }

  /** Whether this is the layout that a fresh tensor of its shape has. */
  get isFresh(): boolean {
    return this.isContiguous && this.offset === 0
  }

  /** Whether two index tuples share an element: true for expanded dims. */
  get overlapsItself(): boolean {
    return this.numel > 0 && this.strides.some((stride, dim) => stride === 0 && this.shape[dim]! > 1)
  }
}

/** Row-major strides of a shape. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = shape.slice()
  let step = 1
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = step
    step *= Math.max(1, shape[dim]!)
  }
  return strides
}

export const scalarLayout: Layout = new Layout([], [], 0)

/** The layout of a fresh tensor. */
export function contiguousLayout(shape: Shape): Layout {
  return shape.length === 0 ? scalarLayout : new Layout(shape, contiguousStrides(shape), 0)
}

export function numelOf(shape: Shape): number {
  let numel = 1
  for (const size of shape) numel *= size
  return numel
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let dim = 0; dim < a.length; dim++) if (a[dim] !== b[dim]) return false
  return true
}

/** A shape as messages show it: `[2, 3]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** @throws ShapeError for negative, fractional or non-finite sizes, or more elements than an array can hold. */
export function checkShape(op: string, shape: Shape): Shape {
  if (!Array.isArray(shape)) {
    throw new ArgumentError(`${op}: a shape must be an array of sizes, got ${String(shape)}. Pass [2, 3] for instance.`)
  }
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError(`${op}: sizes must be whole numbers >= 0, got ${formatShape(shape)}.`)
    }
  }
  if (numelOf(shape) > 2 ** 32) {
    throw new ShapeError(`${op}: ${formatShape(shape)} has ${numelOf(shape)} elements, more than the 2^32 that fit.`)
  }
  return shape
}

/** A dim counted from 0; negative ones count from the end. A 0-d tensor accepts 0 and -1, as in PyTorch. @throws IndexError */
export function normalizeDim(op: string, dim: number, ndim: number): number {
  const range = Math.max(1, ndim)
  if (!Number.isInteger(dim) || dim < -range || dim >= range) {
    throw new IndexError(
      `${op}: dim ${String(dim)} is out of range: expected ${-range} to ${range - 1} for ${ndim} dims.`,
    )
  }
  return dim < 0 ? dim + range : dim
}

/** 0, 1, .. ndim - 1. */
function allDims(ndim: number): number[] {
  const dims: number[] = []
  for (let dim = 0; dim < ndim; dim++) dims.push(dim)
  return dims
}

/** Dims in ascending order, each once; undefined means all. @throws IndexError, ShapeError for a dim named twice */
export function normalizeDims(op: string, dims: number | readonly number[] | undefined, ndim: number): number[] {
  if (dims === undefined) return allDims(ndim)
  if (typeof dims === 'number') {
    const dim = normalizeDim(op, dims, ndim)
    return ndim === 0 ? [] : [dim]
  }
  if (!Array.isArray(dims))
    throw new ArgumentError(`${op}: dims must be a number or an array of numbers, got ${String(dims)}.`)
  const list = dims.map((dim) => normalizeDim(op, dim, ndim))
  if (new Set(list).size !== list.length) throw new ShapeError(`${op}: dims [${dims.join(', ')}] name a dim twice.`)
  if (ndim === 0) return []
  return list.sort((a, b) => a - b)
}

/** The shape that both broadcast to. @throws ShapeError */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a
  const ndim = Math.max(a.length, b.length)
  const shape = (a.length === ndim ? a : b).slice()
  for (let dim = 0; dim < ndim; dim++) {
    const left = a[dim - (ndim - a.length)] ?? 1
    const right = b[dim - (ndim - b.length)] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        `${op}: shapes do not broadcast: ${formatShape(a)} and ${formatShape(b)} have ${left} vs ${right} in dim ${dim - ndim}.`,
      )
    }
    shape[dim] = left === 1 ? right : left
  }
  return shape
}

/** Strides with which `layout` is read as if it had `shape` (which it broadcasts to): 0 in expanded dims. */
export function broadcastStrides(layout: Layout, shape: Shape): readonly number[] {
  if (sameShape(layout.shape, shape)) return layout.strides
  const lead = shape.length - layout.shape.length
  return shape.map((size, dim) => {
    const own = layout.shape[dim - lead]
    return own === undefined || (own === 1 && size !== 1) ? 0 : layout.strides[dim - lead]!
  })
}

/** The view of `layout` with another shape, or undefined where that needs a copy. `shape` has as many elements. */
export function viewLayout(layout: Layout, shape: Shape): Layout | undefined {
  if (layout.isContiguous) return new Layout(shape, contiguousStrides(shape), layout.offset)
  if (layout.numel === 0) return new Layout(shape, contiguousStrides(shape), layout.offset)
  // Walk both shapes from the right; each block of old dims that lies densely may be cut anew.
  const strides: number[] = Array.from({ length: shape.length })
  let next = shape.length - 1
  let blockSize = 1
  let blockStride = layout.strides.at(-1) ?? 1
  let filled = 1
  for (let dim = layout.ndim - 1; dim >= 0; dim--) {
    blockSize *= layout.shape[dim]!
    const ends = dim === 0 || (layout.shape[dim - 1] !== 1 && layout.strides[dim - 1] !== blockSize * blockStride)
    if (!ends) continue
    while (next >= 0 && (filled < blockSize || shape[next] === 1)) {
      strides[next] = filled * blockStride
      filled *= shape[next]!
      next--
    }
    if (filled !== blockSize) return undefined
    if (dim > 0) {
      blockStride = layout.strides[dim - 1]!
      blockSize = 1
      filled = 1
    }
  }
  while (next >= 0) strides[next--] = 1
  return new Layout(shape, strides, layout.offset)
}

export function permuteLayout(layout: Layout, dims: readonly number[]): Layout {
  return new Layout(
    dims.map((dim) => layout.shape[dim]!),
    dims.map((dim) => layout.strides[dim]!),
    layout.offset,
  )
}

export function expandLayout(layout: Layout, shape: Shape): Layout {
  return new Layout(shape, broadcastStrides(layout, shape), layout.offset)
}

/** A box of elements: per dim the first index, the number of elements, and the (possibly negative) step. */
export interface Box {
  readonly starts: readonly number[]
  readonly sizes: readonly number[]
  readonly steps: readonly number[]
}

export function sliceLayout(layout: Layout, { starts, sizes, steps }: Box): Layout {
  // A box without elements begins nowhere: what steps through it must not leave the storage.
  if (sizes.includes(0)) return new Layout(sizes, contiguousStrides(sizes), layout.offset)
  let offset = layout.offset
  for (let dim = 0; dim < starts.length; dim++) offset += starts[dim]! * layout.strides[dim]!
  return new Layout(
    sizes,
    layout.strides.map((stride, dim) => stride * steps[dim]!),
    offset,
  )
}

/** The diagonal of dims `dim1`, `dim2` as a new last dim; `offset` > 0 lies above the main one. */
export function diagonalLayout(layout: Layout, params: { offset: number; dim1: number; dim2: number }): Layout {
  const { offset, dim1, dim2 } = params
  const rows = layout.shape[dim1]! + Math.min(0, offset)
  const columns = layout.shape[dim2]! - Math.max(0, offset)
  const size = Math.max(0, Math.min(rows, columns))
  const start =
    size === 0 ? 0 : Math.max(0, -offset) * layout.strides[dim1]! + Math.max(0, offset) * layout.strides[dim2]!
  const rest = layout.shape.map((_, dim) => dim).filter((dim) => dim !== dim1 && dim !== dim2)
  return new Layout(
    [...rest.map((dim) => layout.shape[dim]!), size],
    [...rest.map((dim) => layout.strides[dim]!), layout.strides[dim1]! + layout.strides[dim2]!],
    layout.offset + start,
  )
}

/** Sliding windows over `dim`, as a new last dim of `size`. */
export function unfoldLayout(layout: Layout, { dim, size, step }: { dim: number; size: number; step: number }): Layout {
  const windows = Math.floor((layout.shape[dim]! - size) / step) + 1
  return new Layout(
    [...layout.shape.map((n, d) => (d === dim ? windows : n)), size],
    [...layout.strides.map((stride, d) => (d === dim ? stride * step : stride)), layout.strides[dim]!],
    layout.offset,
  )
}
