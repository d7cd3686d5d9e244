import { readFileSync } from 'node:fs'
import { elementary, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import * as optim from '../index.ts'
import type { Scheduled, Scheduler } from './scheduler.ts'

// Golden values from PyTorch; golden/schedulers.py writes them.
type Options = { readonly [name: string]: unknown }
interface Case {
  readonly name: string
  readonly options: Options
  readonly lrs: readonly number[][]
  readonly momenta?: readonly number[][]
}

const golden: { readonly metrics: readonly number[]; readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('../../golden/schedulers.json', import.meta.url), 'utf8'),
)

const lambdas: { readonly [name: string]: (t: number) => number } = {
  decay: (t) => 0.95 ** t,
  zero_start: (t) => Math.min(1, t / 5),
  wave: (t) => 1 + (t % 3),
}

const plain: { readonly [name: string]: new (optimizer: Scheduled, options: never) => Scheduler } = {
  ExponentialLR: optim.ExponentialLR,
  StepLR: optim.StepLR,
  MultiStepLR: optim.MultiStepLR,
  ConstantLR: optim.ConstantLR,
  LinearLR: optim.LinearLR,
  PolynomialLR: optim.PolynomialLR,
  CosineAnnealingLR: optim.CosineAnnealingLR,
  CosineAnnealingWarmRestarts: optim.CosineAnnealingWarmRestarts,
  CyclicLR: optim.CyclicLR,
  OneCycleLR: optim.OneCycleLR,
}

function translate(options: Options): Options {
  const camel = (text: string): string =>
    text.replace(/^T_/, 't_').replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [camel(name), value === 'exp_range' ? 'expRange' : value]),
  )
}

interface Stepping {
  step(metric: number): void
  stateDict(): optim.SchedulerStateDict
  loadStateDict(state: optim.SchedulerStateDict): void
}

function build(optimizer: Scheduled, { name, options }: Pick<Case, 'name' | 'options'>): Stepping {
  const inner = (): Scheduler[] =>
    (options['schedulers'] as [string, Options][]).map(
      ([of, given]) => new plain[of]!(optimizer, translate(given) as never),
    )
  switch (name) {
    case 'LambdaLR': {
      const named = options['lr_lambda'] as string | string[]
      const of = (lambda: string): ((t: number) => number) => lambdas[lambda]!
      return new optim.LambdaLR(optimizer, Array.isArray(named) ? named.map(of) : of(named))
    }
    case 'ReduceLROnPlateau':
      return new optim.ReduceLROnPlateau(optimizer, translate(options))
    case 'SequentialLR':
      return new optim.SequentialLR(optimizer, inner(), { milestones: options['milestones'] as number[] })
    case 'ChainedScheduler':
      return new optim.ChainedScheduler(inner())
    default:
      return new plain[name]!(optimizer, translate(options) as never)
  }
}

const sgd = (): optim.SGD =>
  new optim.SGD([{ params: zeros(1) }, { params: zeros(1), lr: 0.05 }], { lr: 0.1, momentum: 0.5 })

function distance(got: readonly number[], expected: readonly number[]): number {
  return Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)))
}

const ratesOf = (optimizer: optim.SGD): number[] => optimizer.paramGroups.map(({ lr }) => lr)

describe.each(golden.cases)('new $name(optimizer, $options)', (item) => {
  test("sets PyTorch's rates and momenta for 50 steps", () => {
    const optimizer = sgd()
    const scheduler = build(optimizer, item)
    const momenta = optimizer.paramGroups.map(({ momentum }) => momentum)
    item.lrs.forEach((lrs, t) => {
      expect(distance(ratesOf(optimizer), lrs)).toBeLessThan(1e-12)
      const now = optimizer.paramGroups.map(({ momentum }) => momentum)
      expect(distance(now, item.momenta?.[t] ?? momenta)).toBeLessThan(1e-12)
      if (t < golden.metrics.length) scheduler.step(golden.metrics[t]!)
    })
  })

  test('goes on from a state dict that went through JSON', () => {
    const steps = (scheduler: Stepping, from: number, to: number): void =>
      golden.metrics.slice(from, to).forEach((metric) => scheduler.step(metric))
    const [before, after] = [sgd(), sgd()]
    const first = build(before, item)
    steps(first, 0, 17)
    const second = build(after, item)
    after.loadStateDict(JSON.parse(JSON.stringify(before.stateDict())))
    second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())))
    steps(second, 17, 50)
    expect(distance(ratesOf(after), item.lrs[50]!)).toBeLessThan(1e-12)
  })
})

test('FactorScheduler keeps what changed a rate from outside', () => {
  const optimizer = new optim.SGD([zeros(1)], { lr: 1 })
  const scheduler = new optim.ExponentialLR(optimizer, { gamma: 0.5 })
  scheduler.step()
  optimizer.paramGroups[0]!.lr = 3
  scheduler.step()
  expect(optimizer.paramGroups[0]!.lr).toBe(1.5)
  scheduler.step()
  expect(optimizer.paramGroups[0]!.lr).toBe(0.75)
})

test('FactorScheduler multiplies beside a warm-up that starts at 0', () => {
  const optimizer = new optim.SGD([zeros(1)], { lr: 1 })
  const warm = new optim.LambdaLR(optimizer, (t) => Math.min(1, t / 2))
  const decay = new optim.ExponentialLR(optimizer, { gamma: 0.5 })
  const rates = Array.from({ length: 4 }, () => {
    warm.step()
    decay.step()
    return optimizer.paramGroups[0]!.lr
  })
  expect(rates).toEqual([0.25, 0.25, 0.125, 0.0625])
})

test('FactorScheduler without interference has no rounding errors', () => {
  const optimizer = new optim.SGD([zeros(1)], { lr: 0.3 })
  const scheduler = new optim.ExponentialLR(optimizer, { gamma: 0.9 })
  for (let t = 1; t <= 100; t++) {
    scheduler.step()
    expect(optimizer.paramGroups[0]!.lr).toBe(0.3 * elementary.pow(0.9, t))
  }
})

test('NoamLR(optimizer) rises for warmupSteps, then falls with the root of the step', () => {
  const optimizer = new optim.Adam([zeros(1)])
  const scheduler = new optim.NoamLR(optimizer, { modelSize: 512, warmupSteps: 10, factor: 2 })
  const rates = Array.from({ length: 40 }, () => {
    const { lr } = optimizer.paramGroups[0]!
    scheduler.step()
    return lr
  })
  expect(rates[9]).toBeCloseTo(2 / Math.sqrt(512 * 10), 15)
  expect(rates[4]).toBeCloseTo(rates[9]! / 2, 15)
  expect(rates[39]).toBeCloseTo(rates[9]! / 2, 15)
  expect(Math.max(...rates)).toBe(rates[9])
})

test('warmUp(n, next) rises to 1, then counts from 0', () => {
  const factor = optim.warmUp(4, (t) => 10 + t)
  expect([0, 1, 2, 3, 4, 5].map(factor)).toEqual([0.25, 0.5, 0.75, 1, 10, 11])
  expect([0, 1, 9].map(optim.warmUp(2))).toEqual([0.5, 1, 1])
})

test('CyclicLR(optimizer) cycles the first beta where there is no momentum', () => {
  const optimizer = new optim.Adam([zeros(1)])
  const scheduler = new optim.CyclicLR(optimizer, { baseLr: 0.1, maxLr: 0.2, stepSizeUp: 2 })
  expect(optimizer.paramGroups[0]!.betas).toEqual([0.9, 0.999])
  scheduler.step()
  scheduler.step()
  expect(optimizer.paramGroups[0]!.betas[0]).toBeCloseTo(0.8, 15)
  expect(optimizer.paramGroups[0]!.betas[1]).toBe(0.999)
})

describe('schedulers say what is wrong', () => {
  const optimizer = (): optim.SGD => new optim.SGD([zeros(1)])

  test('options', () => {
    expect(() => new optim.StepLR(optimizer(), { stepSize: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: StepLR: stepSize must be a whole number > 0, got 0.]`,
    )
    expect(() => new optim.StepLR(optimizer(), {} as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: StepLR: stepSize must be a whole number > 0, got undefined.]`,
    )
    expect(() => new optim.StepLR(optimizer(), { stepSize: 1, gama: 2 } as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: StepLR: unknown option "gama". It has stepSize, gamma.]`,
    )
    expect(() => new optim.LambdaLR(optimizer(), [() => 1, () => 2])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: LambdaLR: lrLambda needs a value for each of 1 groups, got 2.]`,
    )
    expect(
      () => new optim.CyclicLR(optimizer(), { baseLr: 0.1, maxLr: [0.1, 0.2] }),
    ).toThrowErrorMatchingInlineSnapshot(`[ArgumentError: CyclicLR: maxLr needs a value for each of 1 groups, got 2.]`)
    expect(
      () => new optim.OneCycleLR(new optim.Adagrad([zeros(1)]), { maxLr: 0.1, totalSteps: 3 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: OneCycleLR: the optimizer has neither momentum nor betas. Pass { cycleMomentum: false }.]`,
    )
    expect(() => optim.warmUp(1.5)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: warmUp: n must be a whole number >= 0, got 1.5.]`,
    )
  })

  test('a step too many', () => {
    const scheduler = new optim.OneCycleLR(optimizer(), { maxLr: 0.1, totalSteps: 2 })
    scheduler.step()
    expect(() => scheduler.step()).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: OneCycleLR.step: all 2 steps are made. Set a larger totalSteps.]`,
    )
  })

  test('a metric that is none', () => {
    const scheduler = new optim.ReduceLROnPlateau(optimizer())
    expect(() => scheduler.step(zeros(1) as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: ReduceLROnPlateau.step: needs a metric, got object. Pass await loss.item().]`,
    )
  })

  test('a metric that is no number is never the best', () => {
    const scheduler = new optim.ReduceLROnPlateau(optimizer(), { patience: 0 })
    scheduler.step(Number.NaN)
    expect(scheduler.best).toBeUndefined()
    expect(scheduler.getLastLr()).toEqual([1e-4])
    scheduler.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())))
    scheduler.step(2)
    expect(scheduler.best).toBe(2)
  })

  test('combinations', () => {
    const one = optimizer()
    const a = new optim.ExponentialLR(one, { gamma: 0.9 })
    const other = new optim.ExponentialLR(optimizer(), { gamma: 0.9 })
    expect(() => new optim.ChainedScheduler([])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: ChainedScheduler: needs at least one scheduler, got none.]`,
    )
    expect(() => new optim.ChainedScheduler([a, other])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: ChainedScheduler: scheduler 1 is for another optimizer. Use one for all.]`,
    )
    expect(() => new optim.SequentialLR(one, [a], { milestones: [3] })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SequentialLR: 1 schedulers need 0 milestones, got 1.]`,
    )
    expect(() => new optim.SequentialLR(one, [a, a, a], { milestones: [3, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: SequentialLR: milestones must ascend from above 0, got 3, 2.]`,
    )
  })

  test('states that do not fit', () => {
    const scheduler = new optim.ExponentialLR(optimizer(), { gamma: 0.9 })
    expect(() => scheduler.loadStateDict({})).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: loadStateDict: baseLrs must be a list of 1 numbers, got undefined.]`,
    )
    expect(() =>
      scheduler.loadStateDict({ lastEpoch: 1, baseLrs: [1], lastLrs: ['1'] }),
    ).toThrowErrorMatchingInlineSnapshot(`[StateDictError: loadStateDict: lastLrs must be a list of 1 numbers, got 1.]`)
    const chained = new optim.ChainedScheduler([scheduler])
    expect(() => chained.loadStateDict({ schedulers: [] })).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: ChainedScheduler.loadStateDict: needs the states of 1 schedulers.]`,
    )
  })
})
