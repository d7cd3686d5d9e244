import { noGrad } from '@metagrad/autograd'
import { compile } from '@metagrad/compile'
import * as nn from '@metagrad/nn'
import { Adam, SGD, StepLR } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { deterministic, late, manualSeed, rand, randint, randn, tensor } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import type { Wrap } from './eager-and-compiled.ts'
import { bits, expectSame } from './eager-and-compiled.ts'

const network = (): nn.Sequential =>
  new nn.Sequential(new nn.Linear(3, 6), new nn.BatchNorm1d(6), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(6, 2))

/** A model that learns by a wrapped step, and all of its state. */
function learner(wrap: Wrap) {
  const model = network()
  const optimizer = new Adam(model.parameters(), { lr: 0.05 })
  const scheduler = new StepLR(optimizer, { stepSize: 3, gamma: 0.5 })
  const loss = (x: Tensor, y: Tensor): Tensor => model.forward(x).sub(y).square().mean()
  const step = wrap((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad()
    const value = loss(x, y)
    value.backward()
    optimizer.step()
    scheduler.step()
    return value
  })
  const steps = (count: number, batch = 8): unknown =>
    bits(Array.from({ length: count }, () => step(randn(batch, 3), randn(batch, 2))))
  const state = (): unknown =>
    bits([model.stateDict(), model.parameters().map(({ grad }) => grad), optimizer.stateDict(), scheduler.stateDict()])
  return { model, optimizer, scheduler, loss, step, steps, state }
}

/** The kind of error of a call that must fail: a replay names the primitive that failed, not the layer. */
function failureOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return error.name
  }
  throw new Error('nothing was thrown')
}

describe('compiled equals eager, bit for bit', () => {
  it('for batches of changing size', () =>
    expectSame((wrap) => {
      const { steps, state } = learner(wrap)
      return [8, 8, 5, 8, 5, 5, 8, 5, 1 + 1, 8, 5].map((batch) => [steps(1, batch), state()])
    }))

  it('for a compiled function inside of another', () =>
    expectSame((wrap) => {
      const { model, optimizer } = learner(wrap)
      const forward = wrap((x: Tensor) => model.forward(x))
      const step = wrap((x: Tensor) => {
        optimizer.zeroGrad()
        const value = forward(x).square().mean()
        value.backward()
        optimizer.step()
        return value
      })
      return [Array.from({ length: 8 }, () => bits(step(randn(8, 3)))), bits(model.stateDict())]
    }))

  it('for inference between training steps, with and without recording, in both modes', () =>
    expectSame((wrap) => {
      const { model, steps, state } = learner(wrap)
      const infer = wrap((x: Tensor) => model.forward(x))
      const round = (): unknown => {
        const learned = steps(3)
        model.eval()
        const seen = Array.from({ length: 3 }, () => [infer(randn(4, 3)), noGrad(() => infer(randn(4, 3)))])
        model.train()
        return [learned, bits(seen), bits(noGrad(() => infer(randn(4, 3))))]
      }
      return [Array.from({ length: 4 }, round), state()]
    }))

  it('for noGrad inside of a step', () =>
    expectSame((wrap) => {
      const { model, optimizer, state } = learner(wrap)
      const step = wrap((x: Tensor) => {
        optimizer.zeroGrad()
        const target = noGrad(() => model.forward(x).mul(0.5))
        model.forward(x).sub(target).square().mean().backward()
        optimizer.step()
        return target
      })
      return [Array.from({ length: 8 }, () => bits(step(randn(8, 3)))), state()]
    }))

  it('for gradients that are gathered over several calls', () =>
    expectSame((wrap) => {
      const { optimizer, loss, state } = learner(wrap)
      const gather = wrap((x: Tensor, y: Tensor) => {
        const value = loss(x, y).div(3)
        value.backward()
        return value
      })
      const update = wrap(() => {
        optimizer.step()
        optimizer.zeroGrad()
      })
      return Array.from({ length: 6 }, () => {
        const values = Array.from({ length: 3 }, () => bits(gather(randn(8, 3), randn(8, 2))))
        update()
        return [values, state()]
      })
    }))

  it('for gradients that are kept by others, and those that are cleared in place', () =>
    expectSame((wrap) => {
      const { model, loss } = learner(wrap)
      const gather = wrap((x: Tensor, y: Tensor) => loss(x, y).backward())
      const kept: (Tensor | undefined)[] = []
      for (let i = 0; i < 9; i++) {
        gather(randn(8, 3), randn(8, 2))
        kept.push(...model.parameters().map(({ grad }) => grad))
        for (const parameter of model.parameters()) {
          if (i % 3 === 2) parameter.grad = undefined
          else if (i % 3 === 1) parameter.grad?.zero_()
        }
      }
      return bits(kept)
    }))

  it('for rates set by hand, states loaded in the middle and parameters added', () =>
    expectSame((wrap) => {
      const { model, optimizer, scheduler, steps, state } = learner(wrap)
      const first = [steps(5), state()]
      optimizer.paramGroups[0]!.lr = 0.2
      const second = [steps(5), state()]
      const saved = [model.stateDict(), optimizer.stateDict(), scheduler.stateDict()] as const
      const other = learner((fn) => fn)
      other.steps(2)
      model.loadStateDict(other.model.stateDict())
      optimizer.loadStateDict(other.optimizer.stateDict())
      const third = [steps(5), state()]
      model.loadStateDict(saved[0])
      scheduler.loadStateDict(saved[2])
      const extra = tensor([1, 2], { requiresGrad: true })
      extra.grad = tensor([1, 1])
      optimizer.addParamGroup({ params: [extra], lr: 0.01 })
      return [first, second, third, steps(5), state(), bits(extra)]
    }))

  it('for parameters that are frozen and thawed', () =>
    expectSame((wrap) => {
      const { model, steps, state } = learner(wrap)
      const first = model.parameters()[0]!
      return [true, false, true, false].map((learns) => {
        first.requiresGrad = learns
        return [steps(5), state()]
      })
    }))

  it('for parameters that are replaced, if the model is an argument', () =>
    expectSame((wrap) => {
      const model = new nn.Linear(3, 2)
      const step = wrap((module: nn.Linear, x: Tensor) => {
        for (const parameter of module.parameters()) parameter.grad = undefined
        const value = module.forward(x).square().mean()
        value.backward()
        return value
      })
      return Array.from({ length: 12 }, (_, i) => {
        if (i % 4 === 3) Object.assign(model, { weight: new nn.Parameter(randn(2, 3)) })
        const value = step(model, randn(4, 3))
        return bits([value, model.parameters(), model.parameters().map(({ grad }) => grad)])
      })
    }))

  it('for parameters that are replaced, after reset()', () => {
    manualSeed(4)
    const model = new nn.Linear(3, 2)
    const forward = compile((x: Tensor) => model.forward(x))
    for (let i = 0; i < 5; i++) forward(randn(4, 3))
    Object.assign(model, { weight: new nn.Parameter(randn(2, 3)) })
    forward.reset()
    for (let i = 0; i < 5; i++) {
      const x = randn(4, 3)
      expect(bits(forward(x))).toEqual(bits(model.forward(x).detach()))
    }
  })

  it('for a step that fails in the middle, now and then', () =>
    expectSame((wrap) => {
      const model = new nn.Embedding(5, 3)
      const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
      const step = wrap((at: Tensor) => {
        optimizer.zeroGrad()
        const value = model.forward(at).square().sum()
        value.backward()
        optimizer.step()
        return value
      })
      return Array.from({ length: 14 }, (_, i) => {
        const at = randint(0, 5, [4], { dtype: 'int64' })
        const failure = i % 5 === 4 ? failureOf(() => step(tensor([1, 7, 2, 3], { dtype: 'int64' }))) : undefined
        return bits([failure, step(at), model.weight, model.weight.grad, optimizer.stateDict()])
      })
    }))

  it('for an error in what is called late', () =>
    expectSame((wrap) => {
      const model = new nn.Linear(3, 2)
      const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
      let fails = false
      const step = wrap((x: Tensor) => {
        optimizer.zeroGrad()
        const value = model.forward(x).square().mean()
        value.backward()
        late(() => {
          if (fails) throw new Error('not now')
        })
        optimizer.step()
        return value
      })
      return Array.from({ length: 14 }, (_, i) => {
        const x = randn(4, 3)
        fails = i % 5 === 4
        const failure = fails ? failureOf(() => step(x)) : undefined
        fails = false
        return bits([failure, step(x), model.parameters(), optimizer.stateDict()])
      })
    }))

  it('when the kernels are exchanged between calls', () =>
    expectSame((wrap) => {
      const { steps, state } = learner(wrap)
      try {
        return [false, true, false, true].map((on) => {
          deterministic(on)
          return [steps(5), state()]
        })
      } finally {
        deterministic(false)
      }
    }))

  it('for products of flipped matrices without elements', () =>
    expectSame((wrap) => {
      const step = wrap((a: Tensor, b: Tensor) => a.flip(0).matmul(b))
      return Array.from({ length: 6 }, () => bits([step(rand(3, 5, 0), rand(0)), step(rand(3, 5, 0), rand(3, 0, 2))]))
    }))

  it('for arguments that are views, written in place, and the same twice', () =>
    expectSame((wrap) => {
      const step = wrap((a: Tensor, b: Tensor) => {
        a.add_(b.mul(2))
        return [a.sum(), b.mul(a)]
      })
      const data = rand(6, 4)
      return Array.from({ length: 18 }, (_, i) => {
        const [a, b] = [data.select(0, i % 5), data.select(0, (i % 5) + (i % 3 === 2 ? 0 : 1))]
        return bits([step(a, b), data])
      })
    }))
})
