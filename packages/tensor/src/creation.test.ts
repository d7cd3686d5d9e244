import { describe, expect, test } from 'vitest'
import {
  arange,
  empty,
  eye,
  fromData,
  full,
  getDefaultDType,
  linspace,
  ones,
  randint,
  setDefaultDType,
  tensor,
  zeros,
  zerosLike,
} from './index.ts'

describe('tensor', () => {
  test('tensor(data) takes its dtype from the data', () => {
    expect(tensor([1, 2]).dtype).toBe('float32')
    expect(tensor([true]).dtype).toBe('bool')
    expect(tensor([1n]).dtype).toBe('int64')
    expect(tensor([1, true]).dtype).toBe('float32')
    expect(tensor(new Float64Array(1)).dtype).toBe('float64')
    expect(tensor([]).dtype).toBe('float32')
  })

  test('tensor(data) copies', () => {
    const source = Float32Array.of(1, 2)
    const x = tensor(source)
    const y = tensor(x)
    source[0] = 9
    x.fill_(5)
    expect(x.tolistSync()).toEqual([5, 5])
    expect(y.tolistSync()).toEqual([1, 2])
  })

  test('tensor(tensor) forgets the history and casts', () => {
    const x = tensor([1.7], { requiresGrad: true })
    const y = tensor(x.mul(2), { dtype: 'int32' })
    expect(y.requiresGrad).toBe(false)
    expect(y.tolistSync()).toEqual([3])
  })

  test('tensor(data) nests typed arrays', () => {
    expect(tensor([Float32Array.of(1, 2), Float32Array.of(3, 4)]).tolistSync()).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  test('tensor(data, { dtype }) keeps what the dtype holds exactly', () => {
    expect(tensor([2 ** 53], { dtype: 'int64' }).dataSync()).toEqual(BigInt64Array.of(2n ** 53n))
    expect(tensor([-(2n ** 63n)]).dataSync()).toEqual(BigInt64Array.of(-(2n ** 63n)))
    expect(tensor([0, 2, -1], { dtype: 'bool' }).tolistSync()).toEqual([false, true, true])
    expect(tensor([1 / 3], { dtype: 'float16' }).itemSync()).toBe(0.333251953125)
  })
})

describe('factories', () => {
  test('zeros() takes sizes, a shape, and options after either', () => {
    expect(zeros(2, 3).shape).toEqual([2, 3])
    expect(zeros([2, 3]).shape).toEqual([2, 3])
    expect(zeros(2, 3, { dtype: 'int32' })).toMatchObject({ shape: [2, 3], dtype: 'int32' })
    expect(zeros([2], { requiresGrad: true }).requiresGrad).toBe(true)
    expect(zeros().shape).toEqual([])
    expect(zeros([]).shape).toEqual([])
  })

  test('full(shape, value) takes its dtype from the value', () => {
    expect(full([], true).dtype).toBe('bool')
    expect(full([], 3n).dtype).toBe('int64')
    expect(full([], 3).dtype).toBe('float32')
  })

  test('setDefaultDType(dtype) changes what factories give', () => {
    const before = getDefaultDType()
    setDefaultDType('float64')
    try {
      expect(
        [zeros(1), ones(1), empty(1), arange(2), linspace(0, 1, 2), eye(1), tensor([1])].map((x) => x.dtype),
      ).toEqual(Array.from({ length: 7 }, () => 'float64'))
    } finally {
      setDefaultDType(before)
    }
    expect(() => setDefaultDType('int32')).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: setDefaultDType: needs a float dtype, got int32. Use float32, float64 or float16.]`,
    )
  })

  test('zerosLike(x, options) lets options win', () => {
    expect(zerosLike(tensor([1n]), { dtype: 'float64' })).toMatchObject({ dtype: 'float64', shape: [1] })
  })

  test('arange(start, end, step) has as many elements as fit', () => {
    expect(arange(0, 1, 0.3).numel).toBe(4)
    expect(arange(1, 0, -0.5).tolistSync()).toEqual([1, 0.5])
    expect(arange(0).numel).toBe(0)
  })

  test('linspace(start, end, steps) ends exactly', () => {
    const x = linspace(0.1, 0.7, 7, { dtype: 'float64' }).dataSync()
    expect([x[0], x[6]]).toEqual([0.1, 0.7])
  })

  test('eye(rows, options) is square', () => {
    expect(eye(2, { dtype: 'int32' }).tolistSync()).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  test('randint(high, shape, options) is int64 unless told otherwise', () => {
    expect(randint(3, [2]).dtype).toBe('int64')
    expect(randint(0, 3, [2], { dtype: 'uint8' }).dtype).toBe('uint8')
  })

  test('fromData(data, shape, dtype) refuses another number of elements', () => {
    expect(() => fromData(new Float32Array(3), [2, 2], 'float32')).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: fromData: [2, 2] needs 4 elements, got 3.]`,
    )
  })

  test('functions say what is wrong with what is no tensor', () => {
    expect(() => zerosLike([1] as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: zerosLike: needs tensors, got an array. Wrap data in tensor(...).]`,
    )
    expect(() => tensor([1]).to(3 as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: to: needs a dtype, a device or options, got 3. Use x.to('float32').]`,
    )
  })
})

describe('attributes', () => {
  const x = zeros([2, 3], { dtype: 'float64' })

  test('sizes, strides and bytes', () => {
    expect([x.ndim, x.numel, x.elementSize, x.nbytes]).toEqual([2, 6, 8, 48])
    expect([x.size(0), x.size(-1), x.stride(0), x.T.stride(0)]).toEqual([2, 3, 3, 1])
    expect(x.strides).toEqual([3, 1])
    expect(() => x.stride(2)).toThrow('out of range')
    expect(() => x.size(-3)).toThrow('out of range')
  })

  test('what a dtype is', () => {
    expect([x.isFloatingPoint, x.isSigned, x.byte().isSigned, x.bool().isSigned]).toEqual([true, true, false, false])
    expect(x.T.isContiguous).toBe(false)
    expect(x.typeAs(tensor([1n])).dtype).toBe('int64')
  })

  test('to(dtype) rounds towards zero and asks "not 0" for bool', () => {
    const y = tensor([-1.7, 0, 2.9])
    expect(y.int().tolistSync()).toEqual([-1, 0, 2])
    expect(y.bool().tolistSync()).toEqual([true, false, true])
    expect(y.to('float32')).toBe(y)
    expect(y.to({ copy: true })).not.toBe(y)
  })

  test('item() and tolist() read one and all', async () => {
    expect(await tensor([[4]]).item()).toBe(4)
    expect(await tensor([[true]]).tolist()).toEqual([[true]])
    await expect(tensor([1, 2]).item()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: item: needs exactly one element, got shape [2] with 2. Use tolist().]`,
    )
    expect(() => tensor([2n ** 60n]).itemSync()).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: itemSync: the int64 1152921504606846976 does not fit in a number exactly. Use data() for bigints.]`,
    )
  })
})
