import { readFileSync } from 'node:fs'
import { type DType, type Tensor, tensor } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import * as optim from './index.ts'

// Golden values from PyTorch; golden/optimizers.py writes them and says what the problem is.
interface Case {
  readonly name: keyof typeof optimizers
  readonly options: { readonly [name: string]: unknown }
  readonly float64: readonly number[][]
  readonly float32: readonly number[]
}

interface Golden {
  readonly x: number[]
  readonly w: number[][]
  readonly b: number[]
  readonly cases: readonly Case[]
}

const golden: Golden = JSON.parse(readFileSync(new URL('../golden/optimizers.json', import.meta.url), 'utf8'))

type Build<Options> = new (params: Tensor[] | { params: Tensor[]; lr?: number }[], options: Options) => Stepping
interface Stepping {
  zeroGrad(): void
  step(closure: () => Tensor): Tensor
}

const optimizers = {
  SGD: optim.SGD,
  Adam: optim.Adam,
  AdamW: optim.AdamW,
  Adagrad: optim.Adagrad,
  RMSprop: optim.RMSprop,
  Adadelta: optim.Adadelta,
  Adamax: optim.Adamax,
  NAdam: optim.NAdam,
  RAdam: optim.RAdam,
  LBFGS: optim.LBFGS,
} satisfies { [name: string]: Build<object> }

const camel = (text: string): string => text.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

function translate(options: Case['options']): { [name: string]: unknown } {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [camel(name), value === 'strong_wolfe' ? 'strongWolfe' : value]),
  )
}

function run({ name, options }: Case, dtype: DType, steps: number): number[][] {
  const x = tensor(golden.x, { dtype, requiresGrad: true })
  const w = tensor(golden.w, { dtype, requiresGrad: true })
  const b = tensor(golden.b, { dtype })
  const given = translate(options)
  const lr = typeof given['lr'] === 'number' ? given['lr'] : 1
  const build: Build<object> = optimizers[name]
  const optimizer = new build(name === 'LBFGS' ? [x, w] : [{ params: [x] }, { params: [w], lr: lr / 2 }], given)
  const closure = (): Tensor => {
    optimizer.zeroGrad()
    const loss = w.matmul(x).sub(b).square().sum().add(x.cos().sum().mul(0.5)).add(w.pow(4).sum().mul(0.05))
    loss.backward()
    return loss
  }
  return Array.from({ length: steps }, () => {
    optimizer.step(closure)
    return [...Array.from(x.dataSync(), Number), ...Array.from(w.dataSync(), Number)]
  })
}

/** Largest difference, relative to values above 1. */
function distance(got: readonly number[], expected: readonly number[]): number {
  expect(got.length).toBe(expected.length)
  return Math.max(...got.map((value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!))))
}

describe.each(golden.cases)('new $name(params, $options)', (item) => {
  test("makes PyTorch's steps in float64", () => {
    const trace = run(item, 'float64', item.float64.length)
    expect(Math.max(...trace.map((values, i) => distance(values, item.float64[i]!)))).toBeLessThan(1e-12)
  })

  test('ends where PyTorch ends in float32', () => {
    const last = run(item, 'float32', item.float64.length).at(-1)!
    // A line search multiplies rounding errors with every iteration.
    expect(distance(last, item.float32)).toBeLessThan(item.name === 'LBFGS' ? 1e-4 : 1e-6)
  })
})
