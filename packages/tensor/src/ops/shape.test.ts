import { describe, expect, test } from 'vitest'
import { arange, cat, slice, tensor, zeros } from '../index.ts'
import type { Tensor } from '../index.ts'

/** Whether writing into `view` changes `x`. */
function shares(x: Tensor, view: Tensor): boolean {
  const before = x.storage.version
  view.fill_(-1)
  return x.storage.version > before
}

const grid = (): Tensor => arange(6).reshape(2, 3)

describe('views and copies', () => {
  test.each<[string, (x: Tensor) => Tensor]>([
    ['reshape', (x) => x.reshape(3, 2)],
    ['view', (x) => x.view(-1)],
    ['permute', (x) => x.permute(1, 0)],
    ['T', (x) => x.T],
    ['unsqueeze', (x) => x.unsqueeze(0)],
    ['narrow', (x) => x.narrow(1, 1, 2)],
    ['select', (x) => x.select(0, 1)],
    ['flip', (x) => x.flip(1)],
    ['diagonal', (x) => x.diagonal()],
    ['unfold', (x) => x.unfold(1, 1, 1)],
    ['split', (x) => x.split(1)[1]!],
    ['unbind', (x) => x.unbind()[0]!],
    ['index with slices', (x) => x.index(1, slice(null, null, -2))],
    ['detach', (x) => x.detach()],
  ])('%s is a view', (_, view) => {
    const x = grid()
    expect(shares(x, view(x))).toBe(true)
  })

  test.each<[string, (x: Tensor) => Tensor]>([
    ['clone', (x) => x.clone()],
    ['reshape of a transposition', (x) => x.T.reshape(6)],
    ['contiguous of a transposition', (x) => x.T.contiguous()],
    ['index with an array', (x) => x.index([0, 1])],
    ['index with a mask', (x) => x.index(x.ge(0))],
    ['diag', (x) => x.diag()],
    ['roll', (x) => x.roll(0)],
    ['repeat', (x) => x.repeat(1, 1)],
    ['cat', (x) => cat([x])],
    ['tril', (x) => x.tril()],
  ])('%s is a copy', (_, copy) => {
    const x = grid()
    expect(shares(x, copy(x))).toBe(false)
  })

  test('contiguous() of a contiguous tensor is the tensor', () => {
    const x = grid()
    expect(x.contiguous()).toBe(x)
  })

  test('repeatInterleave repeats as many slices as there are', () => {
    const x = arange(100)
    expect(x.repeatInterleave(2, 0).tolistSync()).toEqual(arange(200).floorDivide(2).tolistSync())
    expect(x.repeatInterleave(zeros([100], { dtype: 'int64' }).add(3)).shape).toEqual([300])
    expect(() => x.repeatInterleave(2 ** 31)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: repeatInterleave: [214748364800] has 214748364800 elements, more than the 2^32 that fit.]`,
    )
  })
})

describe('writing in place', () => {
  test('x.set(index, value) can read what it writes', () => {
    const x = arange(5)
    expect(x.set('1:', x.index(':-1')).tolistSync()).toEqual([0, 0, 1, 2, 3])
    const y = arange(4)
    expect(y.set([[0, 1, 2, 3]], y.index('::-1')).tolistSync()).toEqual([3, 2, 1, 0])
  })

  test('x.set(index, value) takes one spec or a list of them', () => {
    expect(zeros(2, 2).set(0, 1).tolistSync()).toEqual([
      [1, 1],
      [0, 0],
    ])
    expect(zeros(2, 2).set([0, 1], 1).tolistSync()).toEqual([
      [0, 1],
      [0, 0],
    ])
    expect(
      zeros(2, 2)
        .set([[0, 1]], 1)
        .tolistSync(),
    ).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect(zeros(2, 2).set([], 1).tolistSync()).toEqual([
      [1, 1],
      [1, 1],
    ])
  })

  test('the last of several values for one place stays', () => {
    expect(
      zeros(2)
        .set([[0, 0]], tensor([1, 2]))
        .tolistSync(),
    ).toEqual([2, 0])
    expect(
      zeros(2)
        .indexPut([[0, 0]], tensor([1, 2]), { accumulate: true })
        .tolistSync(),
    ).toEqual([3, 0])
  })

  test('bools add up to "either"', () => {
    const x = zeros([2], { dtype: 'bool' })
    expect(x.indexPut([[0, 0]], true, { accumulate: true }).dataSync()).toEqual(Uint8Array.of(1, 0))
    expect(x.newFull([1], 7).dataSync()).toEqual(Uint8Array.of(1))
    expect(x.fill_(2).dataSync()).toEqual(Uint8Array.of(1, 1))
  })

  test('ints take no fractions', () => {
    expect(() => zeros([2], { dtype: 'int64' }).fill_(0.5)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: fill_: int64 cannot hold 0.5. Use a float dtype, or round and clamp first.]`,
    )
    expect(() => zeros([2], { dtype: 'int32' }).newFull([1], Number.NaN)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: newFull: int32 cannot hold NaN. Use a float dtype, or round and clamp first.]`,
    )
  })
})
