import { describe, expect, test } from 'vitest'

import { DeviceError } from '../../errors.ts'
import { type KernelBuild, loadKernels, readSlackBytes, supportsBuild } from './loader.ts'

const builds = ['simd128', 'relaxed'] satisfies KernelBuild[]
const supported = builds.filter((build) => supportsBuild(build))

describe('loadKernels', () => {
  test('loadKernels() picks the relaxed build where the engine has it', () => {
    expect(loadKernels().build).toBe(supported.at(-1))
  })

  test('loadKernels({ build }) takes the build asked for', () => {
    expect(supported.map((build) => loadKernels({ build }).build)).toEqual(supported)
    expect(supported).toContain('simd128')
  })

  test('loadKernels({ build }) refuses a build that the engine lacks, by a DeviceError', () => {
    const missing = builds.filter((build) => !supported.includes(build))
    if (missing.length === 0) console.warn('loadKernels: this engine runs both builds, so neither can be refused.')
    const refusals = missing.map((build) => {
      try {
        return loadKernels({ build })
      } catch (error) {
        return error
      }
    })
    expect(refusals.every((error) => error instanceof DeviceError && error.message.startsWith('loadKernels: '))).toBe(
      true,
    )
  })

  test('loadKernels({ initialBytes }) gives a memory of at least that size, which can grow', () => {
    const { memory, kernels, heapBase } = loadKernels({ build: 'simd128', initialBytes: 100_000 })
    expect(memory.buffer.byteLength).toBe(131_072)
    memory.grow(1)
    const n = (memory.buffer.byteLength - heapBase - readSlackBytes) >> 2
    new Float32Array(memory.buffer, heapBase, n).fill(-3)
    kernels.absF32(heapBase, heapBase, n)
    expect(new Float32Array(memory.buffer, heapBase, n).every((x) => x === 3)).toBe(true)
  })

  test('loadKernels() keeps the constants of one instance from another', () => {
    const [first, second] = [loadKernels({ build: 'simd128' }), loadKernels({ build: 'simd128' })]
    new Uint8Array(first.memory.buffer).fill(0)
    const at = Math.ceil(second.heapBase / 16) * 16
    second.kernels.expF32(at, at, 1)
    expect(new Float32Array(second.memory.buffer, at, 1)[0]).toBe(1)
  })

  test('both builds export the same kernels', () => {
    const names = supported.map((build) => Object.keys(loadKernels({ build }).kernels).sort())
    expect(names.every((list) => list.join(' ') === names[0]?.join(' '))).toBe(true)
    expect(names[0]).toContain('gemmF32')
  })
})
