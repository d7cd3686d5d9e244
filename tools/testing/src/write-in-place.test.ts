import { backward, noGrad } from '@metagrad/autograd'
import type { Tensor } from '@metagrad/tensor'
import { arange, ones, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'

// Writing in place under the tape: gradients follow the write, and backward refuses what was overwritten.

const leaf = (...values: number[]): Tensor => tensor(values, { requiresGrad: true })
const gradient = (x: Tensor): unknown => x.grad?.tolistSync()

describe('x.set(index, value) under the tape', () => {
  test('gives the overwritten places no gradient and the values theirs', () => {
    const [x, v] = [leaf(1, 2, 3), leaf(5)]
    const y = x.mul(2)
    y.set([[1]], v)
    backward(y.mul(tensor([10, 20, 30])).sum())
    expect(gradient(x)).toEqual([20, 0, 60])
    expect(gradient(v)).toEqual([20])
  })

  test('reaches the history of the base through a view', () => {
    const [x, v] = [leaf(1, 2, 3, 4), leaf(7, 8)]
    const y = x.mul(1).reshape(2, 2)
    y.index(':', 0).copy_(v)
    backward(y.square().sum())
    expect(y.tolistSync()).toEqual([
      [7, 2],
      [8, 4],
    ])
    expect(gradient(x)).toEqual([0, 4, 0, 8])
    expect(gradient(v)).toEqual([14, 16])
  })

  test('is seen by a view that was taken before', () => {
    const [x, v] = [leaf(1, 2, 3), leaf(9)]
    const y = x.mul(1)
    const view = y.narrow(0, 1, 2)
    y.set(2, v.select(0, 0))
    backward(view.mul(tensor([3, 4])).sum())
    expect(gradient(x)).toEqual([0, 3, 0])
    expect(gradient(v)).toEqual([4])
  })

  test('makes a constant tensor part of the tape', () => {
    const v = leaf(2)
    const y = zeros(3)
    y.set([[0, 2]], v)
    expect(y.requiresGrad).toBe(true)
    backward(y.mul(tensor([1, 10, 100])).sum())
    expect(gradient(v)).toEqual([101])
  })

  test('of a leaf needs noGrad', () => {
    const x = leaf(1, 2)
    expect(() => x.set(0, 5)).toThrow('requires grad')
    expect(() => x.indexPut_([[0]], 5)).toThrow('requires grad')
    expect(() => x.maskedFill_(x.gt(0), 5)).toThrow('requires grad')
    noGrad(() => x.set(0, 5))
    expect(x.tolistSync()).toEqual([5, 2])
    expect(x.isLeaf).toBe(true)
  })

  test('makes backward refuse what another op had saved', () => {
    const x = leaf(1, 2)
    const y = x.mul(1)
    const z = y.square()
    y.set([[0]], 9)
    expect(() => backward(z.sum())).toThrow(/changed in place/)
  })

  test('makes backward refuse through a view, too', () => {
    const x = leaf(1, 2)
    const y = x.mul(1)
    const z = y.exp()
    z.index('1:').fill_(0)
    expect(() => backward(z.sum())).toThrow(/changed in place/)
  })

  test('does not disturb ops that saved nothing', () => {
    const x = leaf(1, 2)
    const y = x.mul(1)
    const z = y.add(1)
    y.set(0, 9)
    backward(z.sum())
    expect(gradient(x)).toEqual([1, 1])
  })
})

describe('other writes under the tape', () => {
  test('scatter_, indexAdd_, indexFill_ and maskedScatter_ chain', () => {
    const [x, v] = [leaf(1, 2, 3), leaf(4, 5, 6)]
    const at = tensor([0, 0, 2], { dtype: 'int64' })
    const y = x
      .mul(1)
      .scatterAdd_(0, at, v)
      .indexFill_(0, tensor([2], { dtype: 'int64' }), 0)
    y.maskedScatter_(tensor([false, true, false]), v)
    backward(y.mul(tensor([1, 10, 100])).sum())
    expect(y.tolistSync()).toEqual([10, 4, 0])
    expect(gradient(x)).toEqual([1, 0, 0])
    expect(gradient(v)).toEqual([11, 1, 0])
  })

  test('fill_, zero_ and draws end the history of what was there', () => {
    const x = leaf(1, 2, 3)
    const y = x.mul(2)
    y.narrow(0, 0, 1).zero_()
    y.narrow(0, 1, 1).uniform_()
    backward(y.sum())
    expect(gradient(x)).toEqual([0, 0, 2])
    const z = x.mul(2)
    z.fill_(1)
    backward(z.sum())
    expect(gradient(x)).toEqual([0, 0, 2])
  })

  test('scatterReduce_ with amax shares the gradient among equals', () => {
    const [x, v] = [leaf(3, 1), leaf(3, 0)]
    const y = x.mul(1).scatterReduce_(0, tensor([0, 0], { dtype: 'int64' }), v, 'amax')
    backward(y.sum())
    expect(gradient(x)).toEqual([0.5, 1])
    expect(gradient(v)).toEqual([0.5, 0])
  })

  test('a row written step by step gives each step its gradient', () => {
    const x = leaf(2)
    const rows = zeros(4, 1)
    let state = ones(1)
    for (let i = 0; i < 4; i++) {
      state = state.mul(x)
      rows.set(i, state)
    }
    backward(rows.sum())
    expect(rows.flatten().tolistSync()).toEqual([2, 4, 8, 16])
    expect(gradient(x)).toEqual([1 + 2 * 2 + 3 * 4 + 4 * 8])
  })

  test('x.index(...) of positions named twice adds their gradients', () => {
    const x = arange(3).requiresGrad_()
    backward(x.index([0, 0, 2]).sum())
    expect(gradient(x)).toEqual([2, 0, 1])
  })
})
