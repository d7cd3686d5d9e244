import { describe, expect, it } from 'vitest'
import { arange, ones, tensor, zeros } from './index.ts'

describe('attributes', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])

  it('shape, ndim, numel, size, dtype, device and strides describe the tensor', () => {
    expect([x.shape, x.ndim, x.numel, x.size(-1), x.dtype, x.device.name, x.strides]).toEqual([
      [2, 3],
      2,
      6,
      3,
      'float32',
      'cpu',
      [3, 1],
    ])
  })

  it('isContiguous tells whether the elements lie in order', () => {
    expect([x.isContiguous, x.T.isContiguous, x.T.contiguous().isContiguous, x.select(0, 1).isContiguous]).toEqual([
      true,
      false,
      true,
      true,
    ])
  })

  it('isFloatingPoint and elementSize follow the dtype', () => {
    expect([
      x.isFloatingPoint,
      x.int().isFloatingPoint,
      x.elementSize,
      x.half().elementSize,
      x.bool().elementSize,
    ]).toEqual([true, false, 4, 2, 1])
  })
})

describe('reading', () => {
  const x = tensor([[1.5, -2]])

  it('data(), item() and tolist() are there on every device', async () => {
    expect(await x.data()).toEqual(Float32Array.of(1.5, -2))
    expect(await x.select(1, 1).item()).toBe(-2)
    expect(await x.tolist()).toEqual([[1.5, -2]])
  })

  it('dataSync() hands out a copy', () => {
    x.dataSync()[0] = 99
    expect(x.tolistSync()).toEqual([[1.5, -2]])
  })

  it('gives booleans for bool, bigints for int64 data and numbers for int64 lists', () => {
    expect(tensor([true, false]).tolistSync()).toEqual([true, false])
    expect(tensor([1n, 2n]).dataSync()).toEqual(BigInt64Array.of(1n, 2n))
    expect(tensor([1n, 2n]).tolistSync()).toEqual([1, 2])
  })

  it('reads views in their own order', () => {
    expect(arange(6).reshape(2, 3).T.flip(0).dataSync()).toEqual(Float32Array.of(2, 5, 1, 4, 0, 3))
  })

  it('refuses what would lose something', () => {
    expect(() => x.itemSync()).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: itemSync: needs exactly one element, got shape [1, 2] with 2. Use tolist().]`,
    )
    expect(() => tensor([2n ** 60n + 1n]).itemSync()).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: itemSync: the int64 1152921504606846977 does not fit in a number exactly. Use data() for bigints.]`,
    )
  })
})

describe('conversion', () => {
  it('to(dtype) returns the tensor itself if nothing changes', () => {
    const x = ones(2)
    expect(x.to('float32')).toBe(x)
    expect(x.to({ dtype: 'float32', copy: true })).not.toBe(x)
    expect(() => x.to('float31' as 'float32')).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: to: unknown dtype "float31". Use one of bool, uint8, int32, int64, float16, float32, float64.]`,
    )
  })

  it('detach() shares the storage and forgets the history', () => {
    const x = ones(2, { requiresGrad: true })
    const y = x.mul(2).detach()
    expect([y.requiresGrad, y.isLeaf]).toEqual([false, true])
    const z = x.detach()
    z.fill_(5)
    expect(x.tolistSync()).toEqual([5, 5])
  })

  it('detach_() ends the tape at a result', () => {
    const y = ones(2, { requiresGrad: true }).mul(2)
    expect([y.detach_().requiresGrad, y.source]).toEqual([false, undefined])
  })
})

describe('requiresGrad', () => {
  it('is for floats and leaves', () => {
    expect(() => zeros(2, { dtype: 'int32', requiresGrad: true })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: full: only float tensors can require grad, got int32. Set { dtype: 'float32' }.]`,
    )
    const y = ones(2).requiresGrad_().mul(2)
    expect(() => y.requiresGrad_(false)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: requiresGrad: a result of recorded ops cannot be switched off. Use x.detach().]`,
    )
  })
})
