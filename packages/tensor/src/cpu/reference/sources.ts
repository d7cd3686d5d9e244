import type { Kernel, View } from '../../device.ts'
import type { TypedArray } from '../../dtypes.ts'
import { contiguousLayout } from '../../layout.ts'
import type { SourcePrimitives } from '../../primitives.ts'
import type { FloatArray } from '../../random/index.ts'
import {
  fillBernoulli,
  fillBernoulliOf,
  fillExponential,
  fillMultinomial,
  fillNormal,
  fillRandint,
  fillRandperm,
  fillUniform,
} from '../../random/index.ts'
import { ArrayStorage, arrayOf, cpuArray } from '../storage.ts'
import { copy } from './elementwise.ts'
import { storeInts } from './loops.ts'

/** Lets `fill` write a view's elements in row-major order. Float16 never arrives here. */
function fillView(out: View, fill: (elements: TypedArray) => void): void {
  const array = arrayOf(out) as TypedArray
  const { layout, dtype, storage } = out
  if (layout.isContiguous) {
    fill(array.subarray(layout.offset, layout.offset + layout.numel))
    return
  }
  const ordered = cpuArray(dtype, layout.numel) as TypedArray
  fill(ordered)
  copy(
    [out],
    [{ storage: new ArrayStorage(storage.device, dtype, ordered), layout: contiguousLayout(layout.shape), dtype }],
    {},
  )
}

/** The elements of a float view in row-major order. */
function floatsOf(x: View): FloatArray {
  const ordered = cpuArray(x.dtype, x.layout.numel) as FloatArray
  const storage = new ArrayStorage(x.storage.device, x.dtype, ordered)
  copy([{ storage, layout: contiguousLayout(x.layout.shape), dtype: x.dtype }], [x], {})
  return ordered
}

export const sourceKernels: { readonly [P in keyof SourcePrimitives]: Kernel<P> } = {
  full: ([out], _, { value }) =>
    fillView(out!, (elements) => {
      if (elements instanceof BigInt64Array) elements.fill(BigInt(value))
      else elements.fill(Number(value))
    }),
  arange: ([out], _, { length, start, step }) =>
    storeInts(
      out!,
      Float64Array.from({ length }, (__, i) => start + i * step),
    ),
  uniform: ([out], _, { generator, from, to }) =>
    fillView(out!, (elements) => fillUniform(generator, elements as FloatArray, from, to)),
  normal: ([out], _, { generator, mean, std }) =>
    fillView(out!, (elements) => fillNormal(generator, elements as FloatArray, mean, std)),
  randint: ([out], _, { generator, from, to }) =>
    fillView(out!, (elements) => fillRandint(generator, elements, from, to)),
  randperm: ([out], _, { generator }) => fillView(out!, (elements) => fillRandperm(generator, elements)),
  exponential: ([out], _, { generator, lambda }) =>
    fillView(out!, (elements) => fillExponential(generator, elements as FloatArray, lambda)),
  bernoulliScalar: ([out], _, { generator, probability }) =>
    fillView(out!, (elements) => fillBernoulli(generator, elements, probability)),
}

export const bernoulli: Kernel<'bernoulli'> = ([out], [x], { generator }) => {
  fillView(out!, (elements) => fillBernoulliOf(generator, elements, floatsOf(x!)))
}

export const multinomial: Kernel<'multinomial'> = ([out], [x], { samples, replacement, generator }) => {
  const drawn = new BigInt64Array(out!.layout.numel)
  fillMultinomial(generator, drawn, floatsOf(x!), { categories: x!.layout.shape.at(-1)!, samples, replacement })
  storeInts(out!, Float64Array.from(drawn, Number))
}
