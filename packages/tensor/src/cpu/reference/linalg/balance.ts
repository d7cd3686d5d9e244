import { norm } from './rows.ts'
import { elementary } from '../../wasm/elementary.ts'

/** The similarity `A' = D^-1 P^T A P D`: component i of a vector of A' belongs to `order[i]` of A, divided by `scale[i]`. */
export interface Balance {
  readonly order: readonly number[]
  readonly scale: Float64Array
}

/**
 * Makes A block triangular, as far as its zeros allow, and gives the rows and columns of each block like norms, by powers of two.
 * What lies outside the blocks does not touch the eigenvalues, and would push scales towards infinity if it took part.
 *
 * @see Golub & Van Loan, Matrix Computations (4th ed.), section 7.5.7
 */
export function balance(a: Float64Array, n: number): Balance {
  const blocks = connectedBlocks(a, n)
  const order = blocks.flat()
  const original = a.slice()
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) a[i * n + j] = original[order[i]! * n + order[j]!]!
  }
  const scale = new Float64Array(n).fill(1)
  let low = 0
  for (const block of blocks) {
    scaleBlock(a, n, low, low + block.length - 1, scale)
    low += block.length
  }
  return { order, scale }
}

/**
 * The strongly connected components of the graph with an edge i -> j where `A[i, j]` is not zero, each ascending, no edge leading
 * from a later one to an earlier one (Kosaraju's two searches).
 */
function connectedBlocks(a: Float64Array, n: number): number[][] {
  const seen = new Uint8Array(n)
  const visit = (i: number, rowStride: number, columnStride: number, finished: number[]): void => {
    seen[i] = 1
    for (let j = 0; j < n; j++) {
      if (seen[j] === 0 && a[i * rowStride + j * columnStride] !== 0) visit(j, rowStride, columnStride, finished)
    }
    finished.push(i)
  }
  const finished: number[] = []
  for (let i = n - 1; i >= 0; i--) if (seen[i] === 0) visit(i, n, 1, finished)
  seen.fill(0)
  const blocks: number[][] = []
  for (const i of finished.reverse()) {
    if (seen[i] !== 0) continue
    const block: number[] = []
    visit(i, 1, n, block)
    blocks.push(block.sort((p, q) => p - q))
  }
  return blocks
}

function scaleBlock(a: Float64Array, n: number, low: number, high: number, scale: Float64Array): void {
  for (let sweep = 0, changed = true; changed && sweep < 30; sweep++) {
    changed = false
    for (let i = low; i <= high; i++) {
      const column = normBeside(a, i, n, i, low, high)
      const row = normBeside(a, i * n, 1, i, low, high)
      if (column === 0 || row === 0) continue
      const factor = 2 ** Math.round((elementary.log2(row) - elementary.log2(column)) / 2)
      if (!(column * factor + row / factor < 0.95 * (column + row))) continue
      changed = true
      scale[i]! *= factor
      for (let j = 0; j < n; j++) {
        if (j === i) continue
        a[i * n + j]! /= factor
        a[j * n + i]! *= factor
      }
    }
  }
}

/** Norm of entries low..high of a row or column, without its diagonal entry i. */
function normBeside(a: Float64Array, start: number, stride: number, i: number, low: number, high: number): number {
  const before = norm(a, start + low * stride, stride, i - low)
  const after = norm(a, start + (i + 1) * stride, stride, high - i)
  return elementary.hypot(before, after)
}
