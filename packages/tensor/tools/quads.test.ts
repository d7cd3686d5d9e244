import { expect, test } from 'vitest'

import { expandQuads } from './quads.ts'

const source = `
/** 2 x */
// @quad
@inline
export function twice(x: v128): v128 {
  // Comments fall away.
  return f32x4.mul(
    x,
    k(TABLE, 0),
  )
}

// @quad
@inline
export function twiceMore(x: v128, shift: uniform): v128 {
  const difference = f32x4.sub(x, shift)
  const y = twice(difference)
  return f32x4.add(y, x)
}
`

test('expandQuads(source, module) inlines calls, reads a constant once, and writes each statement four times', () => {
  expect(expandQuads(source, 'maths').split('\n\n')[2]).toMatchInlineSnapshot(`
    "@inline
    export function twiceMore(out: usize, x: usize, shift: v128): void {
      const t0_0 = v128.load(x, 16 * 0)
      const t0_1 = v128.load(x, 16 * 1)
      const t0_2 = v128.load(x, 16 * 2)
      const t0_3 = v128.load(x, 16 * 3)
      const t1_0 = f32x4.sub(t0_0, shift)
      const t1_1 = f32x4.sub(t0_1, shift)
      const t1_2 = f32x4.sub(t0_2, shift)
      const t1_3 = f32x4.sub(t0_3, shift)
      const TABLE_0_3 = k(math.TABLE, 0)
      const t2_0 = f32x4.mul( t1_0, TABLE_0_3, )
      const t2_1 = f32x4.mul( t1_1, TABLE_0_3, )
      const t2_2 = f32x4.mul( t1_2, TABLE_0_3, )
      const t2_3 = f32x4.mul( t1_3, TABLE_0_3, )
      const t3_0 = f32x4.add(t2_0, t0_0)
      const t3_1 = f32x4.add(t2_1, t0_1)
      const t3_2 = f32x4.add(t2_2, t0_2)
      const t3_3 = f32x4.add(t2_3, t0_3)
      v128.store(out, t3_0, 16 * 0)
      v128.store(out, t3_1, 16 * 1)
      v128.store(out, t3_2, 16 * 2)
      v128.store(out, t3_3, 16 * 3)
    }
    "
  `)
})

test('expandQuads(source, module) refuses what is no straight line', () => {
  const branching = source.replace('const difference', 'if (x) const difference')
  expect(() => expandQuads(branching, 'maths')).toThrowErrorMatchingInlineSnapshot(
    `[Error: quads: twiceMore has a statement that is no straight line: if (x) const difference = f32x4.sub(x, shift)]`,
  )
})
