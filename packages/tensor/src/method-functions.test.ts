import { describe, expect, it } from 'vitest'
import { add, exp, matmul, max, median, min, softmax, sum, tensor } from './index.ts'

describe('functions of the torch namespace', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ])

  it('are the methods, tensor first', () => {
    expect(exp(x).equal(x.exp())).toBe(true)
    expect(add(x, 2, { alpha: 3 }).tolistSync()).toEqual([
      [7, 8],
      [9, 10],
    ])
    expect(matmul(x, x).equal(x.matmul(x))).toBe(true)
    expect(sum(x, 0, { keepDim: true }).tolistSync()).toEqual([[4, 6]])
    expect(softmax(x, 1).equal(x.softmax(1))).toBe(true)
  })

  it('give one result or values and indices, as the methods do', () => {
    expect([max(x), min(x), median(x)].map((y) => y.itemSync())).toEqual([4, 1, 2])
    expect(max(x, 1).indices.tolistSync()).toEqual([1, 1])
    expect(min(x, 0).values.tolistSync()).toEqual([1, 2])
    expect(median(x, 0, { keepDim: true }).values.shape).toEqual([1, 2])
  })
})
