import { describe, expect, test } from 'vitest'
import {
  Layout,
  broadcastShapes,
  broadcastStrides,
  checkShape,
  contiguousLayout,
  diagonalLayout,
  expandLayout,
  normalizeDim,
  normalizeDims,
  permuteLayout,
  sliceLayout,
  unfoldLayout,
  viewLayout,
} from './layout.ts'

/** Offset of each index tuple in row-major order. */
function offsets({ shape, strides, offset }: Layout): number[] {
  return shape.reduce<number[]>(
    (all, size, dim) => all.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * strides[dim]!)),
    [offset],
  )
}

describe('Layout', () => {
  test('Layout(shape, strides, offset) counts elements and tells whether they lie in order', () => {
    expect(new Layout([2, 3], [3, 1], 4)).toMatchObject({ numel: 6, ndim: 2, isContiguous: true, isFresh: false })
    expect(new Layout([2, 3], [1, 2], 0)).toMatchObject({ isContiguous: false })
    expect(new Layout([], [], 0)).toMatchObject({ numel: 1, isContiguous: true, isFresh: true })
  })

  test('Layout() does not look at the strides of dims of size 1, nor at those of nothing', () => {
    expect(new Layout([1, 3], [99, 1], 0).isContiguous).toBe(true)
    expect(new Layout([0, 3], [7, 7], 0).isContiguous).toBe(true)
  })

  test('overlapsItself is true where a dim was expanded', () => {
    expect(expandLayout(contiguousLayout([1, 3]), [2, 3]).overlapsItself).toBe(true)
    expect(expandLayout(contiguousLayout([1, 3]), [1, 3]).overlapsItself).toBe(false)
  })
})

describe('viewLayout', () => {
  test('viewLayout(layout, shape) cuts blocks that lie densely', () => {
    const rows = sliceLayout(contiguousLayout([4, 6]), { starts: [0, 0], sizes: [2, 6], steps: [2, 1] })
    expect(offsets(viewLayout(rows, [2, 2, 3])!)).toEqual(offsets(rows))
    expect(viewLayout(rows, [12])).toBeUndefined()
  })

  test('viewLayout(layout, shape) needs a copy after a transposition', () => {
    expect(viewLayout(permuteLayout(contiguousLayout([2, 3]), [1, 0]), [6])).toBeUndefined()
  })

  test('viewLayout(layout, shape) keeps zero and negative strides', () => {
    const expanded = expandLayout(contiguousLayout([1, 2]), [3, 2])
    expect(offsets(viewLayout(expanded, [3, 1, 2])!)).toEqual(offsets(expanded))
    const flipped = sliceLayout(contiguousLayout([6]), { starts: [5], sizes: [6], steps: [-1] })
    expect(offsets(viewLayout(flipped, [2, 3])!)).toEqual([5, 4, 3, 2, 1, 0])
  })

  test('viewLayout(layout, shape) of nothing always works', () => {
    expect(viewLayout(new Layout([0, 3], [1, 9], 2), [3, 0])!.shape).toEqual([3, 0])
  })
})

describe('other layouts', () => {
  test('sliceLayout(layout, box) of nothing stays inside the storage', () => {
    expect(sliceLayout(contiguousLayout([3]), { starts: [3], sizes: [0], steps: [1] }).offset).toBe(0)
    const flipped = sliceLayout(contiguousLayout([3, 0]), { starts: [2, 0], sizes: [3, 0], steps: [-1, 1] })
    expect(flipped.strides).toEqual([1, 1])
  })

  test('diagonalLayout(layout, params) walks both dims', () => {
    const square = contiguousLayout([3, 4])
    expect(offsets(diagonalLayout(square, { offset: 0, dim1: 0, dim2: 1 }))).toEqual([0, 5, 10])
    expect(offsets(diagonalLayout(square, { offset: 2, dim1: 0, dim2: 1 }))).toEqual([2, 7])
    expect(offsets(diagonalLayout(square, { offset: -2, dim1: 0, dim2: 1 }))).toEqual([8])
    expect(offsets(diagonalLayout(square, { offset: 9, dim1: 0, dim2: 1 }))).toEqual([])
  })

  test('unfoldLayout(layout, params) gives overlapping windows', () => {
    const windows = unfoldLayout(contiguousLayout([5]), { dim: 0, size: 3, step: 1 })
    expect(windows.shape).toEqual([3, 3])
    expect(offsets(windows)).toEqual([0, 1, 2, 1, 2, 3, 2, 3, 4])
  })

  test('broadcastStrides(layout, shape) stands still in expanded dims', () => {
    expect(broadcastStrides(contiguousLayout([3, 1]), [2, 3, 4])).toEqual([0, 1, 0])
  })
})

describe('checks', () => {
  test('broadcastShapes(op, a, b) pairs dims from the right', () => {
    expect(broadcastShapes('add', [2, 1], [3])).toEqual([2, 3])
    expect(broadcastShapes('add', [], [0, 2])).toEqual([0, 2])
    expect(broadcastShapes('add', [1], [0])).toEqual([0])
    expect(() => broadcastShapes('add', [2, 3], [2, 4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add: shapes do not broadcast: [2, 3] and [2, 4] have 3 vs 4 in dim -1.]`,
    )
    expect(() => broadcastShapes('add', [0], [2])).toThrow('0 vs 2')
  })

  test('normalizeDim(op, dim, ndim) counts from the end, and takes 0 and -1 of 0-d', () => {
    expect(normalizeDim('sum', -1, 3)).toBe(2)
    expect(normalizeDim('sum', -1, 0)).toBe(0)
    expect(() => normalizeDim('sum', 3, 3)).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: sum: dim 3 is out of range: expected -3 to 2 for 3 dims.]`,
    )
    for (const dim of [Number.NaN, 0.5, Infinity, -4]) expect(() => normalizeDim('sum', dim, 3)).toThrow('out of range')
  })

  test('normalizeDims(op, dims, ndim) sorts, and refuses a dim twice', () => {
    expect(normalizeDims('sum', [-1, 0], 3)).toEqual([0, 2])
    expect(normalizeDims('sum', undefined, 2)).toEqual([0, 1])
    expect(() => normalizeDims('sum', [0, -2], 2)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sum: dims [0, -2] name a dim twice.]`,
    )
  })

  test('checkShape(op, shape) refuses what is no size', () => {
    for (const size of [-1, 0.5, Number.NaN, Infinity]) {
      expect(() => checkShape('zeros', [2, size])).toThrow('sizes must be whole numbers >= 0')
    }
    expect(() => checkShape('zeros', [2 ** 20, 2 ** 20])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: zeros: [1048576, 1048576] has 1099511627776 elements, more than the 2^32 that fit.]`,
    )
    expect(checkShape('zeros', [])).toEqual([])
  })
})
