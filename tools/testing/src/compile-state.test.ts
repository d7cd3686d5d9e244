import { noGrad } from '@metagrad/autograd'
import { compile } from '@metagrad/compile'
import { functional as F } from '@metagrad/nn'
import { Adagrad, Adam, AdamW, SGD } from '@metagrad/optim'
import type { Storage, Tensor, UnseenGrad } from '@metagrad/tensor'
import { Generator, randint, randn, tensor } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'

describe('a compiled step after an error', () => {
  it('names a class that does not exist, and goes on with the next call', () => {
    const x = tensor([[1, 2, 3]])
    const loss = (target: Tensor): Tensor => F.crossEntropy(x, target).mul(2)
    const compiled = compile(loss)
    const target = (at: number): Tensor => tensor([at], { dtype: 'int64' })
    for (let i = 0; i < 6; i++) expect(compiled(target(i % 3)).itemSync()).toBe(loss(target(i % 3)).itemSync())
    expect(() => compiled(target(3))).toThrow(/crossEntropy: .*3/)
    expect(compiled(target(1)).itemSync()).toBe(loss(target(1)).itemSync())
  })
})

const numbers = (x: Tensor): number[] => Array.from(x.dataSync(), Number)

const optimizers: readonly ((params: Tensor[]) => { zeroGrad(): void; step(): void })[] = [
  (params) => new SGD(params, { lr: 0.1 }),
  (params) => new SGD(params, { lr: 0.1, momentum: 0.9 }),
  (params) => new SGD(params, { lr: 0.1, maximize: true }),
  (params) => new Adam(params, { lr: 0.1 }),
  (params) => new AdamW(params, { lr: 0.1, amsgrad: true }),
  (params) => new Adagrad(params, { lr: 0.1 }),
]

/** Ways to do a step on the same parameters. */
type StepName = 'fresh' | 'adding' | 'last' | 'difference' | 'leaf'

/** Two parameters, one of them too large for the small places, and functions that train them. */
class Trained {
  readonly leaves: readonly Tensor[]
  readonly steps: { readonly [name in StepName]: (x: Tensor) => Tensor }

  constructor(seed: number, wrap: (step: (x: Tensor) => Tensor) => (x: Tensor) => Tensor) {
    const generator = new Generator(seed)
    const [a, b] = [randn([3, 2], { generator }), randn([40, 3], { generator })] as [Tensor, Tensor]
    this.leaves = [a.requiresGrad_(), b.requiresGrad_()]
    const optimizer = optimizers[seed % optimizers.length]!([a, b])
    const lossOf = (x: Tensor): Tensor =>
      b
        .matmul(a.matmul(x.view(2, -1)).tanh())
        .square()
        .mean()
    this.steps = {
      fresh: wrap((x) => {
        optimizer.zeroGrad()
        const loss = lossOf(x)
        loss.backward()
        optimizer.step()
        return loss
      }),
      adding: wrap((x) => {
        const loss = lossOf(x)
        loss.backward()
        optimizer.step()
        return loss
      }),
      // What was there before is a result.
      last: wrap((x) => {
        const before = a.grad
        optimizer.zeroGrad()
        lossOf(x).backward()
        optimizer.step()
        return before ?? b
      }),
      // It is read after the new one was written.
      difference: wrap((x) => {
        const before = a.grad
        optimizer.zeroGrad()
        lossOf(x).backward()
        return before === undefined ? a : before.sub(a.grad!)
      }),
      leaf: wrap((x) => {
        const loss = lossOf(x)
        loss.backward()
        return x
      }),
    }
  }
}

/** Two tensors that must hold the same. */
interface Pair {
  readonly eager: Tensor
  readonly compiled: Tensor
}

/** A model trained as it is beside one trained by compiled functions, and what somebody keeps of both. */
class Twins {
  readonly #random: Generator
  readonly #eager: Trained
  readonly #compiled: Trained
  readonly #functions: (() => number)[] = []
  #kept: Pair[] = []

  constructor(seed: number) {
    this.#random = new Generator(seed)
    this.#eager = new Trained(seed, (step) => step)
    this.#compiled = new Trained(seed, (step) => {
      const compiled = compile(step, { maxPrograms: 64 })
      this.#functions.push(() => compiled.explain().programs.reduce((sum, { calls }) => sum + calls, 0))
      return compiled
    })
  }

  /** Returns how many of the steps were replayed. */
  run(steps: number): number {
    const doings = Object.values(this.#doings)
    for (let i = 0; i < steps; i++) {
      this.#step()
      for (let count = this.#below(3); count > 0; count--) this.#pick(doings)()
      for (const pair of this.#kept) expectSame(pair)
    }
    this.#leaves.forEach(expectSame)
    this.#doings.comparesGrads()
    return this.#functions.reduce((sum, calls) => sum + calls(), 0)
  }

  #step(): void {
    const name = this.#pick<StepName>(['fresh', 'fresh', 'fresh', 'adding', 'last', 'difference', 'difference', 'leaf'])
    const values = Array.from({ length: 6 }, () => this.#below(9) - 4)
    const [x, own] = [
      tensor(values, { requiresGrad: name === 'leaf' }),
      tensor(values, { requiresGrad: name === 'leaf' }),
    ]
    const results = { eager: this.#eager.steps[name](x), compiled: this.#compiled.steps[name](own) }
    expectSame(results)
    if (this.#below(2) === 0) this.#keep(results)
    // Its gradient is looked at later than the next steps.
    if (name === 'leaf') this.#later.push({ eager: x, compiled: own })
    if (this.#later.length > 3) this.#keep(gradsOf(this.#later.shift()!))
  }

  readonly #later: Pair[] = []

  /** What may happen between two steps. */
  readonly #doings = {
    keepsGrad: () => this.#keep(gradsOf(this.#leaf())),
    keepsView: () => {
      const grads = gradsOf(this.#leaf())
      if (grads !== undefined) this.#keep(mapped(grads, (grad) => grad.reshape(-1).narrow(0, 0, 1)))
    },
    changesGrad: () => mapped(this.#leaf(), (leaf) => noGrad(() => leaf.grad?.mul_(2))),
    setsGrad: () => mapped(this.#leaf(), (leaf) => (leaf.grad = leaf.detach().clone())),
    forgetsGrad: () => mapped(this.#leaf(), (leaf) => (leaf.grad = undefined)),
    forgetsKept: () => (this.#kept = this.#kept.slice(this.#below(3))),
    comparesGrads: () => this.#leaves.map(gradsOf).forEach((grads) => grads && expectSame(grads)),
  }

  get #leaves(): readonly Pair[] {
    return this.#eager.leaves.map((eager, i) => ({ eager, compiled: this.#compiled.leaves[i]! }))
  }

  #leaf(): Pair {
    return this.#pick(this.#leaves)
  }

  #keep(pair: Pair | undefined): void {
    if (pair !== undefined) this.#kept.push(pair)
  }

  #below(n: number): number {
    return randint(n, [1], { generator: this.#random }).itemSync()
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!
  }
}

function mapped<T>({ eager, compiled }: Pair, change: (x: Tensor) => T): { readonly eager: T; readonly compiled: T } {
  return { eager: change(eager), compiled: change(compiled) }
}

function gradsOf(pair: Pair): Pair | undefined {
  const { eager, compiled } = mapped(pair, ({ grad }) => grad)
  expect(compiled === undefined).toBe(eager === undefined)
  return eager === undefined || compiled === undefined ? undefined : { eager, compiled }
}

function expectSame({ eager, compiled }: Pair): void {
  expect(numbers(compiled)).toEqual(numbers(eager))
}

describe('what a compiled step leaves behind stays what it was, whoever keeps it', () => {
  for (let seed = 0; seed < 2 * optimizers.length; seed++) {
    it(`seed ${seed}`, () => expect(new Twins(seed).run(120)).toBeGreaterThan(60))
  }
})

describe('a gradient', () => {
  it('is written into the place of the last unless somebody has looked at that', () => {
    const [{ leaves, steps }, x] = [new Trained(0, compile), tensor([1, 2, 3, 4, 5, 6])]
    const [leaf] = leaves as [Tensor]
    for (let i = 0; i < 5; i++) steps.fresh(x)
    const storageNow = (): Storage => (leaf.heldGrad as UnseenGrad).tensor.storage
    const first = storageNow()
    steps.fresh(x)
    expect(storageNow()).toBe(first)
    const { grad } = leaf
    const values = numbers(grad!)
    steps.fresh(x)
    expect(storageNow()).not.toBe(first)
    expect(numbers(grad!)).toEqual(values)
    expect(numbers(leaf.grad!)).not.toEqual(values)
  })
})
