import type { Kernel, KernelOf, View } from '../../device.ts'
import type { Shape } from '../../layout.ts'
import { Layout, contiguousStrides } from '../../layout.ts'
import type { DimParams, ReduceParams, ScanPrimitives } from '../../primitives.ts'
import { arrayOf } from '../storage.ts'
import type { Elements } from './loops.ts'
import { bigintsOf, forEachRun, numbersOf, store, storeInts } from './loops.ts'

/** Strides over all of `shape` that count only the dims `counted`, row-major; 0 elsewhere. */
function countingStrides(shape: Shape, counted: (dim: number) => boolean): number[] {
  const sizes = shape.map((size, dim) => (counted(dim) ? size : 1))
  return contiguousStrides(sizes).map((stride, dim) => (counted(dim) ? stride : 0))
}

/** Called per run: index of the input, of the output, of the position within what is reduced; and the steps of each. */
type Fold = (input: number, output: number, position: number, steps: readonly number[], length: number) => void

/** Walks the input in row-major order and tells which output and which position each element belongs to. */
function forEachReduced(x: View, { dims }: ReduceParams, fold: Fold): void {
  const { shape } = x.layout
  const outputs: View = {
    ...x,
    layout: new Layout(
      shape,
      countingStrides(shape, (dim) => !dims.includes(dim)),
      0,
    ),
  }
  const positions: View = {
    ...x,
    layout: new Layout(
      shape,
      countingStrides(shape, (dim) => dims.includes(dim)),
      0,
    ),
  }
  forEachRun(shape, [x, outputs, positions], (offsets, steps, length) => {
    fold(offsets[0]!, offsets[1]!, offsets[2]!, steps, length)
  })
}

/** Folds element by element into one accumulator per output. */
function accumulate<X, T>(
  x: View,
  params: ReduceParams,
  from: Elements<X>,
  totals: Elements<T>,
  step: (total: T, value: X) => T,
): void {
  forEachReduced(x, params, (input, output, _, [di, dout], length) => {
    let [i, o] = [input, output]
    for (let k = 0; k < length; k++, i += di!, o += dout!) totals[o] = step(totals[o]!, from[i]!)
  })
}

/** Float sums keep what each addition rounds off (Neumaier), so their error does not grow with their length. */
function sumFloats(out: View, x: View, params: ReduceParams): void {
  const from = numbersOf(x)
  const totals = new Float64Array(out.layout.numel)
  const rest = new Float64Array(out.layout.numel)
  forEachReduced(x, params, (input, output, _, [di, dout], length) => {
    let [i, o] = [input, output]
    for (let k = 0; k < length; k++, i += di!, o += dout!) {
      const [before, value] = [totals[o]!, from[i]!]
      const total = before + value
      // Infinities would leave NaN behind.
      const lost = Math.abs(before) >= Math.abs(value) ? before - total + value : value - total + before
      if (lost === lost) rest[o]! += lost
      totals[o] = total
    }
  })
  const to = numbersOf(out)
  for (let o = 0; o < totals.length; o++) to[out.layout.offset + o] = totals[o]! + rest[o]!
}

export const sum: Kernel<'sum'> = ([out], [x], params) => {
  if (x!.dtype === 'float64' || x!.dtype === 'float32') return sumFloats(out!, x!, params)
  if (x!.dtype === 'int64') {
    const totals = new BigInt64Array(out!.layout.numel)
    accumulate(x!, params, bigintsOf(x!), totals, (total, value) => total + value)
    bigintsOfArray(out!).set(totals, out!.layout.offset)
    return undefined
  }
  const totals = new Int32Array(out!.layout.numel)
  accumulate(x!, params, numbersOf(x!), totals, (total, value) => (total + value) | 0)
  store(out!, totals)
  return undefined
}

/** The count is that of one output's elements. */
export const mean: Kernel<'mean'> = ([out], [x], params) => {
  sumFloats(out!, x!, params)
  const [count, to, { offset, numel }] = [x!.layout.numel / out!.layout.numel, numbersOf(out!), out!.layout]
  for (let i = offset; i < offset + numel; i++) to[i]! /= count
}

function bigintsOfArray(out: View): BigInt64Array {
  return arrayOf(out) as BigInt64Array
}

export const prod: Kernel<'prod'> = ([out], [x], params) => {
  if (x!.dtype === 'int64') {
    const totals = new BigInt64Array(out!.layout.numel).fill(1n)
    accumulate(x!, params, bigintsOf(x!), totals, (total, value) => total * value)
    bigintsOfArray(out!).set(totals, out!.layout.offset)
  } else if (x!.dtype === 'int32') {
    const totals = new Int32Array(out!.layout.numel).fill(1)
    accumulate(x!, params, numbersOf(x!), totals, Math.imul)
    store(out!, totals)
  } else {
    const totals = new Float64Array(out!.layout.numel).fill(1)
    accumulate(x!, params, numbersOf(x!), totals, (total, value) => total * value)
    store(out!, totals)
  }
}

type Beats = <T extends number | bigint>(value: T, best: T) => boolean

/** Strictly better, and NaN beats everything but NaN: the first of equals wins. */
const larger: Beats = (value, best) => value > best || (value !== value && best === best)
const smaller: Beats = (value, best) => value < best || (value !== value && best === best)

/** Position of the winner of each output. */
function winners<T extends number | bigint>(
  x: View,
  params: ReduceParams,
  from: Elements<T>,
  count: number,
  beats: Beats,
): [T[], Float64Array] {
  const best: T[] = []
  const where = new Float64Array(count)
  forEachReduced(x, params, (input, output, position, [di, dout, dp], length) => {
    let [i, o, p] = [input, output, position]
    for (let k = 0; k < length; k++, i += di!, o += dout!, p += dp!) {
      const value = from[i]!
      if (best[o] === undefined || beats(value, best[o]!)) {
        best[o] = value
        where[o] = p
      }
    }
  })
  return [best, where]
}

function extremum(beats: Beats): KernelOf<ReduceParams> {
  const pick = <T extends number | bigint>(
    out: View,
    x: View,
    params: ReduceParams,
    from: Elements<T>,
    to: Elements<T>,
  ): void => {
    const [best] = winners(x, params, from, out.layout.numel, beats)
    for (let o = 0; o < best.length; o++) to[out.layout.offset + o] = best[o]!
  }
  return ([out], [x], params) => {
    if (x!.dtype === 'int64') pick(out!, x!, params, bigintsOf(x!), bigintsOf(out!))
    else pick(out!, x!, params, numbersOf(x!), numbersOf(out!))
  }
}

function positionOf(beats: Beats): KernelOf<ReduceParams> {
  return ([out], [x], params) => {
    const { numel } = out!.layout
    const [, where] =
      x!.dtype === 'int64'
        ? winners(x!, params, bigintsOf(x!), numel, beats)
        : winners(x!, params, numbersOf(x!), numel, beats)
    storeInts(out!, where)
  }
}

export const amax: Kernel<'amax'> = extremum(larger)
export const amin: Kernel<'amin'> = extremum(smaller)
export const argmax: Kernel<'argmax'> = positionOf(larger)
export const argmin: Kernel<'argmin'> = positionOf(smaller)

/** Walks each line along a dim: offsets of its first input and output element, their steps, and the length. */
export function forEachLine(
  views: readonly View[],
  dim: number,
  visit: (starts: readonly number[], steps: readonly number[], length: number) => void,
): void {
  const { shape } = views[0]!.layout
  if (shape.length === 0) {
    visit(
      views.map(({ layout }) => layout.offset),
      views.map(() => 0),
      1,
    )
    return
  }
  const length = shape[dim]!
  const steps = views.map(({ layout }) => layout.strides[dim]!)
  const lines = shape.with(dim, 1)
  const outer = views.map(({ layout, ...view }) => ({
    ...view,
    layout: new Layout(lines, layout.strides, layout.offset),
  }))
  forEachRun(lines, outer, (offsets, runSteps, count) => {
    const starts = Array.from(offsets)
    for (let k = 0; k < count; k++) {
      visit(starts, steps, length)
      for (let v = 0; v < starts.length; v++) starts[v]! += runSteps[v]!
    }
  })
}

function running(
  zero: number,
  step: (total: number, value: number) => number,
  big: (total: bigint, value: bigint) => bigint,
): KernelOf<DimParams> {
  const scan = <T>(
    out: View,
    x: View,
    dim: number,
    from: Elements<T>,
    to: Elements<T>,
    start: T,
    add: (total: T, value: T) => T,
  ): void => {
    forEachLine([out, x], dim, (starts, steps, length) => {
      let total = start
      for (let k = 0; k < length; k++) {
        total = add(total, from[starts[1]! + k * steps[1]!]!)
        to[starts[0]! + k * steps[0]!] = total
      }
    })
  }
  return ([out], [x], { dim }) => {
    if (x!.dtype === 'int64')
      scan(out!, x!, dim, bigintsOf(x!), bigintsOf(out!), BigInt(zero), (a, b) => BigInt.asIntN(64, big(a, b)))
    else scan(out!, x!, dim, numbersOf(x!), numbersOf(out!), zero, step)
  }
}

function runningExtremum(beats: Beats): KernelOf<DimParams> {
  const scan = <T extends number | bigint>(
    x: View,
    dim: number,
    from: Elements<T>,
    values: View,
    to: Elements<T>,
    where: Elements<number>,
  ): void => {
    forEachLine([values, x], dim, (starts, steps, length) => {
      let best: T | undefined
      let at = 0
      for (let k = 0; k < length; k++) {
        const value = from[starts[1]! + k * steps[1]!]!
        // The last of equals wins here, unlike in argmax.
        if (best === undefined || !beats(best, value)) {
          best = value
          at = k
        }
        to[starts[0]! + k * steps[0]!] = best
        where[starts[0]! + k * steps[0]! - values.layout.offset] = at
      }
    })
  }
  return ([values, indices], [x], { dim }) => {
    const where = new Float64Array(indices!.layout.numel)
    if (x!.dtype === 'int64') scan(x!, dim, bigintsOf(x!), values!, bigintsOf(values!), where)
    else scan(x!, dim, numbersOf(x!), values!, numbersOf(values!), where)
    storeInts(indices!, where)
  }
}

export const scanKernels: { [P in keyof ScanPrimitives]: Kernel<P> } = {
  cumsum: running(
    0,
    (total, value) => total + value,
    (total, value) => total + value,
  ),
  cumprod: running(
    1,
    (total, value) => total * value,
    (total, value) => total * value,
  ),
  cummax: runningExtremum(larger),
  cummin: runningExtremum(smaller),
}

export const sort: Kernel<'sort'> = ([values, indices], [x], { dim, descending }) => {
  const where = new Float64Array(indices!.layout.numel)
  const from = arrayOf(x!)
  const to = arrayOf(values!) as { [i: number]: number | bigint }
  const sign = descending ? -1 : 1
  const base = values!.layout.offset
  forEachLine([values!, x!], dim, (starts, steps, length) => {
    const line = Array.from({ length }, (_, k) => from[starts[1]! + k * steps[1]!]!)
    const order = Array.from({ length }, (_, k) => k).sort((a, b) => sign * compare(line[a]!, line[b]!) || a - b)
    for (let k = 0; k < length; k++) {
      to[starts[0]! + k * steps[0]!] = line[order[k]!]!
      where[starts[0]! + k * steps[0]! - base] = order[k]!
    }
  })
  storeInts(indices!, where)
}

/** Ascending, NaN after everything. */
function compare(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1
  if (a > b) return 1
  return Number(a !== a) - Number(b !== b)
}
