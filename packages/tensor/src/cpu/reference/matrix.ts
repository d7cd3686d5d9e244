import type { Kernel, View } from '../../device.ts'
import { LinalgError } from '../../errors.ts'
import { Layout, broadcastStrides, contiguousLayout } from '../../layout.ts'
import type { LinalgPrimitives } from '../../primitives.ts'
import { CpuStorage, arrayOf } from '../storage.ts'
import { cast } from './elementwise.ts'
import * as linalg from './linalg/index.ts'
import type { Elements } from './loops.ts'
import { bigintsOf, forEachRun, numbersOf } from './loops.ts'

/** Visits each matrix of a batch: the offset of its first element in every view, whose leading dims broadcast to `batch`. */
function forEachMatrix(
  batch: readonly number[],
  views: readonly View[],
  visit: (offsets: readonly number[]) => void,
): void {
  const leading = views.map(({ layout, ...view }) => {
    const lead = new Layout(layout.shape.slice(0, -2), layout.strides.slice(0, -2), layout.offset)
    return { ...view, layout: new Layout(batch, broadcastStrides(lead, batch), layout.offset) }
  })
  forEachRun(batch, leading, (starts, steps, length) => {
    for (let k = 0; k < length; k++) visit(steps.map((step, v) => starts[v]! + k * step))
  })
}

/** C = A B, a row of C at a time: the inner loop runs along rows of B. Floats add up in double precision. */
function multiply<T extends number | bigint>(
  out: View,
  a: View,
  b: View,
  [left, right, to]: readonly [Elements<T>, Elements<T>, Elements<T>],
  row: Elements<T>,
  zero: T,
  addProduct: (total: T, x: T, y: T) => T,
): void {
  const [rows, columns] = [out.layout.shape.at(-2)!, out.layout.shape.at(-1)!]
  const inner = a.layout.shape.at(-1)!
  const [ar, ac] = [a.layout.strides.at(-2)!, a.layout.strides.at(-1)!]
  const [br, bc] = [b.layout.strides.at(-2)!, b.layout.strides.at(-1)!]
  const [or, oc] = [out.layout.strides.at(-2)!, out.layout.strides.at(-1)!]
  forEachMatrix(out.layout.shape.slice(0, -2), [out, a, b], ([o, i, j]) => {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) row[c] = zero
      for (let k = 0; k < inner; k++) {
        const x = left[i! + r * ar + k * ac]!
        for (let c = 0, at = j! + k * br; c < columns; c++, at += bc) row[c] = addProduct(row[c]!, x, right[at]!)
      }
      for (let c = 0; c < columns; c++) to[o! + r * or + c * oc] = row[c]!
    }
  })
}

const addNumbers = (total: number, x: number, y: number): number => total + x * y
const addInt32 = (total: number, x: number, y: number): number => (total + Math.imul(x, y)) | 0

export const matmul: Kernel<'matmul'> = ([out], [a, b]) => {
  const columns = out!.layout.shape.at(-1)!
  if (out!.dtype === 'int64') {
    const arrays = [bigintsOf(a!), bigintsOf(b!), bigintsOf(out!)] as const
    multiply(out!, a!, b!, arrays, new BigInt64Array(columns), 0n, (total, x, y) => BigInt.asIntN(64, total + x * y))
    return
  }
  const arrays = [numbersOf(a!), numbersOf(b!), numbersOf(out!)] as const
  const isInt = out!.dtype === 'int32' || out!.dtype === 'uint8'
  multiply(out!, a!, b!, arrays, new Float64Array(columns), 0, isInt ? addInt32 : addNumbers)
}

/** A float view as contiguous float64: the routines work on that alone. A copy, so they may overwrite it. */
function widen(x: View): Float64Array {
  const doubles = new Float64Array(x.layout.numel)
  const storage = new CpuStorage(x.storage.device, 'float64', doubles)
  cast([{ storage, layout: contiguousLayout(x.layout.shape), dtype: 'float64' }], [x], { dtype: 'float64' })
  return doubles
}

/** Stores float64 results, rounding to the output's dtype. Outputs of routines are fresh. */
function narrow(out: View, values: Float64Array): void {
  ;(arrayOf(out) as Float64Array).set(values, out.layout.offset)
}

function sizesOf({ layout }: View): readonly [count: number, rows: number, columns: number] {
  const [rows, columns] = [layout.shape.at(-2)!, layout.shape.at(-1)!]
  return [layout.shape.slice(0, -2).reduce((n, size) => n * size, 1), rows, columns]
}

function nth(array: Float64Array, i: number, size: number): Float64Array {
  return array.subarray(i * size, (i + 1) * size)
}

/** B with the batch dims of the result, for A of its own batch: both indexed by the same counter. */
function expanded(x: View, batch: readonly number[]): Float64Array {
  const shape = [...batch, ...x.layout.shape.slice(-2)]
  return widen({
    storage: x.storage,
    dtype: x.dtype,
    layout: new Layout(shape, broadcastStrides(x.layout, shape), x.layout.offset),
  })
}

function failed(op: string, what: string, i: number, batch: number): LinalgError {
  return new LinalgError(`${op}: ${batch > 1 ? `matrix ${i} of the batch ` : 'the matrix '}${what}`)
}

export const linalgKernels: { readonly [P in keyof LinalgPrimitives]: Kernel<P> } = {
  lu: ([out, pivotsOut, rowsOut], [a]) => {
    const [count, m, n] = sizesOf(a!)
    const factors = widen(a!)
    const k = Math.min(m, n)
    const pivots = arrayOf(pivotsOut!) as Int32Array
    const order = new Int32Array(m)
    const rows = arrayOf(rowsOut!)
    for (let i = 0; i < count; i++) {
      const own = pivots.subarray(i * k, (i + 1) * k)
      linalg.luFactor(nth(factors, i, m * n), m, n, own)
      linalg.luPermutation(own, m, order)
      for (let r = 0; r < m; r++) rows[i * m + r] = rows instanceof BigInt64Array ? BigInt(order[r]!) : order[r]!
    }
    narrow(out!, factors)
  },
  cholesky: ([out], [a]) => {
    const [count, n] = sizesOf(a!)
    const factors = widen(a!)
    for (let i = 0; i < count; i++) {
      const status = linalg.cholesky(nth(factors, i, n * n), n)
      if (status !== 0)
        throw failed(
          'cholesky',
          `is not positive definite: its leading minor of order ${status} is not positive.`,
          i,
          count,
        )
    }
    narrow(out!, factors)
  },
  qr: ([q, r], [a], { mode }) => {
    const [count, m, n] = sizesOf(a!)
    const work = widen(a!)
    const k = mode === 'complete' ? m : Math.min(m, n)
    const [qs, rs] = [new Float64Array(count * m * k), new Float64Array(count * k * n)]
    for (let i = 0; i < count; i++)
      linalg.qr(nth(work, i, m * n), m, n, nth(qs, i, m * k), nth(rs, i, k * n), mode === 'complete')
    narrow(q!, qs)
    narrow(r!, rs)
  },
  eigh: ([values, vectors], [a]) => {
    const [count, n] = sizesOf(a!)
    const work = widen(a!)
    const eigenvalues = new Float64Array(count * n)
    for (let i = 0; i < count; i++) {
      const status = linalg.eigh(nth(work, i, n * n), n, nth(eigenvalues, i, n))
      if (status !== 0)
        throw failed('eigh', 'did not converge or holds NaN or infinity. Check it with isfinite().', i, count)
    }
    narrow(values!, eigenvalues)
    narrow(vectors!, work)
  },
  svd: ([u, s, vh], [a], { fullMatrices }) => {
    const [count, m, n] = sizesOf(a!)
    const work = widen(a!)
    const k = Math.min(m, n)
    const [uk, vk] = fullMatrices ? [m, n] : [k, k]
    const [us, ss, vs] = [
      new Float64Array(count * m * uk),
      new Float64Array(count * k),
      new Float64Array(count * vk * n),
    ]
    for (let i = 0; i < count; i++) {
      const status = linalg.svd(
        nth(work, i, m * n),
        m,
        n,
        nth(us, i, m * uk),
        nth(ss, i, k),
        nth(vs, i, vk * n),
        fullMatrices,
      )
      if (status !== 0)
        throw failed('svd', 'did not converge or holds NaN or infinity. Check it with isfinite().', i, count)
    }
    narrow(u!, us)
    narrow(s!, ss)
    narrow(vh!, vs)
  },
  solve: ([out], [a, b]) => {
    const batch = out!.layout.shape.slice(0, -2)
    const [count, n, k] = sizesOf(out!)
    const [factors, x] = [expanded(a!, batch), expanded(b!, batch)]
    const pivots = new Int32Array(n)
    for (let i = 0; i < count; i++) {
      const status = linalg.luFactor(nth(factors, i, n * n), n, n, pivots)
      if (status !== 0) throw failed('solve', `is singular: pivot ${status} is zero.`, i, count)
      linalg.luSolve(nth(factors, i, n * n), pivots, n, nth(x, i, n * k), k)
    }
    narrow(out!, x)
  },
  triangularSolve: ([out], [a, b], { upper, unitriangular }) => {
    const batch = out!.layout.shape.slice(0, -2)
    const [count, n, k] = sizesOf(out!)
    const [factors, x] = [expanded(a!, batch), expanded(b!, batch)]
    for (let i = 0; i < count; i++) {
      linalg.triangularSolve(nth(factors, i, n * n), n, nth(x, i, n * k), k, { upper, unit: unitriangular })
    }
    narrow(out!, x)
  },
}
