import { describe, expect, it } from 'vitest'
import type { Copy } from './copies.ts'
import { copiesOf } from './copies.ts'

/** None of which make a NaN. */
const everyByte = Uint8Array.from({ length: 1024 }, (_, i) => 255 - (i % 256))
const megabyte = 1 << 20

function kindOf(copy: Copy): string {
  return typeof copy === 'string' ? 'text' : copy instanceof Uint8Array ? 'bytes' : 'numbers'
}

const node = { process: { versions: { node: '20.19.0' } }, Buffer }

describe('copiesOf(bytes)', () => {
  it.each([
    ['as text in Node', node, 'text'],
    ['as numbers elsewhere', {}, 'numbers'],
    ['as numbers where something stands for Buffer', { Buffer }, 'numbers'],
    [
      'as bytes while the JavaScript heap is full',
      { process: { memoryUsage: () => ({ heapUsed: 2 ** 33 }) } },
      'bytes',
    ],
  ] as const)('takes every byte out and brings it back: %s', (_name, host, kind) => {
    const bytes = new Uint8Array(megabyte)
    const copies = copiesOf(bytes, host)
    // So much that the heap was looked at.
    for (let i = 0; i < 130; i++) copies.take(0, megabyte)
    bytes.set(everyByte, 104)
    const copy = copies.take(104, 104 + everyByte.length)
    expect(kindOf(copy)).toBe(kind)
    bytes.fill(7)
    copies.bringBack(copy, 0, everyByte.length, 5000)
    expect(bytes.subarray(5000, 5000 + everyByte.length)).toEqual(everyByte)
    copies.bringBack(copy, 248, 8, 9000)
    expect([...bytes.subarray(8999, 9009)]).toEqual([7, 7, 6, 5, 4, 3, 2, 1, 0, 7])
  })

  it('keeps bytes that are a NaN as bytes, whatever its sign, kind and payload', () => {
    const bytes = new Uint8Array(megabyte)
    const words = new BigUint64Array(bytes.buffer)
    const copies = copiesOf(bytes, {})
    for (const word of [0x7ff8n << 48n, 0x7ff0000000000001n, 0xfff7fffffff7ffffn, (0xfffn << 52n) | 5n]) {
      words.set([1n, word, 2n])
      const copy = copies.take(0, 24)
      expect(kindOf(copy)).toBe('bytes')
      words.fill(0n)
      copies.bringBack(copy, 0, 24, 64)
      expect([...words.subarray(7, 12)]).toEqual([0n, 1n, word, 2n, 0n])
    }
  })

  it('keeps negative zero, infinities and subnormals as numbers, bit for bit', () => {
    const bytes = new Uint8Array(megabyte)
    const words = new BigUint64Array(bytes.buffer)
    const copies = copiesOf(bytes, {})
    const odd = [1n << 63n, 0x7ffn << 52n, 0xfffn << 52n, 1n, 0x000fffffffffffffn, 0n]
    words.set(odd)
    const copy = copies.take(0, 48)
    expect(kindOf(copy)).toBe('numbers')
    copies.bringBack(copy, 0, 48, 800)
    expect([...words.subarray(100, 106)]).toEqual(odd)
  })

  it('keeps all bits of NaNs in text', () => {
    const bytes = new Uint8Array(megabyte)
    const words = new BigUint64Array(bytes.buffer)
    const copies = copiesOf(bytes, node)
    const odd = [0x7ff8n << 48n, 0x7ff0000000000001n, 0xfff7fffffff7ffffn, (0xfffn << 52n) | 5n]
    words.set(odd)
    copies.bringBack(copies.take(0, 32), 8, 24, 800)
    expect([...words.subarray(99, 104)]).toEqual([0n, ...odd.slice(1), 0n])
  })

  it('keeps large ones as bytes in Node, and as numbers elsewhere', () => {
    const bytes = new Uint8Array(megabyte)
    expect(kindOf(copiesOf(bytes, node).takeLarge(0, 64))).toBe('bytes')
    expect(kindOf(copiesOf(bytes, {}).takeLarge(0, 64))).toBe('numbers')
  })
})
