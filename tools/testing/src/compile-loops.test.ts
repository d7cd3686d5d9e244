import { grad, noGrad } from '@metagrad/autograd'
import { compile } from '@metagrad/compile'
import { Linear, functional as F } from '@metagrad/nn'
import { SGD } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { full, manualSeed, rand, randn, tensor, useKernels, where } from '@metagrad/tensor'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Wrap } from './eager-and-compiled.ts'
import { bits, expectSame } from './eager-and-compiled.ts'
import { kernelChoices } from './kernel-choices.ts'

// Element-wise ops that a program joins into loops, against the same ops one by one, bit for bit.

const special = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  3.5,
  1e-45,
  -3e-39,
  1.1754944e-38,
  3.4e38,
  -3.4e38,
  88.7,
  -104.1,
  1e6,
  Infinity,
  -Infinity,
  NaN,
]

const lengths = [1, 3, 4, 5, 65, 1025, 2500]

/** Every pair of special values occurs if there are enough elements. */
const left = (n: number): Tensor => tensor(Array.from({ length: n }, (_, i) => special[i % special.length]!))
const right = (n: number): Tensor =>
  tensor(Array.from({ length: n }, (_, i) => special[Math.floor(i / special.length) % special.length]!))

/** Each op that a loop knows, by the kernel that computes it. */
const operations: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  negF32: (a) => a.neg(),
  absF32: (a) => a.abs(),
  sqrtF32: (a) => a.sqrt(),
  floorF32: (a) => a.floor(),
  ceilF32: (a) => a.ceil(),
  truncF32: (a) => a.trunc(),
  roundF32: (a) => a.round(),
  signF32: (a) => a.sign(),
  clampF32: (a) => a.clamp(-0.7, 2),
  squareF32: (a) => a.square(),
  reciprocalF32: (a) => a.reciprocal(),
  rsqrtF32: (a) => a.rsqrt(),
  reluF32: (a) => a.relu(),
  expF32: (a) => a.exp(),
  logF32: (a) => a.log(),
  tanhF32: (a) => a.tanh(),
  sigmoidF32: (a) => a.sigmoid(),
  erfF32: (a) => a.erf(),
  geluF32: (a) => F.gelu(a),
  siluF32: (a) => F.silu(a),
  sinF32: (a) => a.sin(),
  cosF32: (a) => a.cos(),
  addF32: (a, b) => a.add(b),
  subF32: (a, b) => a.sub(b),
  mulF32: (a, b) => a.mul(b),
  divF32: (a, b) => a.div(b),
  maximumF32: (a, b) => a.maximum(b),
  minimumF32: (a, b) => a.minimum(b),
  powF32: (a, b) => a.pow(b),
  eqF32: (a, b) => a.eq(b).to('float32'),
  neF32: (a, b) => where(a.ne(b), b, a.to('bool').to('float32')),
  ltF32: (a, b) => where(a.lt(b), b, a.neg()),
  leF32: (a, b) => where(a.ge(b), b, a.neg()),
  where32: (a, b) => where(b.gt(0), a, b),
  dropoutF32: (a) => F.dropout(a, 0.3),
  bceWithLogitsF32: (a, b) => F.binaryCrossEntropyWithLogits(a, b.expand(a.shape), { reduction: 'none' }),
  sigmoidBackwardF32: backwardOf((a) => a.sigmoid()),
  tanhBackwardF32: backwardOf((a) => a.tanh()),
  reluBackwardF32: backwardOf((a) => a.relu()),
}

/** The gradient of a function, where that of its result is given. */
function backwardOf(f: (a: Tensor) => Tensor): (a: Tensor, b: Tensor) => Tensor {
  return (a, b) => {
    const x = a.detach().requiresGrad_()
    const y = f(x)
    return grad([y], [x], { gradOutputs: [b.detach().expand(y.shape).contiguous()] })[0]!
  }
}

/** Recorded twice, then by calls, then by the module. */
const calls = 5

interface Compared {
  readonly eager: unknown
  readonly compiled: unknown
  /** What the programs say of their loops. */
  readonly loops: readonly string[]
}

/** What a function gives as it is and compiled, in as many calls, each with the same draws. */
function compare(make: () => () => unknown): Compared {
  const seeded = (): (() => unknown) => {
    manualSeed(31)
    return make()
  }
  const [plain, wrapped] = [seeded(), compile(seeded())]
  const results = (run: () => unknown): unknown =>
    Array.from({ length: calls }, (_, call) => {
      manualSeed(call)
      return bits(run())
    })
  const [eager, compiled] = [results(plain), results(wrapped)]
  const lines = wrapped.explain().programs.flatMap((program) => program.lines)
  return { eager, compiled, loops: lines.filter((line) => /^loop \d/.test(line)) }
}

/** What may stand beside a matrix of 5 rows. */
const operands = ['matrix', 'row', 'column', 'single', 'transposed', 'earlier'] as const

interface Step {
  readonly operation: string
  readonly left: number
  readonly right: number
  readonly operand: (typeof operands)[number]
  readonly isKept: boolean
  /** Whether a tensor from outside is written over. */
  readonly isWritten: boolean
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    operation: fc.constantFrom(...Object.keys(operations)),
    left: fc.nat(),
    right: fc.nat(),
    operand: fc.constantFrom(...operands),
    isKept: fc.boolean(),
    isWritten: fc.boolean(),
  }),
  { minLength: 2, maxLength: 12 },
)

/** What becomes of the last matrix of a graph. */
const ends = fc.record({ reduces: fc.boolean(), differentiates: fc.boolean() })
type Ends = typeof ends extends fc.Arbitrary<infer T> ? T : never

const rows = 5
const columns = fc.constantFrom(1, 2, 7, 8, 13, 64, 230, 1025)

/** A graph of element-wise ops on matrices. */
function graph(list: readonly Step[], width: number, { reduces, differentiates }: Ends): () => unknown {
  const beside: { readonly [O in Step['operand']]?: Tensor } = {
    matrix: randn(rows, width),
    row: randn(width),
    column: randn(rows, 1),
    single: randn(1),
    transposed: randn(width, rows).t(),
  }
  const state = randn(rows, width)
  const x = randn(rows, width)
  return () => {
    const weight = x.detach().requiresGrad_(differentiates)
    const made = [weight]
    const kept: (Tensor | undefined)[] = []
    for (const { operation, left: a, right: b, operand, isKept, isWritten } of list) {
      const [first, second] = [made[a % made.length]!, beside[operand] ?? made[b % made.length]!]
      const result = operations[operation]!(first, second)
      if (isWritten) noGrad(() => state.mul_(0.5).add_(result.detach()))
      made.push(result)
      if (isKept) kept.push(result, result.gt(second))
    }
    const last = made.at(-1)!
    if (reduces) kept.push(last.sum(), last.mean([1]), last.sum([0]), last.square().amax(1), last.amin())
    if (differentiates && last.requiresGrad) kept.push(...grad([last.mul(last).sum()], [weight], { allowUnused: true }))
    return [...kept, last.square(), state]
  }
}

for (const choice of kernelChoices()) {
  describe(`loops of element-wise ops, ${choice} kernels`, () => {
    afterAll(() => useKernels('simd128'))

    for (const [kernel, operation] of Object.entries(operations)) {
      it(`${kernel}, for every kind of number and any length, writes its own elements only`, () => {
        useKernels(choice)
        for (const n of lengths) {
          const { eager, compiled, loops } = compare(() => {
            const [a, b] = [left(n), right(n)]
            const whole = full([n + 10], 7)
            const part = whole.narrow(0, 5, n)
            return () => {
              const result = operation(a, b)
              part.mul_(0).add_(1).mul_(result)
              return [result.sub(1), result.gt(a.mul(0.5)), whole]
            }
          })
          expect(compiled).toEqual(eager)
          expect(loops.filter((line) => line.includes(kernel))).toHaveLength(choice === 'reference' ? 0 : 1)
        }
      })
    }

    it('reductions of what they give, of rows of any length, add up in the order of the kernel', () => {
      useKernels(choice)
      const shapes = [[5], [64], [512], [1025], [5000], [5, 8], [70, 16], [30, 100], [3, 1025], [2, 2560], [2, 3, 700]]
      const reductions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
        'sum of all': (x) => x.sum(),
        'mean of all': (x) => x.mean(),
        'sum of rows': (x) => x.sum([-1]),
        'mean of rows': (x) => x.mean([-1], { keepDim: true }),
        'largest of rows': (x) => x.amax(-1),
        'least of all': (x) => x.amin(),
      }
      const inLoops = new Set<string>()
      for (const shape of shapes) {
        for (const [name, reduce] of Object.entries(reductions)) {
          const { eager, compiled, loops } = compare(() => {
            const [x, row] = [randn(...shape), randn(shape.at(-1)!)]
            return () => {
              const value = x.mul(3).add(row).exp()
              return [
                reduce(value),
                reduce(value.sub(2)).mul(2),
                reduce(x.square()),
                value.sub(value.mean([-1], { keepDim: true })),
              ]
            }
          })
          expect(compiled).toEqual(eager)
          if (loops.some((line) => /sumF32|maxF32|minF32/.test(line))) inLoops.add(name)
        }
      }
      expect([...inLoops]).toEqual(choice === 'reference' ? [] : Object.keys(reductions))
    })

    it('random graphs of them', () => {
      useKernels(choice)
      let loops = 0
      const run = fc.property(steps, columns, ends, (list, width, end) => {
        const compared = compare(() => graph(list, width, end))
        loops += compared.loops.length
        expect(compared.compiled).toEqual(compared.eager)
      })
      fc.assert(run, { numRuns: 100 })
      expect(loops > 75).toBe(choice !== 'reference')
    })

    it('a perceptron with activations and a loss written by hand', () => {
      useKernels(choice)
      expectSame((wrap) => {
        const [first, second] = [new Linear(7, 33), new Linear(33, 3)]
        const optimizer = new SGD([...first.parameters(), ...second.parameters()], { lr: 0.1, momentum: 0.9 })
        const gelu = (x: Tensor): Tensor =>
          x.pow(3).mul(0.044715).add(x).mul(0.7978845608).tanh().add(1).mul(x).mul(0.5)
        const softplus = (x: Tensor): Tensor => x.relu().add(x.abs().neg().exp().add(1).log())
        const learn = wrap((x: Tensor, y: Tensor) => {
          optimizer.zeroGrad()
          const out = second.forward(gelu(first.forward(x)))
          const loss = softplus(out).sub(out.mul(y)).mean()
          loss.backward()
          optimizer.step()
          return [loss, out]
        })
        const results = Array.from({ length: 8 }, () => bits(learn(randn(19, 7), rand(19, 3).gt(0.5).to('float32'))))
        return [results, bits([...first.parameters(), ...second.parameters()])]
      })
    })
  })
}

describe('loops where the order of ops matters', () => {
  it('tensors that come to share a storage with others give what they give one by one', () => {
    const run = (wrap: Wrap): unknown => {
      const [w, other] = [tensor([1, 2, 3, 4, 5]), tensor([5, 4, 3, 2, 1])]
      const step = wrap((x: Tensor) => {
        const sum = x.mul(3).add(w)
        w.mul_(2)
        return sum.sub(x)
      })
      return [other, tensor([2, 2, 2, 2, 2]), other, other, other, w, other, w].map((each) => bits([step(each), w]))
    }
    expect(run(compile)).toEqual(run((fn) => fn))
  })

  it('what reads a tensor before it is written over sees the old values, and after it the new ones', () => {
    const { eager, compiled, loops } = compare(() => {
      const state = tensor(Array.from({ length: 21 }, (_, i) => i))
      return () => {
        const before = state.mul(2)
        state.add_(before).sub_(1)
        return [before.add(state), state.exp().mul(before), state]
      }
    })
    expect(compiled).toEqual(eager)
    expect(loops).toHaveLength(1)
  })

  it('what overlaps only in part is read before it is written', () => {
    const { eager, compiled } = compare(() => {
      const state = tensor(Array.from({ length: 40 }, (_, i) => i))
      return () => {
        const first = state.narrow(0, 0, 30).mul(2)
        state.narrow(0, 3, 30).mul_(first.sub(7)).div_(first.add(1))
        return [first, state]
      }
    })
    expect(compiled).toEqual(eager)
  })

  it('operands that repeat along any dims', () => {
    const shapes = [
      [2, 3, 4, 8],
      [4, 3, 17],
      [2, 3, 1500],
      [3, 2, 1, 1024],
    ]
    for (const shape of shapes) {
      const { eager, compiled, loops } = compare(() => {
        const x = randn(...shape)
        const parts = shape.map((_, dim) => randn(...shape.map((size, d) => (d === dim ? size : 1))))
        const without = shape.map((_, dim) => randn(...shape.map((size, d) => (d === dim ? 1 : size))))
        return () => {
          const sum = parts.reduce((total, part) => total.add(part), x)
          return [sum.exp(), without.reduce((total, part) => where(total.gt(part), total.mul(part), part), sum)]
        }
      })
      expect(compiled).toEqual(eager)
      expect(loops.length).toBeGreaterThan(0)
    }
  })

  it('a kernel that refuses in between names what is wrong, and the next call goes on', () => {
    const [table, written] = [tensor([[1], [2], [3]]), tensor([[0, 0, 0]])]
    const rowsOf = compile((at: Tensor, x: Tensor) => {
      const before = x.mul(2).add(1).square()
      const factor = table.indexSelect(0, at).add(1).mul(10)
      written.add_(x)
      return before.mul(factor).sub(before)
    })
    const call = (at: number): unknown => rowsOf(tensor([at], { dtype: 'int64' }), tensor([[1, 2, 3]])).tolistSync()
    const want = (at: number): unknown => [[3, 5, 7].map((value) => value * value * (10 * (at + 2) - 1))]
    for (const at of [0, 1, 2, 1, 2]) expect(call(at)).toEqual(want(at))
    const before = written.tolistSync()
    expect(() => call(3)).toThrow(/indexSelect: index 3 is out of range/)
    expect(written.tolistSync()).toEqual(before)
    expect(call(1)).toEqual(want(1))
  })
})
