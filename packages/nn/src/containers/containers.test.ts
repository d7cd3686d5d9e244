import { ones, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import { Linear, ModuleDict, ModuleList, Parameter, ParameterList, ReLU, Sequential, Tanh } from '../index.ts'

const keys = (module: { stateDict(): Map<string, unknown> }): string[] => [...module.stateDict().keys()]

describe('Sequential', () => {
  test('forward(x) chains its layers; without layers it is the identity', () => {
    const x = tensor([-1, 4])
    expect(new Sequential(new ReLU(), new Tanh()).forward(x).tolistSync()).toEqual([0, Math.fround(Math.tanh(4))])
    expect(new Sequential().forward(x)).toBe(x)
  })

  test('indices, at(), set(), slice(), append(), length and iteration', () => {
    const [a, b, c] = [new Linear(2, 3), new ReLU(), new Linear(3, 1)]
    const model = new Sequential(a, b)
    expect(model.append(c)).toBe(model)
    expect([model.length, model[0], model.at(-1), [...model]]).toEqual([3, a, c, [a, b, c]])
    const rest = model.slice(1)
    expect(rest).toBeInstanceOf(Sequential)
    expect([...rest]).toEqual([b, c])
    const tanh = new Tanh()
    model.set(1, tanh)
    expect([...model]).toEqual([a, tanh, c])
    expect(keys(model)).toEqual(['0.weight', '0.bias', '2.weight', '2.bias'])
  })

  test('an object gives names', () => {
    const model = new Sequential({ hidden: new Linear(2, 3), act: new ReLU(), out: new Linear(3, 1) })
    expect(keys(model)).toEqual(['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias'])
    expect(model.forward(zeros(4, 2)).shape).toEqual([4, 1])
    expect(model.at(1)).toBeInstanceOf(ReLU)
    expect(() => model.pop()).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: pop: the items have names ("hidden"), so their order is fixed.]`,
    )
    expect(() => new Sequential({ forward: new ReLU() })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: registerModule: Sequential already has "forward". Use another name.]`,
    )
  })

  test('new Sequential(what is no module) says so', () => {
    const wrong = [new ReLU(), (x: unknown) => x] as ReLU[]
    expect(() => new Sequential(...wrong)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: append: Sequential cannot hold (x) => x.]`,
    )
    const list: unknown = [new ReLU()]
    expect(() => new Sequential(list as ReLU)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: append: Sequential cannot hold Array.]`,
    )
  })

  test('at(index) beyond the end says so', () => {
    expect(() => new Sequential(new ReLU()).at(1)).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: at: index 1 is out of range for 1 items.]`,
    )
  })
})

type ReLU = InstanceType<typeof ReLU>

describe('ModuleList', () => {
  test('insert(index, module) keeps the others in order', () => {
    const [a, b, c, d] = [1, 2, 3, 4].map((size) => new Linear(size, 1))
    const list = new ModuleList([a!, b!])
    list.insert(1, c!).insert(0, d!)
    expect([...list]).toEqual([d, a, c, b])
    expect(list.pop(1)).toBe(a)
    expect(list.pop()).toBe(b)
    expect([...list]).toEqual([d, c])
    expect(keys(list)).toEqual(['0.weight', '0.bias', '1.weight', '1.bias'])
    const end = list.extend([a!]).slice(-2)
    expect([...end]).toEqual([c, a])
  })

  test('more than ten modules keep their order', () => {
    const modules = Array.from({ length: 12 }, (_, i) => new Linear(i + 1, 1))
    expect([...new ModuleList(modules)]).toEqual(modules)
  })

  test('forward() is refused', () => {
    expect(() => new ModuleList().forward()).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: ModuleList: has no forward. Call those of its modules, or use Sequential.]`,
    )
  })
})

describe('ModuleDict', () => {
  test('get, set, has, delete, keys, values, entries', () => {
    const [a, b, c] = [new Linear(1, 1), new Linear(2, 1), new Linear(3, 1)]
    const dict = new ModuleDict({ a, b })
    expect(dict.get('a')).toBe(a)
    expect(dict.set('a', c).get('a')).toBe(c)
    expect([dict.size, dict.keys(), dict.values(), [...dict]]).toEqual([
      2,
      ['a', 'b'],
      [c, b],
      [
        ['a', c],
        ['b', b],
      ],
    ])
    expect([dict.delete('b'), dict.delete('b'), dict.has('b')]).toEqual([true, false, false])
    expect(keys(dict)).toEqual(['a.weight', 'a.bias'])
    expect(new ModuleDict(new Map([['x', a]])).get('x')).toBe(a)
  })

  test('names that are unknown or taken are errors', () => {
    const dict = new ModuleDict({ a: new ReLU() })
    expect(() => dict.get('b')).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: ModuleDict: there is no "b". There are "a".]`,
    )
    expect(() => dict.set('keys', new ReLU())).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: registerModule: ModuleDict already has "keys". Use another name.]`,
    )
    expect(() => dict.set('__proto__', new ReLU())).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: registerModule: ModuleDict already has "__proto__". Use another name.]`,
    )
  })
})

describe('ParameterList', () => {
  test('its parameters are found and trained', () => {
    const list = new ParameterList([new Parameter(ones(2)), new Parameter(zeros(3))])
    expect(keys(list)).toEqual(['0', '1'])
    list[0]!.mul(3).sum().backward()
    expect(list.at(0).grad!.tolistSync()).toEqual([3, 3])
    expect(list.toString()).toBe('ParameterList([2], [3])')
    expect(() => list.append(ones(2) as Parameter)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: append: ParameterList cannot hold Tensor.]`,
    )
  })
})
