import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PooledBuffer } from './pool.ts'
import { BufferPool, sizeClass } from './pool.ts'

describe('sizeClass(bytes)', () => {
  it('holds the bytes, wastes at most a fifth beyond the smallest, and is a multiple of 16', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 }), (bytes) => {
        const size = sizeClass(bytes)
        expect(size).toBeGreaterThanOrEqual(bytes)
        expect(size % 16).toBe(0)
        expect(size).toBeLessThanOrEqual(Math.max(64, 1.25 * bytes + 16))
        expect(sizeClass(size)).toBe(size)
      }),
    )
  })
})

describe('BufferPool', () => {
  function pool(cap: number): { pool: BufferPool; destroyed: PooledBuffer[] } {
    const destroyed: PooledBuffer[] = []
    const create = (): GPUBuffer => ({}) as GPUBuffer
    return { pool: new BufferPool(create, (buffer) => destroyed.push(buffer), cap), destroyed }
  }

  it('gives what came back to the next of the same size class', () => {
    const { pool: buffers } = pool(1e6)
    const first = buffers.take(1000)
    buffers.giveBack(first)
    expect(buffers.take(2000)).not.toBe(first)
    expect(buffers.take(1010)).toBe(first)
    expect(buffers.statistics).toMatchObject({ created: 2, buffers: 2, freeBytes: 0 })
  })

  it('destroys what would exceed its cap', () => {
    const { pool: buffers, destroyed } = pool(3000)
    const taken = [buffers.take(2048), buffers.take(2048)]
    for (const buffer of taken) buffers.giveBack(buffer)
    expect(destroyed).toEqual([taken[1]])
    expect(buffers.statistics).toEqual({ usedBytes: 0, freeBytes: 2048, buffers: 1, created: 2 })
  })
})
