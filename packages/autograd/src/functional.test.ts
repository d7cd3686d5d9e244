import type { Tensor } from '@metagrad/tensor'
import { dispatch, manualSeed, ones, rand, randn, tensor } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import {
  Function,
  checkpoint,
  grad,
  gradcheck,
  gradgradcheck,
  hessian,
  hvp,
  jacobian,
  jvp,
  valueAndGrad,
  vjp,
  vmap,
} from './index.ts'
import type { FunctionContext } from './index.ts'

const double = { dtype: 'float64' } as const

describe('jacobian(f, inputs)', () => {
  it('equals the known derivative of a linear map', () => {
    const a = randn(3, 2, double)
    expect(jacobian((x) => a.matmul(x), ones(2, double)).tolistSync()).toEqual(a.tolistSync())
  })

  it('gives a block per input, zeros where there is no dependence', () => {
    const [dx, dy] = jacobian((x) => x.square(), [tensor([1, 2]), tensor([3])])
    expect(dx!.tolistSync()).toEqual([
      [2, 0],
      [0, 4],
    ])
    expect(dy!.tolistSync()).toEqual([[0], [0]])
  })
})

describe('hessian(f, inputs)', () => {
  it('of x^T A x is A + A^T', () => {
    const a = tensor([
      [1, 2],
      [3, 4],
    ])
    expect(hessian((x) => x.dot(a.matmul(x)), tensor([5, 6])).tolistSync()).toEqual([
      [2, 5],
      [5, 8],
    ])
  })

  it('gives mixed blocks for several inputs', () => {
    const blocks = hessian((x, y) => x.mul(y).sum(), [tensor([2]), tensor([3])])
    expect(blocks.map((row) => row.map((block) => block.tolistSync()))).toEqual([
      [[[0]], [[1]]],
      [[[1]], [[0]]],
    ])
  })

  it('refuses functions that are no scalar', () => {
    expect(() => hessian((x) => x.mul(2), ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[GradError: hessian: the function must give a scalar, got shape [2].]`,
    )
  })
})

describe('products with the Jacobian', () => {
  const f = (x: Tensor): Tensor => x.sin().mul(x.sum())
  const x = randn(4, double)
  const v = randn(4, double)

  it('jvp(f, x, v) is J v and vjp(f, x, v) is v^T J', () => {
    const j = jacobian(f, x)
    expect(jvp(f, x, v)[1].sub(j.matmul(v)).abs().max().itemSync()).toBeLessThan(1e-14)
    expect(vjp(f, x, v)[1].sub(v.matmul(j)).abs().max().itemSync()).toBeLessThan(1e-14)
  })

  it('hvp(f, x, v) is H v', () => {
    const scalar = (y: Tensor): Tensor => f(y).sum()
    expect(hvp(scalar, x, v)[1].sub(hessian(scalar, x).matmul(v)).abs().max().itemSync()).toBeLessThan(1e-13)
  })

  it('refuses a vector of the wrong shape', () => {
    expect(() => jvp(f, x, ones(3))).toThrowErrorMatchingInlineSnapshot(
      `[GradError: jvp: the vector has the wrong shape: [3] vs [4].]`,
    )
  })

  it('valueAndGrad(f, x) gives both, and third derivatives by nesting', () => {
    const cube = (y: Tensor): Tensor => y.pow(3).sum()
    const second = (y: Tensor): Tensor => valueAndGrad(cube, y, { createGraph: true })[1].sum()
    const third = (y: Tensor): Tensor => valueAndGrad(second, y, { createGraph: true })[1].sum()
    expect(valueAndGrad(third, tensor([2]))[1].tolistSync()).toEqual([6])
  })
})

describe('vmap(f)', () => {
  it('applies f to each slice', () => {
    const [x, y] = [rand(3, 4), rand(3, 4)]
    expect(vmap((a, b) => a.dot(b))(x, y).tolistSync()).toEqual(
      x.unbind().map((a, i) => a.dot(y.select(0, i)).itemSync()),
    )
  })
})

class Cube extends Function {
  static forward(context: FunctionContext, x: Tensor): Tensor {
    context.saveForBackward(x)
    return x.pow(3)
  }
  static backward(context: FunctionContext, g: Tensor): Tensor {
    return g.mul(context.savedTensors[0]!.square()).mul(3)
  }
}

describe('Function', () => {
  it('has the gradient that it says, first and second', () => {
    const x = rand(3, double).add(0.5).requiresGrad_()
    gradcheck((y) => Cube.apply(y), [x])
    gradgradcheck((y) => Cube.apply(y), [x])
    expect(x.requiresGrad).toBe(true)
  })

  it('takes other arguments, several outputs, and leaves its inputs alone', () => {
    class ScaleAndShift extends Function {
      static forward(_: FunctionContext, x: Tensor, factor: number, y: Tensor): readonly Tensor[] {
        return [x.mul(factor), y]
      }
      static backward(_: FunctionContext, g: Tensor, h: Tensor): readonly Tensor[] {
        return [g.mul(7), h.mul(9)]
      }
    }
    const [x, y] = [ones(2, { requiresGrad: true }), ones(2, { requiresGrad: true })]
    const [a, b] = ScaleAndShift.apply(x, 2, y)
    a!.sum().add(b!.sum()).backward()
    expect([x.grad!.tolistSync(), y.grad!.tolistSync(), y.isLeaf]).toEqual([[7, 7], [9, 9], true])
  })

  it('notices saved tensors that were changed in place', () => {
    const x = ones(2, { requiresGrad: true }).mul(2)
    const y = Cube.apply(x)
    x.add_(1)
    expect(() => y.sum().backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: saved tensor 0 was changed in place after forward: version 1 vs 0. Save a clone().]`,
    )
  })
})

describe('checkpoint(f, ...inputs)', () => {
  it('gives the same gradients to inputs and parameters, with the same random numbers', () => {
    const weight = randn(4, 4, { dtype: 'float64', requiresGrad: true })
    const x = randn(2, 4, { dtype: 'float64', requiresGrad: true })
    const segment = (y: Tensor): Tensor =>
      y
        .matmul(weight)
        .tanh()
        .mul(rand(2, 4, double))
    manualSeed(3)
    const plain = grad(segment(x).square().sum(), [x, weight])
    manualSeed(3)
    const checked = grad(checkpoint(segment, x).square().sum(), [x, weight])
    expect(checked.map((g) => g.tolistSync())).toEqual(plain.map((g) => g.tolistSync()))
  })

  it('reaches parameters when no input requires grad', () => {
    const weight = ones(2, { requiresGrad: true })
    checkpoint((x) => x.mul(weight).square(), ones(2))
      .sum()
      .backward()
    expect(weight.grad!.tolistSync()).toEqual([2, 2])
  })
})

describe('gradcheck(f, inputs)', () => {
  it('fails for a wrong gradient and says where', () => {
    class Wrong extends Function {
      static forward(_: FunctionContext, x: Tensor): Tensor {
        return x.mul(2)
      }
      static backward(_: FunctionContext, g: Tensor): Tensor {
        return g.mul(2.001)
      }
    }
    const x = tensor([1, 2], { ...double, requiresGrad: true })
    expect(() => gradcheck((y) => Wrong.apply(y), [x])).toThrow(
      /^gradcheck: gradients differ by 5\.\de-4 > 0\.000001: d output 0\[\d\]/,
    )
    expect(() => gradcheck((y) => y, [ones(1, { requiresGrad: true })])).toThrowErrorMatchingInlineSnapshot(
      `[GradError: gradcheck: input 0 is float32; finite differences need float64. Use x.to('float64').]`,
    )
  })

  it('fails for NaN', () => {
    const x = tensor([0], { ...double, requiresGrad: true })
    expect(() => gradcheck((y) => dispatch('sqrt', [y.mul(0)], {}), [x])).toThrow(/gradcheck/)
  })
})
