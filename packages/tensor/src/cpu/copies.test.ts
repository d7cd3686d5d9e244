import { describe, expect, it } from 'vitest'
import { copiesOf } from './copies.ts'

const everyByte = Uint8Array.from({ length: 1024 }, (_, i) => i)

describe('copiesOf(bytes)', () => {
  it.each([
    ['as strings, where there is a Buffer', globalThis, 'string'],
    ['as arrays elsewhere', {}, 'object'],
    [
      'as arrays while the JavaScript heap is full',
      { ...globalThis, process: { memoryUsage: () => ({ heapUsed: 2 ** 33 }) } },
      'object',
    ],
  ] as const)('takes every byte out and brings it back: %s', (_name, host, type) => {
    const bytes = new Uint8Array(33 << 20)
    const copies = copiesOf(bytes, host)
    // So much that the heap was looked at.
    copies.take(0, bytes.length)
    bytes.set(everyByte, 100)
    const copy = copies.take(100, 100 + everyByte.length)
    expect(typeof copy).toBe(type)
    bytes.fill(7)
    copies.bringBack(copy, 0, everyByte.length, 5000)
    expect(bytes.subarray(5000, 5000 + everyByte.length)).toEqual(everyByte)
    copies.bringBack(copy, 255, 3, 9000)
    expect([...bytes.subarray(8999, 9004)]).toEqual([7, 255, 0, 1, 7])
  })
})
