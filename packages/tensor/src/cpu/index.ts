import type { Device, KernelOf, Kernels, View } from '../device.ts'
import type { DType, TypedArray } from '../dtypes.ts'
import { dtypes } from '../dtypes.ts'
import { contiguousLayout } from '../layout.ts'
import { encodeHalf } from './float16.ts'
import { fastKernels } from './fast.ts'
import { throughFloat32, widenHalf } from './half.ts'
import { binaryKernels, cast, clamp, copy, unaryKernels, where } from './reference/elementwise.ts'
import { cat, gather, index, indexAdd, indexPut, indexSelect, pad, scatter } from './reference/indexing.ts'
import { linalgKernels, matmul } from './reference/matrix.ts'
import { amax, amin, argmax, argmin, logSoftmax, prod, scanKernels, softmax, sort, sum } from './reference/reduce.ts'
import { bernoulli, multinomial, sourceKernels } from './reference/sources.ts'
import { ArrayStorage, CpuStorage, arrayOf, cpuArray, hold } from './storage.ts'

const reference: Kernels = {
  ...unaryKernels,
  ...binaryKernels,
  ...scanKernels,
  ...sourceKernels,
  ...linalgKernels,
  sum,
  prod,
  amax,
  amin,
  argmax,
  argmin,
  copy,
  cast,
  where,
  clamp,
  matmul,
  softmax,
  logSoftmax,
  gather,
  scatter,
  indexSelect,
  indexAdd,
  index,
  indexPut,
  cat,
  pad,
  sort,
  multinomial,
  bernoulli,
}

/** A contiguous stand-in for an output that does not lie in order: compiled kernels write forward only. */
function inOrder({ storage, dtype, layout }: View): View {
  return { storage: new CpuStorage(storage.device, dtype, layout.numel), dtype, layout: contiguousLayout(layout.shape) }
}

/** A compiled kernel where there is one for the operands, else the reference on operands that are all in memory. */
function withFast(name: string, kernel: KernelOf<never>): KernelOf<never> {
  const rows: { readonly [name: string]: ((...args: Parameters<typeof kernel>) => boolean) | undefined } = fastKernels
  const fast = rows[name]
  return (outputs, inputs, params) => {
    if (fast !== undefined) {
      const plain =
        outputs.length === 1 ? outputs[0]!.layout.isContiguous : outputs.every(({ layout }) => layout.isContiguous)
      const targets = plain ? outputs : outputs.map(inOrder)
      if (fast(targets, inputs, params)) {
        if (!plain) outputs.forEach((out, i) => copy([out], [targets[i]!], {}))
        return
      }
    }
    hold(inputs)
    hold(outputs)
    kernel(outputs, inputs, params)
  }
}

function compiled(table: Kernels): Kernels {
  const rows: { readonly [name: string]: KernelOf<never> } = table
  return Object.fromEntries(
    Object.entries(rows).map(([name, kernel]) => [name, throughFloat32(withFast(name, kernel))]),
  ) as Kernels
}

function readSync(view: View): TypedArray {
  const { dtype, layout } = view
  if (dtype === 'float16') return arrayOf(widenHalf(view)).slice() as Float32Array
  const array = arrayOf(view) as TypedArray
  if (layout.isContiguous) return array.slice(layout.offset, layout.offset + layout.numel)
  const ordered = cpuArray(dtype, layout.numel) as TypedArray
  copy([{ storage: new ArrayStorage(cpu, dtype, ordered), layout: contiguousLayout(layout.shape), dtype }], [view], {})
  return ordered
}

/** The CPU: every dtype, every primitive, synchronous reads. The default device. */
export const cpu: Device = {
  name: 'cpu',
  dtypes: new Set(Object.keys(dtypes) as DType[]),
  kernels: compiled(reference),
  allocate: (dtype, length) => new CpuStorage(cpu, dtype, length),
  write(storage, data) {
    const array = arrayOf({ storage, layout: contiguousLayout([storage.length]), dtype: storage.dtype })
    if (storage.dtype === 'float16') for (let i = 0; i < data.length; i++) array[i] = encodeHalf(Number(data[i]))
    else (array as TypedArray).set(data as never)
  },
  read: async (view) => readSync(view),
  readSync,
}
