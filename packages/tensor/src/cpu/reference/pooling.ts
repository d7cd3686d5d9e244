import type { Kernel } from '../../device.ts'
import type { AveragePoolParams, WindowPrimitives } from '../../primitives.ts'
import type { Pool, Triple } from '../window-table.ts'
import { poolOf, windowFields, windowTable } from '../window-table.ts'
import { narrow, widen } from './doubles.ts'
import { storeInts } from './loops.ts'

type Tables = Triple<Int32Array>

function tablesOf({ windows, sizes }: Pool, countsPadding = false): Tables {
  const [depth, height, width] = windows
  return [
    windowTable(depth, sizes[0], countsPadding),
    windowTable(height, sizes[1], countsPadding),
    windowTable(width, sizes[2], countsPadding),
  ]
}

/**
 * Visits each output, with how many elements a mean of it counts, and each element of its window: positions in all planes for the
 * outputs, within the plane for the elements, beside where the plane begins.
 */
function forEachWindow(
  { planes, sizes, windows: [deep, high, wide] }: Pool,
  [depths, heights, widths]: Tables,
  visit: (output: number, count: number, plane: number, elements: readonly number[]) => void,
): void {
  let output = 0
  const places = (table: Int32Array, at: number, dilation: number): number[] => {
    const list: number[] = []
    for (let place = table[at]!; place < table[at + 1]!; place += dilation) list.push(place)
    return list
  }
  const [rows, columns] = [sizes[1], sizes[2]]
  for (let n = 0; n < planes; n++) {
    for (let a = 0; a < depths.length; a += windowFields) {
      for (let b = 0; b < heights.length; b += windowFields) {
        for (let c = 0; c < widths.length; c += windowFields) {
          const [zs, ys, xs] = [
            places(depths, a, deep.dilation),
            places(heights, b, high.dilation),
            places(widths, c, wide.dilation),
          ]
          const elements = zs.flatMap((z) => ys.flatMap((y) => xs.map((x) => (z * rows + y) * columns + x)))
          const count = depths[a + 2]! * heights[b + 2]! * widths[c + 2]!
          visit(output++, count, n * sizes[0] * rows * columns, elements)
        }
      }
    }
  }
}

const maxPool: Kernel<'maxPool'> = ([out, positions], [x], { windows }) => {
  const pool = poolOf(windows, x!.layout.shape.slice(-windows.length), x!.layout.numel)
  const input = widen(x!)
  const result = new Float64Array(out!.layout.numel).fill(-Infinity)
  const where = new Float64Array(out!.layout.numel).fill(-1)
  forEachWindow(pool, tablesOf(pool), (o, _, plane, elements) => {
    for (const element of elements) {
      const value = input[plane + element]!
      if (value > result[o]! || Number.isNaN(value) || where[o]! < 0) {
        result[o] = value
        where[o] = element
      }
    }
  })
  narrow(out!, result)
  storeInts(
    positions!,
    where.map((position) => Math.max(0, position)),
  )
}

function divisorOf({ divisor }: AveragePoolParams, count: number): number {
  return divisor === 0 ? count : divisor
}

const avgPool: Kernel<'avgPool'> = ([out], [x], params) => {
  const { windows, countIncludePad } = params
  const pool = poolOf(windows, x!.layout.shape.slice(-windows.length), x!.layout.numel)
  const [input, result] = [widen(x!), new Float64Array(out!.layout.numel)]
  forEachWindow(pool, tablesOf(pool, countIncludePad), (o, count, plane, elements) => {
    let total = 0
    for (const element of elements) total += input[plane + element]!
    result[o] = total / divisorOf(params, count)
  })
  narrow(out!, result)
}

const avgPoolTranspose: Kernel<'avgPoolTranspose'> = ([out], [g], params) => {
  const { windows, countIncludePad, size } = params
  const pool = poolOf(windows, size, out!.layout.numel)
  const [gradient, result] = [widen(g!), new Float64Array(out!.layout.numel)]
  forEachWindow(pool, tablesOf(pool, countIncludePad), (o, count, plane, elements) => {
    const share = gradient[o]! / divisorOf(params, count)
    for (const element of elements) result[plane + element]! += share
  })
  narrow(out!, result)
}

export const poolingKernels: { readonly [P in Exclude<keyof WindowPrimitives, `conv${string}`>]: Kernel<P> } = {
  maxPool,
  avgPool,
  avgPoolTranspose,
}
