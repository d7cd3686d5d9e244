import type { Kernel, View } from '../../device.ts'
import { LinalgError } from '../../errors.ts'
import { Layout, broadcastStrides } from '../../layout.ts'
import type { LinalgPrimitives } from '../../primitives.ts'
import { arrayOf } from '../storage.ts'
import { narrow, widen } from './doubles.ts'
import * as linalg from './linalg/index.ts'
import type { Elements } from './loops.ts'
import { bigintsOf, forEachMatrix, numbersOf } from './loops.ts'

/** Sizes and strides of one product C = A B. */
interface Product {
  readonly rows: number
  readonly inner: number
  readonly columns: number
  /** Row and column strides of A, B and C. */
  readonly a: readonly [number, number]
  readonly b: readonly [number, number]
  readonly c: readonly [number, number]
}

function stridesOf({ layout: { strides } }: View): readonly [number, number] {
  return [strides.at(-2)!, strides.at(-1)!]
}

/** One element of C at a time, added up in double precision. */
function multiplyNumbers(
  left: Elements<number>,
  right: Elements<number>,
  to: Elements<number>,
  [o, i, j]: readonly number[],
  { rows, inner, columns, a, b, c }: Product,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let total = 0
      let [p, q] = [i! + row * a[0], j! + column * b[1]]
      for (let k = 0; k < inner; k++, p += a[1], q += b[0]) total += left[p]! * right[q]!
      to[o! + row * c[0] + column * c[1]] = total
    }
  }
}

/** The same for ints, which wrap around as the machine's do. */
function multiplyInts<T extends number | bigint>(
  left: Elements<T>,
  right: Elements<T>,
  to: Elements<T>,
  [o, i, j]: readonly number[],
  { rows, inner, columns, a, b, c }: Product,
  zero: T,
  addProduct: (total: T, x: T, y: T) => T,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let total = zero
      for (let k = 0; k < inner; k++) {
        total = addProduct(total, left[i! + row * a[0] + k * a[1]]!, right[j! + column * b[1] + k * b[0]]!)
      }
      to[o! + row * c[0] + column * c[1]] = total
    }
  }
}

export const matmul: Kernel<'matmul'> = ([out], [a, b]) => {
  const { shape } = out!.layout
  const product: Product = {
    rows: shape.at(-2)!,
    inner: a!.layout.shape.at(-1)!,
    columns: shape.at(-1)!,
    a: stridesOf(a!),
    b: stridesOf(b!),
    c: stridesOf(out!),
  }
  const batch = shape.slice(0, -2)
  const [x, y, to] = [numbersOf(a!), numbersOf(b!), numbersOf(out!)]
  forEachMatrix(batch, [out!, a!, b!], (offsets) => {
    if (out!.dtype === 'int64') {
      const add = (total: bigint, p: bigint, q: bigint): bigint => BigInt.asIntN(64, total + p * q)
      multiplyInts(bigintsOf(a!), bigintsOf(b!), bigintsOf(out!), offsets, product, 0n, add)
    } else if (out!.dtype === 'int32' || out!.dtype === 'uint8') {
      multiplyInts(x, y, to, offsets, product, 0, (total, p, q) => (total + Math.imul(p, q)) | 0)
    } else {
      multiplyNumbers(x, y, to, offsets, product)
    }
  })
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

/** Whole numbers into a fresh output of whichever int dtype the device has for positions. */
function writeInts(out: View, values: ArrayLike<number>): void {
  const to = arrayOf(out)
  for (let i = 0; i < values.length; i++) to[i] = to instanceof BigInt64Array ? BigInt(values[i]!) : values[i]!
}

/** What an iterative routine's status other than 0 means. */
function whyNot(status: number): string {
  return status === linalg.NON_FINITE
    ? 'holds NaN or infinity. Check it with isfinite().'
    : 'was not decomposed: the iteration did not converge.'
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
      if (status !== 0) throw failed('eigh', whyNot(status), i, count)
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
      if (status !== 0) throw failed('svd', whyNot(status), i, count)
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
  lstsq: ([out, rankOut], [a, b], { rtol }) => {
    const batch = out!.layout.shape.slice(0, -2)
    const [, m, n] = sizesOf(a!)
    const [count, , k] = sizesOf(out!)
    const [matrices, right, x] = [expanded(a!, batch), expanded(b!, batch), new Float64Array(count * n * k)]
    const ranks = Array.from({ length: count }, (_, i) => {
      const { status, rank } = linalg.lstsq(
        nth(matrices, i, m * n),
        m,
        n,
        nth(right, i, m * k),
        k,
        nth(x, i, n * k),
        rtol,
      )
      if (status !== 0) throw failed('lstsq', whyNot(status), i, count)
      return rank
    })
    narrow(out!, x)
    writeInts(rankOut!, ranks)
  },
  pinv: ([out], [a], { rtol, atol }) => {
    const [count, m, n] = sizesOf(a!)
    const [work, inverse] = [widen(a!), new Float64Array(count * n * m)]
    for (let i = 0; i < count; i++) {
      const status = linalg.pinv(nth(work, i, m * n), m, n, rtol, nth(inverse, i, n * m), atol)
      if (status !== 0) throw failed('pinv', whyNot(status), i, count)
    }
    narrow(out!, inverse)
  },
  det: ([out], [a]) => {
    const [count, n] = sizesOf(a!)
    const [work, pivots] = [widen(a!), new Int32Array(n)]
    const values = Float64Array.from({ length: count }, (_, i) => {
      const matrix = nth(work, i, n * n)
      linalg.luFactor(matrix, n, n, pivots)
      return linalg.luDeterminant(matrix, pivots, n)
    })
    narrow(out!, values)
  },
  eig: ([real, imag, vectorsReal, vectorsImag], [a]) => {
    const [count, n] = sizesOf(a!)
    const work = widen(a!)
    const values = { re: new Float64Array(count * n), im: new Float64Array(count * n) }
    const vectors = { re: new Float64Array(count * n * n), im: new Float64Array(count * n * n) }
    for (let i = 0; i < count; i++) {
      const own = { re: nth(vectors.re, i, n * n), im: nth(vectors.im, i, n * n) }
      const status = linalg.eig(nth(work, i, n * n), n, nth(values.re, i, n), nth(values.im, i, n), own)
      if (status !== 0) throw failed('eig', whyNot(status), i, count)
    }
    narrow(real!, values.re)
    narrow(imag!, values.im)
    narrow(vectorsReal!, vectors.re)
    narrow(vectorsImag!, vectors.im)
  },
  matrixExp: ([out], [a]) => {
    const [count, n] = sizesOf(a!)
    const [work, values] = [widen(a!), new Float64Array(count * n * n)]
    for (let i = 0; i < count; i++) linalg.matrixExponential(nth(work, i, n * n), n, nth(values, i, n * n))
    narrow(out!, values)
  },
}
