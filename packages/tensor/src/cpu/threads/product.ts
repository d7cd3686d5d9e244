import type { Split } from './parts.ts'
import { ranges } from './parts.ts'

/** The arguments of a matrix product. */
type Gemm = readonly [
  ...[c: number, a: number, b: number, m: number, n: number, k: number],
  ...[rowC: number, rowA: number, columnA: number, rowB: number, columnB: number, beta: number, scratch: number],
]

/** Rows or columns of the result each, of whichever there are more: the other operand is packed by all. */
export function product(bytes: number): Split {
  return (args, { threads, grain, kernels, place }) => {
    const [c, a, b, m, n, k, rowC, rowA, columnA, rowB, columnB, beta, scratch] = args as Gemm
    const most = Math.min(threads, (m * n * k) / grain.products)
    if (most < 2) return undefined
    const byRows = m >= n
    // Fewer would go through the code for narrow results, which adds up in another order.
    const found = byRows ? ranges(m, 32, most) : ranges(n, 64, most)
    if (found === undefined) return undefined
    const room = Math.ceil(kernels.gemmScratchBytes() / 64) * 64
    const rooms = place((found.length - 1) * room)
    return found.map(([start, end], part) => {
      const own = part === 0 ? scratch : rooms + (part - 1) * room
      const [count, by] = [end - start, start * bytes]
      return byRows
        ? [c + by * rowC, a + by * rowA, b, count, n, k, rowC, rowA, columnA, rowB, columnB, beta, own]
        : [c + by, a, b + by * columnB, m, count, k, rowC, rowA, columnA, rowB, columnB, beta, own]
    })
  }
}
