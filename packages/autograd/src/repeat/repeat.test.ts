import type { LoweredProgram, Program, Tensor } from '@metagrad/tensor'
import { cpu, observe, ones, randn, tensor, zeros } from '@metagrad/tensor'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FunctionContext } from '../index.ts'
import { Function, detectAnomaly, grad, isGradEnabled, noGrad, registerHook } from '../index.ts'
import { forgetTapes } from './repeat.ts'

/** How often a program ran in the place of a walk. */
let runs = 0

beforeEach(() => {
  runs = 0
  forgetTapes()
  const lower = cpu.lower!
  vi.spyOn(cpu, 'lower').mockImplementation((program: Program): LoweredProgram => {
    const lowered = lower(program)
    return {
      run: (inputs) => {
        runs++
        lowered.run(inputs)
      },
      explain: () => lowered.explain(),
    }
  })
})

afterEach(() => void vi.restoreAllMocks())

const list = (x: Tensor | undefined): unknown => x?.tolistSync()

/** Does something some times, and expects programs to have served all but so many. */
function times(count: number, step: (at: number) => void, walks = 2): void {
  for (let i = 0; i < count; i++) step(i)
  expect(runs).toBe(count - walks)
}

describe('backward of a tape like one before', () => {
  it('runs as a program from the third time on, and gives the same bits', () => {
    const [w, b] = [randn([3, 2], { requiresGrad: true }), zeros(3, { requiresGrad: true })]
    times(6, () => {
      const x = randn(5, 2)
      const loss = (): Tensor => x.matmul(w.t()).add(b).tanh().square().mean()
      const wanted = grad(loss(), [w, b])
      w.grad = b.grad = undefined
      loss().backward()
      expect([list(w.grad), list(b.grad)]).toEqual(wanted.map(list))
      expect([w.grad!.requiresGrad, isGradEnabled()]).toEqual([false, true])
    })
  })

  it('adds up over calls', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    times(5, () => x.square().sum().backward())
    expect(list(x.grad)).toEqual([10, 20])
  })

  it('gives each leaf a gradient of its own', () => {
    const [a, b] = [zeros(2, { requiresGrad: true }), zeros(2, { requiresGrad: true })]
    times(5, () => {
      a.grad = b.grad = undefined
      a.add(b).mul(2).sum().backward()
      a.grad!.mul_(5)
      expect([list(a.grad), list(b.grad)]).toEqual([
        [10, 10],
        [2, 2],
      ])
    })
  })

  it('serves shapes that take turns', () => {
    const w = tensor([1, 2, 3], { requiresGrad: true })
    times(
      12,
      (at) => {
        w.grad = undefined
        ones(1 + (at % 3), 3)
          .mul(w)
          .sum()
          .backward()
        expect(list(w.grad)).toEqual([1 + (at % 3), 1 + (at % 3), 1 + (at % 3)])
      },
      6,
    )
  })

  it('takes batches from wherever they begin in a table', () => {
    const table = tensor([[1], [2], [3], [4], [5], [6]])
    const w = tensor([1], { requiresGrad: true })
    times(6, (at) => {
      w.grad = undefined
      table.narrow(0, at, 1).matmul(w.reshape(1, 1)).sum().backward()
      expect(list(w.grad)).toEqual([at + 1])
    })
  })

  it('keeps the tape if told to, and drops it otherwise', () => {
    const x = tensor(3, { requiresGrad: true })
    for (let i = 0; i < 8; i++) {
      const y = x.square()
      y.backward(undefined, { retainGraph: true })
      y.backward()
      expect(() => y.backward()).toThrow(/was dropped by an earlier backward/)
    }
    expect([runs, list(x.grad)]).toEqual([2 * 8 - 2, 96])
  })
})

describe('what looks like a tape before, but is another, is walked', () => {
  const expectWalk = (
    first: () => Tensor,
    leaf: Tensor,
    wanted: unknown,
    other: () => Tensor,
    otherWanted: unknown,
  ): void => {
    for (let i = 0; i < 4; i++) {
      leaf.grad = undefined
      first().backward()
      expect(list(leaf.grad)).toEqual(wanted)
    }
    const before = runs
    expect(before).toBe(2)
    leaf.grad = undefined
    other().backward()
    expect(list(leaf.grad)).toEqual(otherWanted)
    expect(runs).toBe(before)
  }
  const leaf = (): Tensor => tensor([1, 2], { requiresGrad: true })

  it('other parameters', () => {
    const x = leaf()
    expectWalk(
      () => x.cumsum(0).prod(),
      x,
      [4, 1],
      () => x.flip([0]).prod(),
      [2, 1],
    )
    const y = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    )
    runs = 0
    expectWalk(
      () => y.softmax(0).select(0, 0).sum(),
      y,
      expect.anything(),
      () => y.softmax(1).select(0, 0).sum(),
      expect.anything(),
    )
  })

  it('the same tensor twice, where two were', () => {
    const [x, y] = [leaf(), tensor([5, 7], { requiresGrad: true })]
    expectWalk(
      () => x.mul(y).sum(),
      x,
      [5, 7],
      () => x.mul(x).sum(),
      [2, 4],
    )
  })

  it('a leaf that no longer requires grad', () => {
    const [x, y] = [leaf(), tensor([5, 7], { requiresGrad: true })]
    expectWalk(
      () => x.mul(y).sum(),
      x,
      [5, 7],
      () => x.mul(y.detach()).sum(),
      [5, 7],
    )
  })

  it('the same ops in another order', () => {
    const x = leaf()
    const parts = (swap: boolean) => (): Tensor => {
      const made = swap ? [x.mul(3), x.mul(2)].reverse() : [x.mul(2), x.mul(3)]
      return made[0]!.mul(made[1]!).sum()
    }
    expectWalk(parts(false), x, [12, 24], parts(true), [12, 24])
  })

  it('a hook on a leaf, on a result, or kept gradients', () => {
    const hooked = (put: (x: Tensor, y: Tensor) => void) => {
      const x = leaf()
      let isHooked = false
      const loss = (): Tensor => {
        const y = x.mul(3)
        if (isHooked) put(x, y)
        return y.square().sum()
      }
      runs = 0
      forgetTapes()
      expectWalk(loss, x, [18, 36], () => ((isHooked = true), loss()), [36, 72])
    }
    hooked((_, y) => registerHook(y, (g) => g.mul(2)))
    hooked((x) => registerHook(x, (g) => g.mul(2)))
    const x = leaf()
    for (let i = 0; i < 4; i++) x.exp().mul(2).sum().backward()
    const y = x.exp()
    y.retainGrad()
    y.mul(2).sum().backward()
    expect(list(y.grad)).toEqual([2, 2])
  })

  it('what was changed in place since: an error as ever', () => {
    const x = leaf()
    const loss = (): readonly [Tensor, Tensor] => {
      const y = x.exp()
      return [y, y.sum()]
    }
    times(4, () => loss()[1].backward())
    const [y, sum] = loss()
    noGrad(() => y.mul_(2))
    expect(() => sum.backward()).toThrow(/was changed in place after exp/)
  })

  it('a tape that somebody observes or checks', () => {
    const x = leaf()
    times(4, () => x.exp().sum().backward())
    const seen: string[] = []
    const stop = observe(({ primitive }) => void seen.push(primitive))
    x.exp().sum().backward()
    stop()
    expect(seen).toContain('mul')
    expect(() => detectAnomaly(() => x.sub(x).div(x.sub(x)).sum().backward())).toThrow(/made NaN/)
  })
})

describe('what is no matter of kernels alone is never a program', () => {
  it("a custom function's gradient", () => {
    class Double extends Function {
      static forward(_: FunctionContext, x: Tensor): Tensor {
        return x.mul(2)
      }
      static backward(_: FunctionContext, g: Tensor): Tensor {
        calls++
        return g.mul(2)
      }
    }
    let calls = 0
    const x = tensor([1, 2], { requiresGrad: true })
    for (let i = 0; i < 6; i++) Double.apply(x).sum().backward()
    expect([calls, runs, list(x.grad)]).toEqual([6, 0, [12, 12]])
  })

  it('large tensors and long tapes, where walking is the least', () => {
    const x = randn(40_000, { requiresGrad: true })
    for (let i = 0; i < 6; i++) x.square().sum().backward()
    const y = tensor([1, 2], { requiresGrad: true })
    for (let i = 0; i < 6; i++) {
      let z = y.mul(1)
      for (let at = 0; at < 300; at++) z = z.add(1)
      z.sum().backward()
    }
    expect([runs, list(y.grad)]).toEqual([0, [6, 6]])
  })
})
