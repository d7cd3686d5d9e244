import { noGrad } from '@metagrad/autograd'
import { StateDictError, type Tensor, observe, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import {
  Adadelta,
  Adagrad,
  Adam,
  AdamW,
  Adamax,
  LBFGS,
  NAdam,
  type OptimizerStateDict,
  RAdam,
  RMSprop,
  SGD,
} from './index.ts'

const parameter = (...values: number[]): Tensor => tensor(values, { requiresGrad: true })

/** A parameter that a loss has gone backward through. */
function withGrad(values: number[], gradient: number[]): Tensor {
  const param = parameter(...values)
  param.grad = tensor(gradient)
  return param
}

describe('step()', () => {
  test('changes the parameters in place, without a tape', () => {
    const param = withGrad([1, 2], [10, 20])
    const { storage } = param
    new SGD([param], { lr: 0.1 }).step()
    expect(param.tolistSync()).toEqual([0, 0])
    expect(param.storage).toBe(storage)
    expect([param.isLeaf, param.requiresGrad]).toEqual([true, true])
  })

  test('leaves the gradients as they are', () => {
    for (const build of [SGD, Adam, AdamW, Adagrad, RMSprop, Adadelta, Adamax, NAdam, RAdam]) {
      const param = withGrad([1, 2], [3, -4])
      const optimizer = new build([param], { lr: 0.1, weightDecay: 0.1, maximize: true })
      optimizer.step()
      optimizer.step()
      expect(param.grad!.tolistSync()).toEqual([3, -4])
    }
  })

  test('leaves parameters without a gradient, and remembers nothing of them', () => {
    const [used, unused] = [withGrad([1], [1]), parameter(5)]
    const optimizer = new Adam([used, unused])
    optimizer.step()
    expect(unused.tolistSync()).toEqual([5])
    expect([...optimizer.state.keys()]).toEqual([used])
  })

  test('of plain SGD computes nothing but the one update', () => {
    const optimizer = new SGD([withGrad([1], [1]), withGrad([2], [1])], { lr: 0.1 })
    const written: Tensor[] = []
    const stop = observe(({ primitive, outputs }) => {
      expect(primitive).toBe('sgdStep')
      written.push(...outputs)
    })
    optimizer.step()
    stop()
    expect(written).toEqual(optimizer.paramGroups[0]!.params)
  })

  test('calls a closure with recording on and returns what it returned', () => {
    const param = parameter(3)
    const optimizer = new SGD([param], { lr: 0.5 })
    const loss = noGrad(() =>
      optimizer.step(() => {
        optimizer.zeroGrad()
        const value = param.square().sum()
        value.backward()
        return value
      }),
    )
    expect(loss.itemSync()).toBe(9)
    expect(param.tolistSync()).toEqual([0])
  })

  test('uses options as they are now', () => {
    const param = withGrad([1], [1])
    const optimizer = new SGD([param], { lr: 0.5 })
    optimizer.paramGroups[0]!.lr = 0.25
    optimizer.step()
    expect(param.tolistSync()).toEqual([0.75])
  })
})

test('zeroGrad() forgets the gradients', () => {
  const param = withGrad([1], [1])
  new SGD([{ params: param }]).zeroGrad()
  expect(param.grad).toBeUndefined()
})

describe('groups', () => {
  test('override the defaults, also when added later', () => {
    const optimizer = new SGD([{ params: [parameter(1)], lr: 0.5 }, { params: [parameter(2)] }], {
      lr: 0.1,
      momentum: 0.9,
    })
    optimizer.addParamGroup({ params: parameter(3), momentum: 0 })
    expect(optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum])).toEqual([
      [0.5, 0.9],
      [0.1, 0.9],
      [0.1, 0],
    ])
    expect(optimizer.defaults.lr).toBe(0.1)
  })

  test('say what is wrong', () => {
    const param = parameter(1)
    expect(() => new SGD([])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: got no parameters. Pass a list of tensors or of { params } groups.]`,
    )
    expect(() => new SGD(param as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: params must be a list of tensors or of { params } groups, got one tensor.]`,
    )
    expect(() => new SGD(undefined as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: params must be a list of tensors or of { params } groups, got undefined.]`,
    )
    expect(() => new SGD(['w'] as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: parameter 0 must be a tensor, got string.]`,
    )
    expect(() => new SGD([param, { params: [param] }] as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: parameter 1 must be a tensor, got object.]`,
    )
    expect(() => new SGD([param.mul(2)])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: parameter 0 is the result of recorded ops. Only leaves can be optimized.]`,
    )
    expect(() => new SGD([tensor([1n])])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: parameter 0 must be of floats, got int64.]`,
    )
    expect(() => new SGD([param, param])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: parameter 1 is already optimized. Pass each tensor once.]`,
    )
    const optimizer = new SGD([param])
    expect(() => optimizer.addParamGroup({ params: [parameter(1), param] })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: parameter 1 is already optimized. Pass each tensor once.]`,
    )
    expect(() => optimizer.addParamGroup({ params: parameter(1), lr: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SGD: lr must be a finite number >= 0, got -1.]`,
    )
    expect(optimizer.paramGroups.length).toBe(1)
  })
})

test('options say what is wrong', () => {
  const params = [parameter(1)]
  expect(() => new SGD(params, { lr: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: SGD: lr must be a finite number >= 0, got -1.]`,
  )
  expect(() => new SGD(params, { lr: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: SGD: lr must be a finite number >= 0, got NaN.]`,
  )
  expect(() => new SGD(params, { lr: '0.1' } as never)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: SGD: lr must be a finite number >= 0, got "0.1".]`,
  )
  expect(() => new SGD(params, { learningRate: 0.1 } as never)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: SGD: unknown option "learningRate". It has lr, momentum, dampening, nesterov, weightDecay, maximize.]`,
  )
  expect(() => new SGD(params, { nesterov: true })).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: SGD: nesterov must be true or false, and true only with momentum > 0 and dampening 0, got true.]`,
  )
  expect(() => new Adam(params, { betas: [0.9, 1] })).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: Adam: betas must be a pair of numbers in [0, 1), got [0.9,1].]`,
  )
  expect(() => new AdamW(params, { weightDecay: -0.1 })).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: AdamW: weightDecay must be a finite number >= 0, got -0.1.]`,
  )
  expect(() => new RMSprop(params, { centered: 1 } as never)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: RMSprop: centered must be true or false, got 1.]`,
  )
  expect(() => new LBFGS(params, { lineSearchFn: 'armijo' } as never)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: LBFGS: lineSearchFn must be 'strongWolfe', got "armijo".]`,
  )
  expect(() => new LBFGS(params, { maxIter: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: LBFGS: maxIter must be a whole number > 0, got 0.]`,
  )
})

describe('stateDict() and loadStateDict(state)', () => {
  const builds = {
    SGD: (params: Tensor[]) => new SGD(params, { lr: 0.1, momentum: 0.9 }),
    Adam: (params: Tensor[]) => new Adam(params, { amsgrad: true }),
    RMSprop: (params: Tensor[]) => new RMSprop(params, { momentum: 0.5, centered: true }),
    NAdam: (params: Tensor[]) => new NAdam(params),
    LBFGS: (params: Tensor[]) => new LBFGS(params, { lr: 0.1, maxIter: 2, lineSearchFn: 'strongWolfe' }),
  }

  test.each(Object.entries(builds))('let %s go on where it stopped', (_, build) => {
    const start = (values: number[]): [Tensor[], ReturnType<typeof build>] => {
      const params = [parameter(...values.slice(0, 2)), parameter(...values.slice(2))]
      return [params, build(params)]
    }
    const run = (params: Tensor[], optimizer: ReturnType<typeof build>): number[] => {
      for (let i = 0; i < 3; i++) {
        optimizer.step(() => {
          optimizer.zeroGrad()
          const loss = params[0]!.sub(3).pow(4).sum().add(params[1]!.cos().sum())
          loss.backward()
          return loss
        })
      }
      return params.flatMap((param) => Array.from(param.dataSync(), Number))
    }
    const [params, optimizer] = start([1, 2, 0.5])
    const values = run(params, optimizer)
    const [again, other] = start(values)
    other.loadStateDict(optimizer.stateDict())
    expect(run(again, other)).toEqual(run(params, optimizer))
  })

  test("have the shape of PyTorch's", () => {
    const params = [withGrad([1, 2], [1, 1]), withGrad([3], [1])]
    const optimizer = new SGD([{ params: params[0]! }, { params: params[1]!, lr: 0.5 }], { momentum: 0.9 })
    optimizer.step()
    const { state, paramGroups } = optimizer.stateDict()
    expect(Object.keys(state)).toEqual(['0', '1'])
    expect(paramGroups).toEqual([
      { params: [0], lr: 0.001, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0, maximize: false },
      { params: [1], lr: 0.5, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0, maximize: false },
    ])
  })

  test('copy what is loaded, in the dtype of the parameter', () => {
    const from = new SGD([withGrad([1], [1])], { momentum: 0.9 })
    from.step()
    const to = new SGD([zeros([1], { dtype: 'float64' })], { momentum: 0.9 })
    to.loadStateDict(from.stateDict())
    from.step()
    const { momentumBuffer } = to.stateDict().state[0]! as { momentumBuffer: Tensor }
    expect([momentumBuffer.dtype, momentumBuffer.tolistSync()]).toEqual(['float64', [1]])
  })

  test('say what does not fit, and then change nothing', () => {
    const make = (): Adam => {
      const optimizer = new Adam([withGrad([1, 2], [1, 1]), withGrad([3], [1])])
      optimizer.step()
      return optimizer
    }
    const saved = make().stateDict()
    const [group] = saved.paramGroups
    const entry = saved.state[0]!
    const optimizer = make()
    const load = (state: unknown) => (): void => optimizer.loadStateDict(state as OptimizerStateDict)
    expect(load({})).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: needs an object with state and paramGroups. Pass what stateDict() returned.]`,
    )
    expect(load(undefined)).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: needs an object with state and paramGroups. Pass what stateDict() returned.]`,
    )
    expect(load({ ...saved, paramGroups: [] })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: number of groups differs: got 0 vs 1 here.]`,
    )
    expect(load({ ...saved, paramGroups: [{ ...group, params: [0] }] })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: number of parameters of group 0 differs: got 1 vs 2 here.]`,
    )
    expect(load({ ...saved, paramGroups: [{ ...group, lr: -1 }] })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: lr must be a finite number >= 0, got -1.]`,
    )
    expect(load({ ...saved, paramGroups: [{ ...group, momentum: 1 }] })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: unknown option "momentum". It has lr, amsgrad, betas, eps, weightDecay, maximize.]`,
    )
    expect(load({ ...saved, state: { 7: entry } })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: state of parameter 7 belongs to no group.]`,
    )
    expect(load({ ...saved, state: { 1: entry } })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: expAvg of parameter 1 has the wrong shape: [2] vs [1].]`,
    )
    expect(load({ ...saved, state: { 0: { ...entry, velocity: 1 } } })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: unknown velocity of parameter 0. It has step, expAvg, expAvgSq, maxExpAvgSq.]`,
    )
    expect(load({ ...saved, state: { 0: { ...entry, step: '1' } } })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: step of parameter 0 must be a number, got string.]`,
    )
    expect(load({ ...saved, state: { 0: { ...entry, expAvg: [0, 0] } } })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: expAvg of parameter 0 must be a tensor, got object.]`,
    )
    expect(load({ ...saved, state: { 0: { step: 1 } } })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: Adam.loadStateDict: expAvg of parameter 0 is missing.]`,
    )
    expect(load({ ...saved, state: { 0: { ...entry, step: undefined } } })).toThrow(StateDictError)
    expect(optimizer.paramGroups[0]!.lr).toBe(0.001)
    expect(Object.keys(optimizer.stateDict().state)).toEqual(['0', '1'])
  })
})

describe('LBFGS', () => {
  test('with a line search finds the minimum of the Rosenbrock function', () => {
    const x = tensor([-1.2, 1], { dtype: 'float64', requiresGrad: true })
    const optimizer = new LBFGS([x], { lineSearchFn: 'strongWolfe', maxIter: 100, toleranceChange: 1e-15 })
    optimizer.step(() => {
      optimizer.zeroGrad()
      const [a, b] = x.unbind() as [Tensor, Tensor]
      const loss = a.neg().add(1).square().add(b.sub(a.square()).square().mul(100))
      loss.backward()
      return loss
    })
    const [a, b] = x.tolistSync() as [number, number]
    expect(Math.abs(a - 1)).toBeLessThan(1e-6)
    expect(Math.abs(b - 1)).toBeLessThan(1e-6)
  })

  test('says what is wrong', () => {
    const optimizer = new LBFGS([parameter(1)])
    expect(() => optimizer.step()).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: LBFGS.step: needs a closure that computes the loss and its gradients.]`,
    )
    expect(() => optimizer.addParamGroup({ params: parameter(1) })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: LBFGS: has one group only. Pass all parameters in one list.]`,
    )
  })
})
