import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeGrid, encodeGrid, gridBytes } from './grid.ts'

describe('encodeGrid(bytes)', () => {
  it('is base64, as Buffer writes it, and decodeGrid reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeGrid(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64'))
        expect(gridBytes(text)).toBe(bytes.length)
        expect(decodeGrid(text)).toEqual(bytes)
      }),
    )
  })

  it('takes more bytes than a call takes arguments', () => {
    const bytes = Uint8Array.from({ length: 500 * 500 }, (_, i) => i % 251)
    expect(Buffer.from(decodeGrid(encodeGrid(bytes))).equals(bytes)).toBe(true)
  })
})

describe('decodeGrid(text)', () => {
  it('refuses what is not base64', () => {
    expect(() => decodeGrid('AA*=')).toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: decodeGrid: not base64: 4 characters. Pass the grid of a surface event.]`,
    )
  })
})
