import { arange, cat, ones, randn, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import { backward, detectAnomaly, enableGrad, grad, inferenceMode, isGradEnabled, noGrad } from './index.ts'

const list = (x: { tolistSync(): unknown } | undefined): unknown => x?.tolistSync()

describe('backward(tensor)', () => {
  it('adds up over calls, as PyTorch', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    x.square().sum().backward()
    expect(list(x.grad)).toEqual([2, 4])
    x.square().sum().backward()
    expect(list(x.grad)).toEqual([4, 8])
  })

  it('sums over all paths from a tensor that is used several times', () => {
    const x = tensor(3, { requiresGrad: true })
    const y = x.mul(x)
    y.mul(y).add(x).backward()
    expect(list(x.grad)).toBe(4 * 27 + 1)
  })

  it('gives each leaf a gradient of its own, never a shared one', () => {
    const [a, b] = [zeros(2, { requiresGrad: true }), zeros(2, { requiresGrad: true })]
    a.add(b).sum().backward()
    a.grad!.mul_(5)
    expect(list(b.grad)).toEqual([1, 1])
  })

  it('does not hand out the seed itself', () => {
    const x = zeros(2, { requiresGrad: true })
    const seed = ones(2)
    x.add(0).backward(seed)
    x.grad!.zero_()
    expect(list(seed)).toEqual([1, 1])
  })

  it('walks a chain of 100,000 ops', () => {
    const x = ones(3, { requiresGrad: true })
    let y = x.mul(1)
    for (let i = 0; i < 100_000; i++) y = y.add(1)
    y.sum().backward()
    expect(list(x.grad)).toEqual([1, 1, 1])
  })

  it('takes a seed where the result is no scalar, and says so where it is missing', () => {
    const x = tensor([[1, 2]], { requiresGrad: true })
    x.mul(3).backward(tensor([[1, 10]]))
    expect(list(x.grad)).toEqual([[3, 30]])
    expect(() => x.mul(3).backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: needs a scalar or an explicit seed, got shape [1, 2]. Use loss.mean() or loss.backward(seed).]`,
    )
    expect(() => x.mul(3).backward(ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: the seed has the wrong shape: [2] vs [1, 2].]`,
    )
  })

  it('drops the tape unless told to keep it', () => {
    const x = tensor(2, { requiresGrad: true })
    const y = x.square()
    y.backward(undefined, { retainGraph: true })
    y.backward()
    expect(list(x.grad)).toBe(8)
    expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: the tape of square was dropped by an earlier backward. Pass { retainGraph: true } to that one.]`,
    )
  })

  it('refuses tensors without a history that requires grad', () => {
    expect(() => zeros([]).backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: the tensor does not require grad, and nothing that it was made from does. Set requiresGrad on a leaf.]`,
    )
  })

  it('differentiates twice with createGraph', () => {
    const x = tensor(2, { requiresGrad: true })
    backward(x.pow(3), { createGraph: true })
    const first = x.grad!
    x.grad = undefined
    backward(first)
    expect(list(x.grad)).toBe(12)
  })

  it('returns gradients in the dtype of each leaf', () => {
    const x = ones(2, { requiresGrad: true })
    const y = ones(2, { dtype: 'float64', requiresGrad: true })
    x.mul(y).sum().backward()
    expect([x.grad!.dtype, y.grad!.dtype]).toEqual(['float32', 'float64'])
  })
})

describe('in-place methods', () => {
  it('are seen by backward', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const y = x.mul(2)
    y.mul_(3).add_(x)
    y.sum().backward()
    expect(list(x.grad)).toEqual([7, 7])
  })

  it('through a view reach the history of the base and of its other views', () => {
    const x = ones(4, { requiresGrad: true })
    const base = x.mul(1)
    const [left, right] = base.split(2)
    left!.mul_(10)
    right!.copy_(left!)
    expect(list(base)).toEqual([10, 10, 10, 10])
    base.sum().backward()
    expect(list(x.grad)).toEqual([20, 20, 0, 0])
  })

  it('on a view make a base without history require grad', () => {
    const w = tensor([5], { requiresGrad: true })
    const base = zeros(3)
    base.narrow(0, 1, 1).copy_(w)
    expect(base.requiresGrad).toBe(true)
    base.square().sum().backward()
    expect(list(w.grad)).toEqual([10])
  })

  it('on what backward still needs are an error, and only on that', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const y = x.mul(2)
    const z = y.exp()
    z.add_(1)
    expect(() => z.sum().backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: the result of exp [2] was changed in place after exp read it: version 1 vs 0. Use x.clone() or the method without _.]`,
    )
    const sum = x.add(1)
    sum.add_(1)
    sum.sum().backward()
    expect(list(x.grad)).toEqual([1, 1])
  })

  it('on a leaf that requires grad are refused, except without recording', () => {
    const x = ones(2, { requiresGrad: true })
    expect(() => x.add_(1)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: add_: a leaf that requires grad cannot be changed in place. Use noGrad, or add.]`,
    )
    expect(() => x.select(0, 0).add_(1)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: add_: a view of a leaf that requires grad cannot be changed in place. Use noGrad, or add.]`,
    )
    noGrad(() => x.add_(1))
    expect(list(x)).toEqual([2, 2])
  })

  it('refuse results of another shape or kind, and expanded targets', () => {
    expect(() => ones(2).add_(ones(3, 2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add_: the result does not fit in place: [3, 2] vs [2].]`,
    )
    expect(() => ones(2, { dtype: 'int32' }).add_(0.5)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: add_: a float32 result cannot be stored in place in a int32 tensor. Use add.]`,
    )
    expect(() => ones(1).expand(3).add_(1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add_: several elements of [3] share one place in memory (expand). Use x.clone() first.]`,
    )
  })

  it('copy an overlapping source first', () => {
    const x = arange(5)
    x.narrow(0, 1, 4).copy_(x.narrow(0, 0, 4))
    expect(list(x)).toEqual([0, 0, 1, 2, 3])
    const square = arange(4).reshape(2, 2)
    square.add_(square.T)
    expect(list(square)).toEqual([
      [0, 3],
      [3, 6],
    ])
  })
})

describe('grad(outputs, inputs)', () => {
  it('leaves grad alone and works on results too', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const y = x.mul(3)
    const [dx, dy] = grad(y.square().sum(), [x, y])
    expect([list(dx), list(dy), x.grad]).toEqual([[18, 36], [6, 12], undefined])
  })

  it('reports inputs that the outputs do not depend on', () => {
    const [x, z] = [ones(1, { requiresGrad: true }), ones(1, { requiresGrad: true })]
    expect(() => grad(x.sum(), [z])).toThrowErrorMatchingInlineSnapshot(
      `[GradError: grad: the outputs do not depend on input 0. Pass { allowUnused: true } to get undefined for it.]`,
    )
    expect(grad(x.sum(), [z], { allowUnused: true })).toEqual([undefined])
    expect(() => grad(x.sum(), [zeros(1)])).toThrowErrorMatchingInlineSnapshot(
      `[GradError: grad: input 0 does not require grad. Set input.requiresGrad = true before the forward pass.]`,
    )
  })

  it('reaches each part of an op with several results', () => {
    const x = tensor([3, 1, 2], { requiresGrad: true })
    const { values } = x.sort(0)
    const [dx] = grad(values.mul(tensor([1, 10, 100])).sum(), [x])
    expect(list(dx)).toEqual([100, 1, 10])
  })
})

describe('modes', () => {
  it('noGrad, enableGrad and inferenceMode nest and end, also by an error', () => {
    const x = ones(1, { requiresGrad: true })
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false)
    expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true)
    expect(inferenceMode(() => isGradEnabled())).toBe(false)
    expect(() =>
      noGrad(() => {
        throw new Error('from inside')
      }),
    ).toThrow('from inside')
    expect(isGradEnabled()).toBe(true)
  })

  it('noGrad refuses async functions, which would outlive it', () => {
    expect(() => noGrad(async () => 1)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: noGrad: the function must not be async: the mode ends when it returns. Await outside of it.]`,
    )
  })
})

describe('hooks', () => {
  it('registerHook(hook) sees the complete gradient and may replace it', () => {
    const x = ones(2, { requiresGrad: true })
    const y = x.mul(2)
    const seen: unknown[] = []
    const remove = y.registerHook((g) => {
      seen.push(g.tolistSync())
      return g.mul(10)
    })
    y.add(y).sum().backward()
    expect(seen).toEqual([[2, 2]])
    expect(list(x.grad)).toEqual([40, 40])
    remove()
    x.grad = undefined
    x.mul(2).sum().backward()
    expect(list(x.grad)).toEqual([2, 2])
  })

  it('retainGrad() keeps the gradient of a result', () => {
    const x = ones(2, { requiresGrad: true })
    const y = x.mul(2)
    y.retainGrad()
    y.square().sum().backward()
    expect(list(y.grad)).toEqual([4, 4])
  })
})

describe('detectAnomaly(run)', () => {
  it('names the op that made NaN', () => {
    const x = tensor([-1], { requiresGrad: true })
    expect(() => detectAnomaly(() => x.log())).toThrow(/^log: made NaN out of finite inputs, .*backward\.test\.ts/)
  })

  it('names the op whose gradient is NaN, and the line of its forward', () => {
    const x = tensor([0], { requiresGrad: true })
    expect(() =>
      detectAnomaly(() => {
        x.sqrt().mul(0).sum().backward()
      }),
    ).toThrow(/^backward: sqrt made NaN in the gradient of input 0; its forward ran .*backward\.test\.ts/)
  })
})

describe('memory', () => {
  it('a kept loss does not keep the tape that backward dropped', () => {
    const x = randn(10, { requiresGrad: true })
    const loss = cat([x.mul(2), x.exp()]).sum()
    loss.backward()
    expect(loss.source!.inputs).toEqual([])
  })
})
