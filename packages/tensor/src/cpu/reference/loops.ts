import type { View } from '../../device.ts'
import type { Shape } from '../../layout.ts'
import { Layout, broadcastStrides } from '../../layout.ts'
import type { CpuArray } from '../storage.ts'
import { arrayOf } from '../storage.ts'

/** Elements that kernels read and write as numbers, or as bigints for int64. */
export interface Elements<T> {
  readonly length: number
  [index: number]: T
}

/** The elements of a view that holds numbers. Float16 never arrives here: it is staged as float32. */
export function numbersOf(view: View): Elements<number> {
  return arrayOf(view) as Exclude<CpuArray, BigInt64Array>
}

export function bigintsOf(view: View): Elements<bigint> {
  return arrayOf(view) as BigInt64Array
}

/** Called with the offset of each operand's first element of a run; steps and length are the same for all runs. */
type Run = (offsets: Int32Array | Float64Array, steps: readonly number[], length: number) => void

/** The dims of `shape` that views have to be walked by, and each view's strides in them. */
export interface Walk {
  readonly sizes: number[]
  readonly strides: number[][]
}

/** Joins neighbouring dims that lie alike in all views, which broadcast to `shape`; size-1 dims vanish. Undefined for no elements. */
export function coalesce(shape: Shape, views: readonly View[]): Walk | undefined {
  const sizes: number[] = []
  const strides = views.map((): number[] => [])
  const all = views.map(({ layout }) => broadcastStrides(layout, shape))
  for (let dim = 0; dim < shape.length; dim++) {
    const size = shape[dim]!
    if (size === 0) return undefined
    if (size === 1) continue
    const last = sizes.length - 1
    const joins = last >= 0 && all.every((own, v) => strides[v]![last] === own[dim]! * size)
    if (joins) {
      sizes[last]! *= size
      for (let v = 0; v < views.length; v++) strides[v]![last] = all[v]![dim]!
    } else {
      sizes.push(size)
      for (let v = 0; v < views.length; v++) strides[v]!.push(all[v]![dim]!)
    }
  }
  return { sizes, strides }
}

/**
 * Visits all index tuples of `shape` in row-major order, a run along the innermost dims at a time: contiguous operands take a
 * single run.
 */
export function forEachRun(shape: Shape, views: readonly View[], run: Run): void {
  const walk = coalesce(shape, views)
  if (walk === undefined) return
  const { sizes, strides } = walk
  const offsets = Float64Array.from(views, ({ layout }) => layout.offset)
  const inner = sizes.length - 1
  const steps = strides.map((own) => own[inner] ?? 0)
  const length = sizes[inner] ?? 1
  const counter = new Float64Array(Math.max(0, inner))
  for (;;) {
    run(offsets, steps, length)
    let dim = inner - 1
    for (; dim >= 0; dim--) {
      for (let v = 0; v < views.length; v++) offsets[v]! += strides[v]![dim]!
      if (++counter[dim]! < sizes[dim]!) break
      for (let v = 0; v < views.length; v++) offsets[v]! -= strides[v]![dim]! * sizes[dim]!
      counter[dim] = 0
    }
    if (dim < 0) return
  }
}

/** Visits each matrix of a batch: the offset of its first element in every view, whose leading dims broadcast to `batch`. */
export function forEachMatrix(
  batch: readonly number[],
  views: readonly View[],
  visit: (offsets: readonly number[]) => void,
): void {
  if (batch.length === 0) {
    visit(views.map(({ layout }) => layout.offset))
    return
  }
  const leading = views.map(({ layout, ...view }) => {
    const lead = new Layout(layout.shape.slice(0, -2), layout.strides.slice(0, -2), layout.offset)
    return { ...view, layout: new Layout(batch, broadcastStrides(lead, batch), layout.offset) }
  })
  forEachRun(batch, leading, (starts, steps, length) => {
    for (let k = 0; k < length; k++) visit(steps.map((step, v) => starts[v]! + k * step))
  })
}

/** `out = f(x)` for each element. */
export function map1<X, Y>(out: View, x: View, from: Elements<X>, to: Elements<Y>, f: (x: X) => Y): void {
  if (out.layout.isContiguous && x.layout.isContiguous) {
    const { offset, numel } = out.layout
    const start = x.layout.offset
    for (let i = 0; i < numel; i++) to[offset + i] = f(from[start + i]!)
    return
  }
  forEachRun(out.layout.shape, [out, x], (offsets, steps, length) => {
    let [o, i] = [offsets[0]!, offsets[1]!]
    const [so, si] = [steps[0]!, steps[1]!]
    for (let k = 0; k < length; k++, o += so, i += si) to[o] = f(from[i]!)
  })
}

/** `out = f(a, b)` for each element, broadcast. */
export function map2<X, Y>(
  out: View,
  a: View,
  b: View,
  left: Elements<X>,
  right: Elements<X>,
  to: Elements<Y>,
  f: (a: X, b: X) => Y,
): void {
  const { offset, numel } = out.layout
  if (out.layout.isContiguous && a.layout.isContiguous && a.layout.numel === numel) {
    const start = a.layout.offset
    if (b.layout.numel === 1) {
      const scalar = right[b.layout.offset]!
      for (let i = 0; i < numel; i++) to[offset + i] = f(left[start + i]!, scalar)
      return
    }
    if (b.layout.isContiguous && b.layout.numel === numel) {
      const other = b.layout.offset
      for (let i = 0; i < numel; i++) to[offset + i] = f(left[start + i]!, right[other + i]!)
      return
    }
  }
  forEachRun(out.layout.shape, [out, a, b], (offsets, steps, length) => {
    let [o, i, j] = [offsets[0]!, offsets[1]!, offsets[2]!]
    const [so, si, sj] = [steps[0]!, steps[1]!, steps[2]!]
    for (let k = 0; k < length; k++, o += so, i += si, j += sj) to[o] = f(left[i]!, right[j]!)
  })
}

/** The elements of a view in row-major order as numbers: positions and indices. */
export function listOf(view: View): Float64Array {
  const list = new Float64Array(view.layout.numel)
  const from = arrayOf(view)
  let at = 0
  forEachRun(view.layout.shape, [view], (offsets, steps, length) => {
    for (let k = 0, i = offsets[0]!; k < length; k++, i += steps[0]!) list[at++] = Number(from[i])
  })
  return list
}

/** Stores numbers in a view, which is fresh. */
export function store(out: View, values: ArrayLike<number>): void {
  const to = numbersOf(out)
  const { offset } = out.layout
  for (let i = 0; i < values.length; i++) to[offset + i] = values[i]!
}

/** Stores whole numbers in an int view of any width; the view is fresh. */
export function storeInts(out: View, values: ArrayLike<number>): void {
  const to = arrayOf(out)
  const { offset } = out.layout
  if (to instanceof BigInt64Array) for (let i = 0; i < values.length; i++) to[offset + i] = BigInt(values[i]!)
  else for (let i = 0; i < values.length; i++) to[offset + i] = values[i]!
}

/** A view's dims around one: `outer` slices of `size` elements `inner` apart. For contiguous views. */
export function around(shape: Shape, dim: number): { outer: number; size: number; inner: number } {
  let outer = 1
  let inner = 1
  for (let d = 0; d < shape.length; d++) {
    if (d < dim) outer *= shape[d]!
    else if (d > dim) inner *= shape[d]!
  }
  return { outer, size: shape[dim] ?? 1, inner }
}
