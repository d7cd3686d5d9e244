import type { Device, Tensor } from '@metagrad/tensor'
import { fromData, isFloat } from '@metagrad/tensor'
import { relativeError } from '../tolerances.ts'
import { assertAtMost, assertEqual } from './check.ts'

/** The same values on the GPU, int64 as int32; its own leaf where the original is one. */
export function onGpu(x: Tensor, gpu: Device): Tensor {
  const narrow = x.dtype === 'int64' ? x.to('int32') : x
  const moved = fromData(narrow.detach().contiguous().dataSync(), x.shape, narrow.dtype, gpu)
  if (x.requiresGrad) moved.requiresGrad = true
  return moved
}

/** @throws Error unless a result is the CPU's: its shape, its dtype (int32 for int64), its values to a relative error */
export async function assertSame(got: Tensor, want: Tensor, tolerance: number): Promise<void> {
  assertEqual(got.shape, want.shape, 'shape')
  // What a row makes without its inputs stays on the CPU.
  const dtype = want.dtype === 'int64' && got.device !== want.device ? 'int32' : want.dtype
  assertEqual(got.dtype, dtype, 'dtype')
  const [numbers, wanted] = [await got.data(), await want.data()]
  const largest = Array.from(wanted, Number).reduce((m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m), 0)
  const floor = Math.max(Math.min(1, largest), 1e-6)
  let worst = 0
  wanted.forEach((value: number | bigint, i: number) => {
    worst = Math.max(worst, relativeError(Number(numbers[i]), Number(value), floor))
  })
  const limit = isFloat(got.dtype) ? tolerance : 0
  if (worst <= limit) return
  assertAtMost(
    worst,
    limit,
    `got ${Array.from(numbers, Number).join(', ')}, want ${Array.from(wanted, Number).join(', ')}`,
  )
}

/** Largest difference between the two, relative to the largest element or 1. */
export async function difference(got: Tensor, want: Tensor): Promise<number> {
  assertEqual(got.shape, want.shape, 'shape')
  const [numbers, wanted] = [await got.data(), want.dataSync()]
  let [worst, largest] = [0, 1]
  for (let i = 0; i < wanted.length; i++) {
    worst = Math.max(worst, Math.abs(Number(numbers[i]) - Number(wanted[i])))
    largest = Math.max(largest, Math.abs(Number(wanted[i])))
  }
  return worst / largest
}
