import { readFileSync } from 'node:fs'
import { gradcheck } from '@metagrad/autograd'
import type { DType } from '@metagrad/tensor'
import { Tensor, fromData, tensor } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import * as functional from './index.ts'

interface StoredTensor {
  readonly shape: number[]
  readonly data: (number | string)[]
  readonly dtype: DType
  readonly grad?: boolean
}

interface Case {
  readonly name: string
  readonly args: unknown[]
  readonly out: StoredTensor
  readonly grads: (number | string)[][]
  readonly edge?: boolean
}

const file = new URL('../../golden/functional.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: Case[] }

const isStored = (value: unknown): value is StoredTensor =>
  typeof value === 'object' && value !== null && 'shape' in value && 'data' in value

/** Tensors, options that hold tensors, and infinities, as JSON keeps them. */
function decode(value: unknown): unknown {
  if (value === 'inf') return Infinity
  if (isStored(value)) return decodeTensor(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]))
}

function decodeTensor({ shape, data, dtype, grad = false }: StoredTensor): Tensor {
  return tensor(data.map(Number), { dtype }).reshape(shape).detach().requiresGrad_(grad)
}

/** The tensors with gradients among the arguments and within their options. */
function leavesOf(args: readonly unknown[]): Tensor[] {
  return args
    .flatMap((arg) => (arg instanceof Tensor || typeof arg !== 'object' || arg === null ? [arg] : Object.values(arg)))
    .filter((arg): arg is Tensor => arg instanceof Tensor && arg.requiresGrad)
}

const table: Readonly<Record<string, (...args: never[]) => unknown>> = { ...functional }

function call(name: string, args: readonly unknown[]): Tensor {
  return table[name]!(...(args as never[])) as Tensor
}

/** What the golden script sends back: cos(1 + i). */
function seedFor(out: Tensor): Tensor {
  return fromData(
    Float64Array.from({ length: out.numel }, (_, i) => Math.cos(1 + i)),
    out.shape,
    'float64',
  )
}

/** PyTorch rounds a constant of these gradients to float32: 1 / alpha, 1 / 6 and 1e-12. */
const tolerances: Readonly<Record<string, number>> = { celu: 1e-7, hardsigmoid: 1e-8, binaryCrossEntropy: 1e-8 }

/** Relative to 1 where numbers are small. */
function expectClose(name: string, actual: readonly number[], expected: readonly (number | string)[]): void {
  const tolerance = tolerances[name] ?? 1e-11
  expect(actual.length).toBe(expected.length)
  const wrong = actual.filter((value, i) => {
    const wanted = Number(expected[i] === 'inf' ? Infinity : expected[i])
    return !(Object.is(value, wanted) || Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted)))
  })
  expect(wrong, `got ${actual.join(', ')}, expected ${expected.join(', ')}`).toEqual([])
}

const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

const titled = cases.map((golden, i) => ({ ...golden, title: `${golden.name} #${i}` }))

describe('functional agrees with PyTorch', () => {
  test.each(titled)('$title in values and gradients', ({ name, args, out, grads }) => {
    const decoded = args.map(decode)
    const leaves = leavesOf(decoded)
    const result = call(name, decoded)
    expect(result.shape).toEqual(out.shape)
    expectClose(name, numbers(result), out.data)
    result.backward(seedFor(result))
    expect(leaves.length).toBe(grads.length)
    for (const [i, leaf] of leaves.entries()) expectClose(name, numbers(leaf.grad!), grads[i]!)
  })
})

describe('functional passes gradcheck', () => {
  const smooth = titled.filter(({ edge }) => edge !== true)

  test.each(smooth)('$title', ({ name, args }) => {
    const decoded = args.map(decode)
    const leaves = leavesOf(decoded)
    const f = (...inputs: Tensor[]): Tensor => call(name, replace(decoded, leaves, inputs))
    expect(gradcheck(f, leaves).error).toBeLessThan(1e-6)
  })
})

/** The arguments with other tensors in the place of the leaves. */
function replace(args: readonly unknown[], leaves: readonly Tensor[], by: readonly Tensor[]): unknown[] {
  const swap = (value: unknown): unknown => {
    const at = value instanceof Tensor ? leaves.indexOf(value) : -1
    return at === -1 ? value : by[at]
  }
  return args.map((arg) =>
    arg instanceof Tensor || typeof arg !== 'object' || arg === null || Array.isArray(arg)
      ? swap(arg)
      : Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, swap(value)])),
  )
}
