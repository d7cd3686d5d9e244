import type { View } from '../device.ts'
import { dtypes } from '../dtypes.ts'
import { contiguousLayout } from '../layout.ts'
import { cpuEngine } from './engine.ts'
import type { Fast } from './operands.ts'
import { describe, ordered } from './operands.ts'
import { forEachMatrix } from './reference/loops.ts'
import { pointer } from './storage.ts'

type Gemm = (left: number, right: number, to: number) => void

/** The kernel for matrices of the last two dims of `a` and `b`; their strides are free. */
function gemmOf(out: View, a: View, b: View): Gemm {
  const { kernels, scratch } = cpuEngine()
  const kernel = out.dtype === 'float32' ? kernels.gemmF32 : kernels.gemmF64
  const [m, n] = lastTwo(out.layout.shape)
  const k = a.layout.shape[a.layout.shape.length - 1]!
  const [rowA, columnA] = lastTwo(a.layout.strides)
  const [rowB, columnB] = lastTwo(b.layout.strides)
  return (left, right, to) => kernel(to, left, right, m, n, k, n, rowA, columnA, rowB, columnB, 0, scratch)
}

const lastTwo = (list: readonly number[]): readonly [number, number] => [list[list.length - 2]!, list[list.length - 1]!]

const isReal = ({ dtype }: View): boolean => dtype === 'float32' || dtype === 'float64'

const matmul: Fast<unknown> = (outputs, inputs) => {
  const out = outputs[0]!
  const a = inputs[0]!
  const b = inputs[1]!
  if (!isReal(out)) return false
  if (out.layout.numel === 0) return true
  const gemm = gemmOf(out, a, b)
  if (out.layout.ndim === 2) {
    const left = pointer(a)
    const right = pointer(b)
    gemm(left, right, pointer(out))
    return true
  }
  const bytes = dtypes[out.dtype].bytes
  const whole = ({ storage, dtype }: View): View => ({ storage, dtype, layout: contiguousLayout([storage.length]) })
  const left = pointer(whole(a))
  const right = pointer(whole(b))
  const to = pointer(whole(out))
  forEachMatrix(out.layout.shape.slice(0, -2), [out, a, b], ([o, i, j]) =>
    gemm(left + i! * bytes, right + j! * bytes, to + o! * bytes),
  )
  return true
}

/** x w^T + b: the rows of the result begin as the bias, and the product is added to them; a single bias is added afterwards. */
const linear: Fast<unknown> = (outputs, inputs) => {
  const out = outputs[0]!
  if (!isReal(out)) return false
  const x = ordered(inputs[0]!)
  const weight = inputs[1]!
  const bias = inputs[2]
  const [columns, inner] = lastTwo(weight.layout.shape)
  const [columnB, rowB] = lastTwo(weight.layout.strides)
  const { numel } = out.layout
  if (numel === 0) return true
  const left = pointer(x)
  const right = pointer(weight)
  const start = bias === undefined ? 0 : pointer(bias)
  const to = pointer(out)
  const { kernels, scratch } = cpuEngine()
  const [gemm, add] = out.dtype === 'float32' ? [kernels.gemmF32, kernels.addF32] : [kernels.gemmF64, kernels.addF64]
  const isRepeated = bias !== undefined && columns > 1
  if (isRepeated) repeatRows(to, start, numel / columns, bias)
  gemm(to, left, right, numel / columns, columns, inner, columns, inner, 1, rowB, columnB, isRepeated ? 1 : 0, scratch)
  if (bias !== undefined && !isRepeated) add(to, to, start, numel, 1, 0)
  return true
}

/** A vector over and over. */
function repeatRows(to: number, from: number, count: number, { dtype, layout }: View): void {
  const { kernels } = cpuEngine()
  const copy = dtypes[dtype].bytes === 4 ? kernels.copy32Nd : kernels.copy64Nd
  copy(
    to,
    from,
    describe(
      [count, layout.numel],
      [
        [layout.numel, 1],
        [0, layout.strides[0]!],
      ],
    ),
  )
}

/** Compiled products of matrices. */
export const products: { readonly matmul: Fast<unknown>; readonly linear: Fast<unknown> } = { matmul, linear }
