import { setFlagsFromString } from 'node:v8'

import { afterEach, describe, expect, it } from 'vitest'

import { cpuEngine } from './engine.ts'
import { quickestBuild, supportsBuild } from './wasm/loader.ts'
import { DeviceError, deterministic, linspace, ones, useKernels, zeros } from '../index.ts'

const hadNone = !supportsBuild('relaxed')
const refused = refusal(() => useKernels('relaxed'))
// Node 20 has it behind a flag.
if (hadNone) setFlagsFromString('--experimental-wasm-relaxed-simd')

function refusal(call: () => void): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

afterEach(() => useKernels())

/** Sums of products, where one rounding differs from two. */
const products = (): number[] => {
  const x = linspace(0.1, 1.7, 64 * 64).reshape([64, 64])
  return Array.from(x.matmul(x).dataSync() as Float32Array)
}

describe('deterministic(on)', () => {
  it('picks the plain build, and the quickest again', () => {
    deterministic(true)
    expect(cpuEngine().build).toBe('simd128')
    deterministic(false)
    expect(cpuEngine().build).toBe(quickestBuild())
  })

  it('gives the bits of the plain build', () => {
    useKernels('simd128')
    const plain = products()
    useKernels('relaxed')
    const fused = products()
    deterministic(true)
    expect(products()).toEqual(plain)
    expect(fused).not.toEqual(plain)
  })
})

describe('useKernels(choice)', () => {
  it('keeps the tensors, across builds and growth of the memory', () => {
    useKernels('relaxed')
    const x = linspace(0, 1, 1000)
    const big = ones([3_000_000])
    useKernels('simd128')
    const more = zeros([20_000_000])
    useKernels('reference')
    expect(x.mul(2).sum().itemSync()).toBeCloseTo(1000, 3)
    useKernels('relaxed')
    expect(big.sum().add(more.sum()).itemSync()).toBe(3_000_000)
  })

  it('by the reference gives the same numbers up to the order of sums', () => {
    const want = products()
    useKernels('reference')
    const got = products()
    expect(got).not.toEqual(want)
    for (const [i, value] of want.entries()) expect(Math.abs(got[i]! - value) / value).toBeLessThan(1e-6)
  })

  it('refuses a build that the engine lacks', () => {
    const isRefused = refused instanceof DeviceError
    expect(isRefused).toBe(hadNone)
  })
})
