import { Tensor, manualSeed, ones, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import { Dropout, Linear, Module, ModuleList, Parameter, ReLU, Sequential, functional } from './index.ts'

class Net extends Module {
  readonly hidden = new Linear(2, 3)
  readonly scale = new Parameter(ones(3))
  readonly mean = this.registerBuffer('mean', zeros(3))
  readonly cache = this.registerBuffer('cache', zeros(1), { persistent: false })
  readonly output = new Linear(3, 1, { bias: false })

  forward(x: Tensor): Tensor {
    return this.output.forward(this.hidden.forward(x).mul(this.scale).sub(this.mean).relu())
  }
}

const names = (entries: readonly [string, unknown][]): string[] => entries.map(([name]) => name)

describe('Parameter', () => {
  test('new Parameter(x) is a tensor that requires grad, a leaf, and shares the elements of x', () => {
    const x = zeros(2)
    const parameter = new Parameter(x.add(0))
    expect(parameter).toBeInstanceOf(Tensor)
    expect([parameter.requiresGrad, parameter.isLeaf]).toEqual([true, true])
    const shared = new Parameter(x)
    x.fill_(3)
    expect(shared.tolistSync()).toEqual([3, 3])
  })

  test('new Parameter(x) forgets the history of x', () => {
    const x = ones(2).requiresGrad_()
    expect(new Parameter(x.mul(2)).isLeaf).toBe(true)
  })

  test('new Parameter(ints) does not require grad', () => {
    expect(new Parameter(tensor([1], { dtype: 'int64' })).requiresGrad).toBe(false)
  })

  test('parameters flow through tensor methods and collect gradients', () => {
    const parameter = new Parameter(tensor([1, 2]))
    parameter.square().sum().backward()
    expect(parameter.grad!.tolistSync()).toEqual([2, 4])
  })
})

describe('Module finds its parts by its properties', () => {
  test('namedParameters() goes in order of declaration, own parameters before those of children', () => {
    expect(names(new Net().namedParameters())).toEqual(['scale', 'hidden.weight', 'hidden.bias', 'output.weight'])
  })

  test('namedBuffers() names all, stateDict() the persistent ones', () => {
    const net = new Net()
    expect(names(net.namedBuffers())).toEqual(['mean', 'cache'])
    expect([...net.stateDict().keys()]).toEqual(['scale', 'mean', 'hidden.weight', 'hidden.bias', 'output.weight'])
  })

  test('namedModules() begins with the module itself', () => {
    expect(names(new Net().namedModules())).toEqual(['', 'hidden', 'output'])
    expect(names(new Net().namedChildren())).toEqual(['hidden', 'output'])
  })

  test('shared modules and parameters are listed once, but saved under each name', () => {
    const linear = new Linear(2, 2)
    const tied = new Sequential(linear, new ReLU(), linear)
    expect(tied.parameters().length).toBe(2)
    expect(tied.modules().length).toBe(3)
    expect([...tied.stateDict().keys()]).toEqual(['0.weight', '0.bias', '2.weight', '2.bias'])
  })

  test('a child that refers to its parent does not loop', () => {
    class Child extends Module {
      parent: Module | undefined
      readonly weight = new Parameter(zeros(1))
      forward(): void {}
    }
    class Owner extends Module {
      readonly child = new Child()
      forward(): void {}
    }
    const owner = new Owner()
    owner.child.parent = owner
    expect(names(owner.namedParameters())).toEqual(['child.weight'])
    expect([...owner.stateDict().keys()]).toEqual(['child.weight'])
  })

  test('getSubmodule(name) and getParameter(name) take dotted names', () => {
    const net = new Net()
    expect(net.getSubmodule('hidden')).toBe(net.hidden)
    expect(net.getParameter('hidden.bias')).toBe(net.hidden.bias)
    expect(() => net.getParameter('hidden.wieght')).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: getParameter: there is no "hidden.wieght". There are "scale", "hidden.weight", "hidden.bias", "output.weight".]`,
    )
  })

  test('a plain list of modules is an error, not silently untrained', () => {
    class Wrong extends Module {
      readonly layers = [new Linear(2, 2)]
      forward(): void {}
    }
    expect(() => new Wrong().parameters()).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Wrong: modules in a plain list are not found: property "layers". Use ModuleList or ModuleDict, or a #private field to hide them.]`,
    )
    class AlsoWrong extends Module {
      readonly weights = new Map([['a', new Parameter(zeros(1))]])
      forward(): void {}
    }
    expect(() => new AlsoWrong().parameters()).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: AlsoWrong: parameters in a plain list are not found: property "weights". Use ParameterList, or a #private field to hide them.]`,
    )
  })

  test('registerBuffer(name) and registerModule(name) refuse names that are taken or dotted', () => {
    const net = new Net()
    expect(() => net.registerBuffer('hidden', zeros(1))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: registerBuffer: Net already has "hidden". Use another name.]`,
    )
    expect(() => net.registerModule('a.b', new ReLU())).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: registerModule: a name must not be empty or contain a dot, got "a.b".]`,
    )
  })

  test('a buffer that is assigned anew is still the buffer', () => {
    class Running extends Module {
      mean = this.registerBuffer('mean', zeros(1))
      forward(x: Tensor): Tensor {
        this.mean = this.mean.mul(0.9).add(x.mean())
        return x
      }
    }
    const running = new Running()
    running.forward(ones(2))
    expect(running.stateDict().get('mean')!.tolistSync()).toEqual([1])
  })
})

describe('Module changes', () => {
  test('train() and eval() reach all modules', () => {
    const model = new Sequential(new Sequential(new Dropout()), new ReLU())
    expect(model.eval()).toBe(model)
    expect(model.modules().map(({ training }) => training)).toEqual([false, false, false, false])
    expect(
      model
        .train()
        .modules()
        .every(({ training }) => training),
    ).toBe(true)
  })

  test('apply(change) visits children first', () => {
    const seen: string[] = []
    new Sequential(new Sequential(new ReLU()), new Dropout()).apply((module) => seen.push(module.constructor.name))
    expect(seen).toEqual(['ReLU', 'Sequential', 'Dropout', 'Sequential'])
  })

  test('zeroGrad() drops gradients, requiresGrad_(false) freezes', () => {
    const net = new Net()
    net.forward(ones(4, 2)).sum().backward()
    expect(net.hidden.weight.grad).toBeDefined()
    net.zeroGrad()
    expect(net.parameters().every(({ grad }) => grad === undefined)).toBe(true)
    net.requiresGrad_(false)
    expect(net.forward(ones(4, 2)).requiresGrad).toBe(false)
  })

  test('to(dtype) converts floats in place: parameters keep identity, gradients and flags', () => {
    const net = new Net()
    const counter = net.registerBuffer('counter', tensor([3], { dtype: 'int64' }))
    net.output.requiresGrad_(false)
    net.forward(ones(4, 2)).sum().backward()
    const before = net.parameters()
    const expected = net.hidden.weight.double().tolistSync()
    expect(net.to('float64')).toBe(net)
    expect(net.parameters().every((parameter, i) => parameter === before[i])).toBe(true)
    expect(net.parameters().map(({ dtype }) => dtype)).toEqual(['float64', 'float64', 'float64', 'float64'])
    expect(net.hidden.weight.tolistSync()).toEqual(expected)
    expect(net.hidden.weight.grad!.dtype).toBe('float64')
    expect(net.mean.dtype).toBe('float64')
    expect(net.stateDict().get('counter')!.dtype).toBe('int64')
    expect(counter.dtype).toBe('int64')
    expect([net.hidden.weight.requiresGrad, net.output.weight.requiresGrad]).toEqual([true, false])
    expect(net.forward(ones([4, 2], { dtype: 'float64' })).dtype).toBe('float64')
    expect([net.half().scale.dtype, net.float().scale.dtype, net.double().scale.dtype]).toEqual([
      'float16',
      'float32',
      'float64',
    ])
  })

  test("to('int32') is refused", () => {
    expect(() => new Net().to('int32')).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: to: a module takes float dtypes, got int32. Convert single tensors with x.to.]`,
    )
  })
})

describe('Module stateDict', () => {
  test('stateDict() shares elements and has no history', () => {
    const linear = new Linear(2, 1)
    const weight = linear.stateDict().get('weight')!
    expect(weight.requiresGrad).toBe(false)
    weight.fill_(7)
    expect(linear.weight.tolistSync()).toEqual([[7, 7]])
  })

  test('loadStateDict(stateDict()) makes models equal, and keeps the parameters', () => {
    manualSeed(1)
    const [a, b] = [new Net(), new Net()]
    const { weight } = b.hidden
    const x = ones(2, 2)
    expect(a.forward(x).tolistSync()).not.toEqual(b.forward(x).tolistSync())
    expect(b.loadStateDict(a.stateDict())).toEqual({ missing: [], unexpected: [] })
    expect(a.forward(x).tolistSync()).toEqual(b.forward(x).tolistSync())
    expect(b.hidden.weight).toBe(weight)
    expect(weight.requiresGrad).toBe(true)
  })

  test('loadStateDict(state) converts dtypes', () => {
    const linear = new Linear(2, 1, { bias: false })
    linear.loadStateDict(new Map([['weight', tensor([[1, 2]], { dtype: 'float64' })]]))
    expect(linear.weight.dtype).toBe('float32')
    expect(linear.weight.tolistSync()).toEqual([[1, 2]])
  })

  const wrong = new Map([
    ['0.weight', zeros(3, 2)],
    ['0.bias', zeros(2)],
    ['2.weigth', zeros(1)],
  ])
  const model = (): Sequential => new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1))

  test('loadStateDict(state) names all that is wrong, and loads nothing', () => {
    const target = model()
    const before = target.parameters().map((parameter) => parameter.tolistSync())
    expect(() => target.loadStateDict(wrong)).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: loadStateDict: the state does not fit Sequential: missing "2.weight", "2.bias"; unexpected "2.weigth"; unfit: "0.bias" has shape [2] vs [3].]`,
    )
    expect(target.parameters().map((parameter) => parameter.tolistSync())).toEqual(before)
  })

  test('loadStateDict(state) advises { strict: false } where that would do', () => {
    expect(() => model().loadStateDict(new Map([['0.weight', zeros(3, 2)]]))).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: loadStateDict: the state does not fit Sequential: missing "0.bias", "2.weight", "2.bias". Pass { strict: false } to load what fits.]`,
    )
  })

  test('loadStateDict(state, { strict: false }) loads what fits and tells the rest, but insists on shapes', () => {
    const target = model()
    const state = new Map([
      ['0.bias', ones(3)],
      ['extra', zeros(1)],
    ])
    expect(target.loadStateDict(state, { strict: false })).toEqual({
      missing: ['0.weight', '2.weight', '2.bias'],
      unexpected: ['extra'],
    })
    expect(target.stateDict().get('0.bias')!.tolistSync()).toEqual([1, 1, 1])
    expect(() => target.loadStateDict(wrong, { strict: false })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: loadStateDict: the state does not fit Sequential: unfit: "0.bias" has shape [2] vs [3].]`,
    )
  })

  test('loadStateDict(state) refuses what is no Map of tensors', () => {
    const load = (state: unknown) => () => new Linear(1, 1).loadStateDict(state as Map<string, Tensor>)
    expect(load({})).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: loadStateDict: the state must be a Map of tensors by name. Use new Map(Object.entries(state)) for an object.]`,
    )
    expect(
      load(
        new Map<string, unknown>([
          ['weight', [1]],
          ['bias', 2],
        ]),
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: loadStateDict: the state does not fit Linear: unfit: "weight" is no tensor, "bias" is no tensor.]`,
    )
  })

  test('loadStateDict(state) shortens long lists', () => {
    const deep = new ModuleList(Array.from({ length: 8 }, () => new Linear(1, 1)))
    expect(() => deep.loadStateDict(new Map())).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: loadStateDict: the state does not fit ModuleList: missing "0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias", "3.weight", "3.bias", "4.weight", "4.bias" and 6 more. Pass { strict: false } to load what fits.]`,
    )
  })
})

describe('Module hooks', () => {
  test('forward hooks see and replace inputs and output, in order, until removed', () => {
    const linear = new Linear(2, 1, { init: 'zeros' })
    const seen: string[] = []
    const removers = [
      linear.registerForwardPreHook((module, [x]) => {
        seen.push(`before ${module === linear} ${x.shape.join()}`)
      }),
      linear.registerForwardHook((_, [x], output) => {
        seen.push(`after ${x.shape.join()} ${output.itemSync()}`)
        return output.add(1)
      }),
      linear.registerForwardHook((_, __, output) => output.mul(10)),
    ]
    expect(linear.forward(ones(1, 2)).itemSync()).toBe(10)
    expect(seen).toEqual(['before true 1,2', 'after 1,2 0'])
    for (const remove of removers) remove()
    expect(linear.forward(ones(1, 2)).itemSync()).toBe(0)
    expect(Object.hasOwn(linear, 'forward')).toBe(false)
  })

  test('a pre-hook can replace the inputs', () => {
    const relu = new Sequential(new ReLU())
    relu.registerForwardPreHook((_, [x]) => [x.neg()])
    expect(relu.forward(tensor([-2, 3])).tolistSync()).toEqual([2, 0])
  })

  test('hooks run inside of containers, and do not show among the parts', () => {
    const model = new Sequential(new Linear(2, 2), new ReLU())
    let calls = 0
    model.at(0).registerForwardHook(() => {
      calls++
    })
    model.forward(ones(1, 2))
    expect(calls).toBe(1)
    expect(model.toString()).toContain('(0): Linear(inFeatures=2, outFeatures=2, bias=true)')
  })

  test('removing a hook twice does not remove another', () => {
    const relu = new Sequential(new ReLU())
    const remove = relu.registerForwardHook((_, __, output) => output.add(1))
    remove()
    relu.registerForwardHook((_, __, output) => output.add(5))
    remove()
    expect(relu.forward(zeros(1)).itemSync()).toBe(5)
  })
})

describe('Module toString', () => {
  test('prints the tree as PyTorch does', () => {
    const model = new Sequential(
      new Linear(2, 8),
      new ReLU(),
      new Sequential({ drop: new Dropout(0.2), out: new Linear(8, 1, { bias: false }) }),
    )
    expect(model.toString()).toMatchInlineSnapshot(`
      "Sequential(
        (0): Linear(inFeatures=2, outFeatures=8, bias=true)
        (1): ReLU()
        (2): Sequential(
          (drop): Dropout(p=0.2)
          (out): Linear(inFeatures=8, outFeatures=1, bias=false)
        )
      )"
    `)
  })

  test('a module with settings and children prints both', () => {
    class Block extends Module {
      readonly width = 3
      readonly act = new ReLU()
      forward(x: Tensor): Tensor {
        return functional.relu(x)
      }
    }
    expect(String(new Block())).toBe('Block(\n  width=3\n  (act): ReLU()\n)')
  })
})
