import type { Device, KernelOf, Kernels, View } from '../device.ts'
import type { DType, TypedArray } from '../dtypes.ts'
import { dtypes } from '../dtypes.ts'
import { ArgumentError } from '../errors.ts'
import { contiguousLayout } from '../layout.ts'
import { once } from '../once.ts'
import { encodeHalf } from './float16.ts'
import { useBuild, useThreads } from './engine.ts'
import { fastKernels } from './fast.ts'
import { throughFloat32, widenHalf } from './half.ts'
import {
  binaryKernels,
  cast,
  clamp,
  copy,
  dropout,
  gradientKernels,
  unaryKernels,
  where,
} from './reference/elementwise.ts'
import { convolutionKernels } from './reference/convolution.ts'
import { cat, gather, index, indexAdd, indexPut, indexSelect, pad, scatter } from './reference/indexing.ts'
import { linalgKernels, matmul } from './reference/matrix.ts'
import { batchNorm, batchNormBackward, layerNorm, layerNormBackward } from './reference/normalization.ts'
import { poolingKernels } from './reference/pooling.ts'
import { amax, amin, argmax, argmin, mean, prod, scanKernels, sort, sum } from './reference/reduce.ts'
import {
  crossEntropy,
  crossEntropyBackward,
  logSoftmax,
  logSoftmaxBackward,
  softmax,
  softmaxBackward,
} from './reference/softmax.ts'
import { bernoulli, multinomial, sourceKernels } from './reference/sources.ts'
import { adamStep, bceWithLogitsBackward, bceWithLogitsSum, linear, sgdStep } from './reference/training.ts'
import { lowerProgram } from './program/lower.ts'
import { copyInto } from './operands.ts'
import { ArrayStorage, CpuStorage, arrayOf, beginOp, cpuArray, hold } from './storage.ts'
import type { KernelBuild } from './wasm/loader.ts'

const reference: Kernels = {
  ...unaryKernels,
  ...binaryKernels,
  ...scanKernels,
  ...sourceKernels,
  ...linalgKernels,
  ...convolutionKernels,
  ...poolingKernels,
  ...gradientKernels,
  sum,
  mean,
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
  linear,
  dropout,
  bceWithLogitsSum,
  bceWithLogitsBackward,
  sgdStep,
  adamStep,
  softmax,
  logSoftmax,
  softmaxBackward,
  logSoftmaxBackward,
  crossEntropy,
  crossEntropyBackward,
  layerNorm,
  layerNormBackward,
  batchNorm,
  batchNormBackward,
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

/** The reference, on operands that are all in memory. */
function onlyReference(_name: string, loops: KernelOf<never>): KernelOf<never> {
  return throughFloat32<never>((outputs, inputs, params) => {
    beginOp()
    hold([...inputs, ...outputs])
    loops(outputs, inputs, params)
  })
}

type FastRow = (...args: Parameters<KernelOf<never>>) => boolean

/** A compiled kernel where there is one for the operands, else the reference. */
function withFast(name: string, loops: KernelOf<never>): KernelOf<never> {
  const plain = onlyReference(name, loops)
  const rows: { readonly [name: string]: FastRow | undefined } = fastKernels
  const fast = rows[name]
  if (fast === undefined) return plain
  const general = throughFloat32<never>((outputs, inputs, params) => {
    const ordered = outputs.map((out) => (out.layout.isContiguous ? out : inOrder(out)))
    if (!fast(ordered, inputs, params)) return plain(outputs, inputs, params)
    outputs.forEach((out, i) => {
      if (out !== ordered[i]) copyInto(out, ordered[i]!)
    })
  })
  // Fresh float32 results, nearly always, are done here: only in-place methods write elsewhere, and they have one output.
  return (outputs, inputs, params) => {
    beginOp()
    if (!outputs[0]!.layout.isContiguous || !fast(outputs, inputs, params)) general(outputs, inputs, params)
  }
}

function tableOf(row: (name: string, loops: KernelOf<never>) => KernelOf<never>): Kernels {
  const rows: { readonly [name: string]: KernelOf<never> } = reference
  return Object.fromEntries(Object.entries(rows).map(([name, loops]) => [name, row(name, loops)])) as Kernels
}

function readSync(view: View): TypedArray {
  beginOp()
  const { dtype, layout } = view
  if (dtype === 'float16') return arrayOf(widenHalf(view)).slice() as Float32Array
  const array = arrayOf(view) as TypedArray
  if (layout.isContiguous) return array.slice(layout.offset, layout.offset + layout.numel)
  const ordered = cpuArray(dtype, layout.numel) as TypedArray
  copy([{ storage: new ArrayStorage(cpu, dtype, ordered), layout: contiguousLayout(layout.shape), dtype }], [view], {})
  return ordered
}

const referenceKernels = once(() => tableOf(onlyReference))
const compiledKernels = tableOf(withFast)

const device: Omit<Device, 'name' | 'kernels'> & { kernels: Kernels } = {
  dtypes: new Set(Object.keys(dtypes) as DType[]),
  kernels: compiledKernels,
  allocate(dtype, length) {
    beginOp()
    return new CpuStorage(cpu, dtype, length)
  },
  write(storage, data) {
    beginOp()
    const array = arrayOf({ storage, layout: contiguousLayout([storage.length]), dtype: storage.dtype })
    if (storage.dtype === 'float16') for (let i = 0; i < data.length; i++) array[i] = encodeHalf(Number(data[i]))
    else (array as TypedArray).set(data as never)
  },
  read: async (view) => readSync(view),
  readSync,
  lower: (program) => lowerProgram(program, cpu, () => (cpu.kernels === compiledKernels ? fastKernels : {})),
}

/** How the CPU computes. */
export interface CpuOptions {
  /** 1 at the start; more share large products, convolutions and element-wise work. In Node only. */
  readonly threads: number
}

/** The CPU as a device, and how it computes when it is called. */
export interface Cpu extends Device {
  (options: CpuOptions): Cpu
}

const mostThreads = 64

function setUp({ threads }: Partial<CpuOptions> = {}): Cpu {
  if (threads === undefined || !Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw new ArgumentError(
      `cpu: threads must be a whole number from 1 to ${mostThreads}, got ${threads}. Use cpu({ threads: 2 }).`,
    )
  }
  useThreads(threads)
  return cpu
}

const callable = Object.defineProperty(Object.assign(setUp, device), 'name', { value: 'cpu' })

/**
 * The CPU: every dtype, every primitive, synchronous reads. The default device.
 *
 * `cpu({ threads: n })` has n threads share large matrix products, convolutions, element-wise work and optimizer steps from then on,
 * in Node. Tensors stay as they are, and the numbers are the same, bit for bit, whatever n is. `cpu({ threads: 1 })`, as at the start,
 * ends the others. They never keep a process alive.
 *
 * @example
 * cpu({ threads: 2 })
 * ones([256, 256]).matmul(ones([256, 256])).mean().itemSync() // -> 256
 * cpu({ threads: 1 })
 */
export const cpu: Cpu = callable

/** What computes: the reference alone, or a build of the compiled kernels with the reference for the rest. */
export type KernelChoice = 'reference' | KernelBuild

/**
 * Computes on the CPU in another way from here on; by the quickest, if none is given. Tensors stay as they are.
 *
 * It is for tests and comparisons: users want `deterministic`.
 *
 * @throws DeviceError where the engine does not run the build
 */
export function useKernels(choice?: KernelChoice): void {
  if (choice !== 'reference') useBuild(choice)
  callable.kernels = choice === 'reference' ? referenceKernels() : compiledKernels
}
