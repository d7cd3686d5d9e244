import type { Kernel, View } from '../../device.ts'
import { IndexError } from '../../errors.ts'
import type { ScatterReduce } from '../../primitives.ts'
import { Layout, broadcastShapes, contiguousStrides, expandLayout } from '../../layout.ts'
import type { CpuArray } from '../storage.ts'
import { arrayOf } from '../storage.ts'
import { copy } from './elementwise.ts'
import { forEachRun, listOf } from './loops.ts'

type Cells = { [index: number]: number | bigint }

function cellsOf(view: View): Cells {
  return arrayOf(view) as Exclude<CpuArray, BigInt64Array>
}

/**
 * Positions counted from 0 along a dim of `size`; `index` and `indexPut` count negative ones from the end.
 * @throws IndexError naming the first that lies outside
 */
function positions(op: string, index: View, size: number): Float64Array {
  const list = listOf(index)
  const lowest = op === 'index' || op === 'indexPut' ? -size : 0
  for (let i = 0; i < list.length; i++) {
    const value = list[i]!
    if (value < lowest || value >= size) {
      throw new IndexError(`${op}: index ${value} is out of range for a dim of size ${size}.`)
    }
    if (value < 0) list[i] = value + size
  }
  return list
}

/** A 0-d view as the one element of a dim. */
function withDim(view: View): View {
  return view.layout.ndim > 0 ? view : withLayout(view, new Layout([1], [1], view.layout.offset))
}

function withLayout(view: View, layout: Layout): View {
  return { storage: view.storage, dtype: view.dtype, layout }
}

/** Visits index tuples of `shape` in order: offset in `x` with the coordinate along `dim` replaced, offset in `other`. */
function forEachAlong(
  x: View,
  other: View,
  shape: readonly number[],
  dim: number,
  at: Float64Array,
  visit: (x: number, other: number) => void,
): void {
  const frozen = withLayout(x, new Layout(shape, x.layout.strides.with(dim, 0), x.layout.offset))
  const cut = withLayout(other, new Layout(shape, other.layout.strides, other.layout.offset))
  const step = x.layout.strides[dim]!
  let n = 0
  forEachRun(shape, [frozen, cut], (offsets, steps, length) => {
    let [i, o] = [offsets[0]!, offsets[1]!]
    for (let k = 0; k < length; k++, i += steps[0]!, o += steps[1]!) visit(i + at[n++]! * step, o)
  })
}

export const gather: Kernel<'gather'> = (outputs, inputs, { dim }) => {
  const [out, x, index] = [...outputs, ...inputs].map(withDim)
  const [from, to] = [cellsOf(x!), cellsOf(out!)]
  const at = positions('gather', index!, x!.layout.shape[dim]!)
  forEachAlong(x!, out!, index!.layout.shape, dim, at, (i, o) => {
    to[o] = from[i]!
  })
}

type Combine = <T extends number | bigint>(old: T, value: T) => T

/** `+` and `*` are the same text for numbers and bigints, which the type system cannot say. */
const combine: { readonly [R in ScatterReduce]: Combine } = {
  replace: (_, value) => value,
  add: ((old: number, value: number) => old + value) as Combine,
  multiply: ((old: number, value: number) => old * value) as Combine,
  amax: (old, value) => (value > old || value !== value ? value : old),
  amin: (old, value) => (value < old || value !== value ? value : old),
}

/** Bools add up to "either". */
function combinerOf(reduce: ScatterReduce, { dtype }: View): Combine {
  return combine[dtype === 'bool' && reduce === 'add' ? 'amax' : reduce]
}

export const scatter: Kernel<'scatter'> = (outputs, inputs, { dim, reduce }) => {
  const [out, x, index, values] = [...outputs, ...inputs].map(withDim)
  copy([out!], [x!], {})
  const [from, to] = [cellsOf(values!), cellsOf(out!)]
  const at = positions('scatter', index!, x!.layout.shape[dim]!)
  const write = combinerOf(reduce, out!)
  forEachAlong(out!, values!, index!.layout.shape, dim, at, (o, i) => {
    to[o] = write(to[o]!, from[i]!)
  })
}

/** Pairs of slices along a dim: the k-th of `small` and the one of `large` that the index names. */
function forEachSlice(
  large: View,
  small: View,
  dim: number,
  at: Float64Array,
  visit: (large: number, small: number) => void,
): void {
  const shape = small.layout.shape
  const lines = shape.with(dim, 1)
  const frozen = withLayout(large, new Layout(lines, large.layout.strides, large.layout.offset))
  const cut = withLayout(small, new Layout(lines, small.layout.strides, small.layout.offset))
  for (let k = 0; k < at.length; k++) {
    const [a, b] = [at[k]! * large.layout.strides[dim]!, k * small.layout.strides[dim]!]
    forEachRun(lines, [frozen, cut], (offsets, steps, length) => {
      let [i, o] = [offsets[0]! + a, offsets[1]! + b]
      for (let n = 0; n < length; n++, i += steps[0]!, o += steps[1]!) visit(i, o)
    })
  }
}

export const indexSelect: Kernel<'indexSelect'> = ([out], [x, index], { dim }) => {
  const [from, to] = [cellsOf(x!), cellsOf(out!)]
  forEachSlice(x!, out!, dim, positions('indexSelect', index!, x!.layout.shape[dim]!), (i, o) => {
    to[o] = from[i]!
  })
}

export const indexAdd: Kernel<'indexAdd'> = ([out], [x, index, values], { dim }) => {
  copy([out!], [x!], {})
  const [from, to] = [cellsOf(values!), cellsOf(out!)]
  const write = combinerOf('add', out!)
  forEachSlice(out!, values!, dim, positions('indexAdd', index!, x!.layout.shape[dim]!), (o, i) => {
    to[o] = write(to[o]!, from[i]!)
  })
}

/** Offsets into `x` of the slices that int tensors pick from its first dims together, in row-major order of their shape. */
function pickedOffsets(op: string, x: View, indices: readonly View[], picked: readonly number[]): Float64Array {
  const offsets = new Float64Array(picked.reduce((n, size) => n * size, 1)).fill(x.layout.offset)
  indices.forEach((index, dim) => {
    const at = positions(op, index, x.layout.shape[dim]!)
    const list: View = withLayout(index, new Layout(index.layout.shape, contiguousStrides(index.layout.shape), 0))
    let n = 0
    forEachRun(picked, [list], (starts, steps, length) => {
      for (let k = 0, i = starts[0]!; k < length; k++, i += steps[0]!) offsets[n++]! += at[i]! * x.layout.strides[dim]!
    })
  })
  return offsets
}

/** Visits each picked element: its offset in `x` and in `other`, whose leading dims are the picked shape. */
function forEachPicked(
  op: string,
  x: View,
  other: View,
  indices: readonly View[],
  visit: (x: number, other: number) => void,
): void {
  const rest = x.layout.shape.slice(indices.length)
  const lead = other.layout.ndim - rest.length
  const picked = other.layout.shape.slice(0, lead)
  const slices = pickedOffsets(op, x, indices, picked)
  const inner = withLayout(x, new Layout(rest, x.layout.strides.slice(indices.length), 0))
  const own = withLayout(other, new Layout(rest, other.layout.strides.slice(lead), 0))
  const outer = withLayout(other, new Layout(picked, other.layout.strides.slice(0, lead), other.layout.offset))
  let n = 0
  forEachRun(picked, [outer], (starts, steps, count) => {
    for (let k = 0, start = starts[0]!; k < count; k++, start += steps[0]!) {
      const base = slices[n++]!
      forEachRun(rest, [inner, own], (offsets, innerSteps, length) => {
        let [i, o] = [base + offsets[0]!, start + offsets[1]!]
        for (let m = 0; m < length; m++, i += innerSteps[0]!, o += innerSteps[1]!) visit(i, o)
      })
    }
  })
}

export const index: Kernel<'index'> = ([out], [x, ...indices]) => {
  const [from, to] = [cellsOf(x!), cellsOf(out!)]
  forEachPicked('index', x!, out!, indices, (i, o) => {
    to[o] = from[i]!
  })
}

export const indexPut: Kernel<'indexPut'> = ([out], [x, values, ...indices], { accumulate }) => {
  copy([out!], [x!], {})
  const [from, to] = [cellsOf(values!), cellsOf(out!)]
  const write = combinerOf(accumulate ? 'add' : 'replace', out!)
  const picked = indices.map(({ layout }) => layout.shape).reduce((a, b) => broadcastShapes('indexPut', a, b))
  const shape = [...picked, ...x!.layout.shape.slice(indices.length)]
  forEachPicked('indexPut', out!, withLayout(values!, expandLayout(values!.layout, shape)), indices, (o, i) => {
    to[o] = write(to[o]!, from[i]!)
  })
}

export const cat: Kernel<'cat'> = ([out], inputs, { dim }) => {
  let start = 0
  for (const x of inputs) {
    const offset = out!.layout.offset + start * out!.layout.strides[dim]!
    copy([withLayout(out!, new Layout(x.layout.shape, out!.layout.strides, offset))], [x], {})
    start += x.layout.shape[dim]!
  }
}

export const pad: Kernel<'pad'> = ([out], [x], { before, value }) => {
  const array = arrayOf(out!)
  const fill = array instanceof BigInt64Array ? BigInt(value) : value
  ;(array as { fill(value: number | bigint): void }).fill(fill)
  const { strides, offset } = out!.layout
  const start = before.reduce((at, size, dim) => at + size * strides[dim]!, offset)
  copy([withLayout(out!, new Layout(x!.layout.shape, strides, start))], [x!], {})
}
