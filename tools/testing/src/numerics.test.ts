import { grad } from '@metagrad/autograd'
import { functional as F } from '@metagrad/nn'
import { cat, full, manualSeed, ones, rand, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'

describe('float32 sums', () => {
  it('of 10^7 values have a relative error below 1e-6', () => {
    manualSeed(0)
    const x = rand(10_000_000)
    const data = x.dataSync() as Float32Array
    let exact = 0
    for (const value of data) exact += value
    expect(Math.abs(x.sum().itemSync() - exact) / exact).toBeLessThan(1e-6)
    expect(Math.abs(x.mean().itemSync() - exact / 1e7) / (exact / 1e7)).toBeLessThan(1e-6)
  })

  it('of 10^7 equal values along each dim are exact to the last bits', () => {
    const x = full([10, 1_000_000], 0.1)
    const want = 1_000_000 * Math.fround(0.1)
    for (const value of x.sum(1).dataSync() as Float32Array) expect(Math.abs(value - want) / want).toBeLessThan(1e-6)
    for (const value of x.T.sum(0).dataSync() as Float32Array) expect(Math.abs(value - want) / want).toBeLessThan(1e-6)
  })

  it('in float64 do not drift', () => {
    expect(full([1_000_000], 0.1, { dtype: 'float64' }).sum().itemSync()).toBe(100000)
    expect(tensor([1e100, 1, -1e100], { dtype: 'float64' }).sum().itemSync()).toBe(1)
  })
})

describe('large inputs', () => {
  it('softmax, logSoftmax and logSumExp do not overflow', () => {
    const x = tensor([10_000, 9_999, -10_000])
    const [p, q] = [1 / (1 + Math.exp(-1)), 1 / (1 + Math.E)]
    const close = (got: unknown, want: readonly number[]): void => {
      for (const [i, value] of (got as number[]).entries()) {
        expect(Math.abs(value - want[i]!) / Math.max(1, Math.abs(want[i]!))).toBeLessThan(1e-6)
      }
    }
    close(x.softmax(0).tolistSync(), [p, q, 0])
    close(x.logSoftmax(0).tolistSync(), [Math.log(p), Math.log(q), Math.log(p) - 20_000])
    expect(x.logSumExp().itemSync()).toBeCloseTo(10_000.3133, 2)
  })

  it('bceWithLogits of confident logits is finite and right', () => {
    const loss = tensor([1000, -1000, 1000, -1000]).bceWithLogits(tensor([1, 0, 0, 1]))
    expect(loss.tolistSync()).toEqual([0, 0, 1000, 1000])
  })

  it('var of values with a large offset keeps its digits', () => {
    const x = tensor([1e6 + 1, 1e6 + 2, 1e6 + 3, 1e6 + 4])
    expect(x.var().itemSync()).toBeCloseTo(5 / 3, 5)
  })
})

describe('NaN and infinity', () => {
  it('propagate through reductions as in PyTorch', () => {
    const x = tensor([1, NaN, Infinity])
    expect([x.sum(), x.amax(), x.amin(), x.prod(), x.mean()].map((y) => y.itemSync())).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
      NaN,
    ])
    expect([x.argmax(), x.argmin()].map((y) => y.itemSync())).toEqual([1, 1])
    expect(tensor([1, Infinity]).sum().itemSync()).toBe(Infinity)
    expect(tensor([-Infinity, Infinity]).sum().itemSync()).toBe(NaN)
  })

  it('are kept by clamp, relu and maximum', () => {
    const x = tensor([NaN, -1, Infinity])
    expect(x.clamp(0, 1).tolistSync()).toEqual([NaN, 0, 1])
    expect(x.relu().tolistSync()).toEqual([NaN, 0, Infinity])
    expect(x.maximum(0).tolistSync()).toEqual([NaN, 0, Infinity])
  })

  it.each(['float16', 'float32', 'float64'] as const)(
    'are the limits of softplus and logSigmoid, with gradients, in %s',
    (dtype) => {
      const x = tensor([Infinity, -Infinity, NaN], { dtype, requiresGrad: true })
      for (const [y, values, gradients] of [
        [x.softplus(), [Infinity, 0, NaN], [1, 0, NaN]],
        [x.logSigmoid(), [0, -Infinity, NaN], [0, 1, NaN]],
      ] as const) {
        // -0 is 0, too.
        expect(y.add(0).tolistSync()).toEqual(values)
        expect(grad([y.sum()], [x])[0]!.add(0).tolistSync()).toEqual(gradients)
      }
    },
  )

  it('as bounds of clamp: NaN makes all NaN, as a tensor or a number', () => {
    for (const bound of [NaN, tensor(NaN)]) {
      expect(tensor([-1, 1]).clamp(bound, 0).tolistSync()).toEqual([NaN, NaN])
      expect(tensor([-1, 1]).clamp(undefined, bound).tolistSync()).toEqual([NaN, NaN])
    }
    expect(tensor([-1, 1], { dtype: 'int64' }).clamp(NaN).dtype).toBe('float32')
  })

  it('do not spoil xlogy where the factor is 0, nor its gradients', () => {
    const x = tensor([0, 0, 0, 0, 2], { requiresGrad: true })
    const y = tensor([0, -1, Infinity, NaN, 1], { requiresGrad: true })
    const product = x.xlogy(y)
    expect(product.tolistSync()).toEqual([0, 0, 0, NaN, 0])
    const [dx, dy] = grad([product.sum()], [x, y])
    expect(dx!.tolistSync()).toEqual([0, 0, 0, NaN, 0])
    expect(dy!.tolistSync()).toEqual([0, 0, 0, NaN, 2])
    expect(tensor([2]).xlogy(1).tolistSync()).toEqual([0])
  })

  it('are not the most frequent value beside others', () => {
    const { values, indices } = tensor([NaN, 3, NaN, 1, 3, 1]).mode()
    expect([values.itemSync(), indices.itemSync()]).toEqual([1, 5])
  })
})

describe('empty tensors', () => {
  it('reduce to the neutral element, and to an error where there is none', () => {
    expect([zeros(0).sum(), zeros(0).prod(), zeros(0).mean(), zeros(0).logSumExp()].map((x) => x.itemSync())).toEqual([
      0,
      1,
      NaN,
      -Infinity,
    ])
    expect(zeros(0, 3).sum(0).tolistSync()).toEqual([0, 0, 0])
    expect(() => zeros(0, 3).amax(0)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: amax: dim 0 of [0, 3] is empty and amax of nothing has no value.]`,
    )
  })

  it('pass through element-wise ops, products and cat', () => {
    expect(zeros(0, 3).add(1).shape).toEqual([0, 3])
    expect(zeros(0, 3).matmul(ones(3, 2)).shape).toEqual([0, 2])
    expect(ones(2, 0).matmul(ones(0, 3)).tolistSync()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ])
    expect(cat([zeros(0), ones(2)]).tolistSync()).toEqual([1, 1])
  })

  it('have no unique values, in one dim', () => {
    expect(zeros(3, 0).unique().shape).toEqual([0])
  })
})

describe('0-d tensors', () => {
  it('have a mode, and gradients of products along their only dim', () => {
    const x = tensor(3, { requiresGrad: true })
    const { values, indices } = x.mode()
    expect([values.itemSync(), indices.itemSync()]).toEqual([3, 0])
    expect(grad([x.cumprod(0)], [x])[0]!.itemSync()).toBe(1)
  })
})

describe('calls that types would refuse', () => {
  it('are told what is missing', () => {
    const x = ones(2, 3)
    const calling =
      (f: (...args: never[]) => unknown, ...args: unknown[]) =>
      (): unknown =>
        Reflect.apply(f, x, args)
    expect(calling(x.add, null)).toThrow('add: the other operand must be a tensor or a number')
    expect(calling(F.mseLoss, x, 1)).toThrow('mseLoss: target must be a tensor, got number. Wrap data in tensor(...).')
    expect(calling(F.crossEntropy, x)).toThrow('crossEntropy: target must be a tensor, got undefined')
    expect(calling(F.nllLoss, x)).toThrow('nllLoss: target must be a tensor, got undefined')
  })
})

describe('ints', () => {
  it('of 64 bits have a largest one, from which amin counts when it leaves out what was there', () => {
    const x = tensor([5, 5], { dtype: 'int64' })
    const [index, far] = [tensor([0], { dtype: 'int64' }), tensor([2n ** 63n - 1n], { dtype: 'int64' })]
    const data = x.scatterReduce(0, index, far, 'amin', { includeSelf: false }).dataSync()
    expect(data).toEqual(BigInt64Array.of(2n ** 63n - 1n, 5n))
  })
})
