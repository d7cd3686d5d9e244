import { Generator, full, late, rand, tensor, type Tensor } from '@metagrad/tensor'
import { describe, expect, it, vi } from 'vitest'
import { compile } from './compile.ts'

describe('compile(fn)', () => {
  it('gives what the function gives, for each call', () => {
    const w = tensor([1, 2, 3])
    const double = compile((x: Tensor) => x.mul(w).add(1).sum())
    for (const x of [1, 2, 3, 4, 5]) expect(double(tensor([x, x, x])).itemSync()).toBe(6 * x + 3)
    expect(double.explain().programs.map(({ calls }) => calls)).toEqual([3])
  })

  it('draws the numbers that the function draws', () => {
    const [a, b] = [new Generator(7), new Generator(7)]
    const draw = (generator: Generator) => (): Tensor => rand(5, { generator }).mul(2)
    const [eager, compiled] = [draw(a), compile(draw(b))]
    for (let i = 0; i < 6; i++) expect(compiled().tolistSync()).toEqual(eager().tolistSync())
  })

  it('writes in place where the function does', () => {
    const state = tensor([0, 0])
    const step = compile((x: Tensor) => {
      state.add_(x)
    })
    for (const x of [1, 2, 3, 4]) step(tensor([x, -x]))
    expect(state.tolistSync()).toEqual([10, -10])
    expect(state.storage.version).toBe(4)
  })
})

describe('compile(fn) with arguments', () => {
  it('takes more of them than lie in one place of the memory', () => {
    const many = Array.from({ length: 300 }, (_, i) => full([1000], i))
    const sum = compile((list: readonly Tensor[]) => list.reduce((total, x) => total.add(x)))
    for (let i = 0; i < 5; i++) expect(sum(many).mean().itemSync()).toBe(44_850)
  })

  it('takes views, and the same tensor twice', () => {
    const data = tensor(Array.from({ length: 24 }, (_, i) => i)).view(6, 4)
    const add = compile((a: Tensor, b: Tensor) => a.mul(2).add(b))
    for (const at of [0, 1, 2, 3, 4]) {
      const row = data.select(0, at)
      expect(add(row, row).tolistSync()).toEqual([0, 1, 2, 3].map((i) => 3 * (4 * at + i)))
    }
    for (const at of [0, 1, 2, 3]) {
      const [a, b] = [data.select(0, at), data.select(0, 5)]
      expect(add(a, b).tolistSync()).toEqual([0, 1, 2, 3].map((i) => 2 * (4 * at + i) + 20 + i))
    }
  })

  it('takes equal parts of tensors of any size', () => {
    const double = compile((x: Tensor) => x.mul(2).sum())
    for (const size of [4, 9, 30, 5, 12, 7]) {
      const x = tensor(Array.from({ length: size }, (_, i) => i)).narrow(0, size - 4, 4)
      expect(double(x).itemSync()).toBe(2 * (4 * size - 10))
    }
    expect(double.explain().programs).toHaveLength(1)
  })

  it('tells a captured tensor from an argument that happened to be the same', () => {
    const w = tensor([1, 2])
    const product = compile((x: Tensor) => x.mul(w))
    for (let i = 0; i < 4; i++) product(w)
    expect(product(tensor([5, 5])).tolistSync()).toEqual([5, 10])
    expect(product(tensor([6, 6])).tolistSync()).toEqual([6, 12])
    expect(product(tensor([7, 7])).tolistSync()).toEqual([7, 14])
    expect(product(w).tolistSync()).toEqual([1, 4])
  })

  it('takes and gives nested objects', () => {
    const step = compile(({ x, scale }: { readonly x: readonly [Tensor]; readonly scale: number }) => ({
      list: [x[0].mul(scale)],
      name: 'scaled',
    }))
    for (const scale of [2, 2, 2, 3, 3, 3]) {
      const { list, name } = step({ x: [tensor([1, 2])], scale })
      expect([name, list[0]!.tolistSync()]).toEqual(['scaled', [scale, 2 * scale]])
    }
  })

  it('keeps the results of earlier calls', () => {
    const square = compile((x: Tensor) => x.square())
    const kept = Array.from({ length: 2000 }, (_, i) => square(tensor([i, i])))
    kept.forEach((x, i) => expect(x.dataSync()[1]).toBe(i * i))
  })

  it('takes tensors without elements', () => {
    const sum = compile((x: Tensor) => [x.add(1), x.sum()])
    for (let i = 0; i < 4; i++) {
      const [none, total] = sum(tensor([]))
      expect([none!.shape, total!.itemSync()]).toEqual([[0], 0])
    }
  })
})

describe('compile(fn) where a compiled kernel refuses', () => {
  it('names what is wrong, and goes on with the next call', () => {
    const table = tensor([[1], [2], [3]])
    const rows = compile((at: Tensor) => table.indexSelect(0, at).mul(10).sum())
    const call = (at: number): number => rows(tensor([at, 0], { dtype: 'int64' })).itemSync()
    for (const at of [0, 1, 2, 1, 2]) expect(call(at)).toBe(10 * (at + 2))
    expect(() => call(3)).toThrow(/indexSelect: index 3 is out of range/)
    expect(call(1)).toBe(30)
  })
})

describe('compile(fn).explain()', () => {
  it('tells which ops became one loop, and what that saves', () => {
    const step = compile((x: Tensor) => x.mul(2).exp().add(x).mean())
    for (let i = 0; i < 5; i++) step(full([2000], i))
    expect(step.explain().programs[0]!.lines.slice(2)).toEqual([
      'loop 0: mulF32 + expF32 + addF32 + sumF32 over 2000 elements in strips of 1024, 8008 bytes of memory traffic for 64008',
      'mul -> float32[2000]: mulF32, in loop 0',
      'exp -> float32[2000]: expF32, in loop 0',
      'add -> float32[2000]: addF32, in loop 0',
      'mean -> float32[]: sumF32, in loop 0',
    ])
  })
})

describe('compile(fn) where no module can be made at run time', () => {
  it('gives the same by calls from JavaScript', () => {
    const step = compile((x: Tensor) => x.mul(2).add(1).sum())
    const module = vi.spyOn(WebAssembly, 'Module').mockImplementation(function refuse() {
      throw new RangeError('not here')
    })
    try {
      for (const x of [1, 2, 3, 4, 5]) expect(step(tensor([x, x])).itemSync()).toBe(4 * x + 2)
      expect(module).toHaveBeenCalledOnce()
    } finally {
      module.mockRestore()
    }
    expect(step.explain().programs[0]!.lines[0]).toBe('calls from JavaScript')
    for (const x of [6, 7]) expect(step(tensor([x, x])).itemSync()).toBe(4 * x + 2)
  })
})

describe('compile(fn) with late sections', () => {
  it('takes over numbers that kernels are planned with', () => {
    let at = 0
    const x = tensor([0, 1, 2])
    const step = compile(() => late(() => full([3], ++at).add(x)))
    for (let i = 1; i < 8; i++) expect(step().tolistSync()).toEqual([i, i + 1, i + 2])
    expect(step.explain().programs.map(({ misses }) => misses)).toEqual([0])
  })
})

describe('compile(fn) beside gradients that it does not touch', () => {
  it('evaluates while parameters keep the gradients of a training', () => {
    const w = tensor([2, 3], { requiresGrad: true })
    w.grad = tensor([7, 7])
    const evaluate = compile((x: Tensor) => x.mul(w).sum())
    for (const x of [1, 2, 3, 4, 5]) expect(evaluate(tensor([x, x])).itemSync()).toBe(5 * x)
    expect(w.grad.tolistSync()).toEqual([7, 7])
    expect(evaluate.explain().programs.map(({ calls }) => calls)).toEqual([3])
  })

  it('hands the gradient of one leaf to another', () => {
    const [v, w] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4], { requiresGrad: true })]
    const step = compile((x: Tensor) => {
      const y = x.mul(v).add(w).sum()
      v.grad = w.grad
      return y
    })
    for (const x of [1, 2, 3, 4, 5, 6]) {
      w.grad = tensor([x, -x])
      expect(step(tensor([x, x])).itemSync()).toBe(3 * x + 7)
      expect(v.grad?.tolistSync()).toEqual([x, -x])
    }
    expect(step.explain().programs).toHaveLength(1)
  })
})

describe('compile(fn) refuses', () => {
  const calls = (step: () => unknown, count: number) => () => {
    for (let i = 0; i < count; i++) step()
  }

  it('to read values', () => {
    const step = compile((x: Tensor) => x.sum().itemSync())
    expect(() => step(tensor([1]))).toThrow(
      /^itemSync: values cannot be read inside a compiled function, at .*compile\.test\.ts/,
    )
  })

  it('async functions', () => {
    expect(() => compile(async (x: Tensor) => x.add(1))(tensor([1]))).toThrow(
      /^compile: the function must not be async/,
    )
  })

  it('numbers of the host that change', () => {
    let rate = 1
    const step = compile(() => tensor([1]).mul((rate *= 0.5)))
    expect(calls(step, 8)).toThrow(
      /^compile: 5 runs in a row did something else each time: mul: input 1 is another tensor|number of the host/,
    )
  })

  it('state that moves from call to call by itself', () => {
    let state = tensor([1])
    const step = compile(() => {
      state = state.add(1)
    })
    expect(calls(step, 8)).toThrow(/from outside of the function, another at each call/)
  })

  it('more signatures than were asked for', () => {
    const step = compile((x: Tensor) => x.add(1), { maxPrograms: 2 })
    expect(() => {
      for (let size = 1; size < 9; size++)
        for (let i = 0; i < 3; i++) step(tensor(Array.from({ length: size }, () => 1)))
    }).toThrow(/more than maxPrograms = 2 allows/)
  })

  it('nothing after an error: the next call works', () => {
    let fails = true
    const step = compile((x: Tensor) => {
      if (fails) throw new Error('mine')
      return x.add(1)
    })
    expect(() => step(tensor([1]))).toThrow('mine')
    fails = false
    for (let i = 0; i < 4; i++) expect(step(tensor([i])).itemSync()).toBe(i + 1)
  })
})
