import { elementary, ArgumentError } from '@metagrad/tensor'
import type { Check, OptionTable } from '../options.ts'
import { count, fraction, nonNegative, positive, resolveOptions, wholeNumber } from '../options.ts'
import type { Factor } from './factor-scheduler.ts'
import { FactorScheduler } from './factor-scheduler.ts'
import type { PerGroup, Scheduled } from './scheduler.ts'
import { checkPerGroup } from './scheduler.ts'

// One scheduler each, in rising complexity: what it is asked for, then the factor of step t.

/**
 * The rate times what a function makes of the step, one for all groups or one for each.
 *
 * Functions are not part of `stateDict()`.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 */
export class LambdaLR extends FactorScheduler {
  constructor(optimizer: Scheduled, lrLambda: PerGroup<(step: number) => number>) {
    checkPerGroup('LambdaLR', 'lrLambda', lrLambda, optimizer)
    const isList = (value: typeof lrLambda): value is readonly ((step: number) => number)[] => Array.isArray(value)
    super(optimizer, (t, group) => (isList(lrLambda) ? lrLambda[group]! : lrLambda)(t))
  }
}

export interface ExponentialLRSettings {
  /** Factor of each step. */
  gamma: number
}

/** `gamma^t`. @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html */
export class ExponentialLR extends FactorScheduler {
  constructor(optimizer: Scheduled, options: ExponentialLRSettings) {
    const { gamma } = resolveOptions<ExponentialLRSettings>('ExponentialLR', { gamma: [undefined, positive] }, options)
    super(optimizer, (t) => elementary.pow(gamma, t))
  }
}

export interface StepLRSettings {
  /** Steps between two changes. */
  stepSize: number
  /** Factor of each change. Default 0.1. */
  gamma: number
}

const stepTable: OptionTable<StepLRSettings> = { stepSize: [undefined, count], gamma: [0.1, positive] }

/** `gamma^floor(t / stepSize)`. @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html */
export class StepLR extends FactorScheduler {
  constructor(optimizer: Scheduled, options: Partial<StepLRSettings> & Pick<StepLRSettings, 'stepSize'>) {
    const { stepSize, gamma } = resolveOptions('StepLR', stepTable, options)
    super(optimizer, (t) => elementary.pow(gamma, Math.floor(t / stepSize)))
  }
}

export interface MultiStepLRSettings {
  /** Steps at which the rate changes; one that stands twice counts twice. */
  milestones: readonly number[]
  /** Factor of each change. Default 0.1. */
  gamma: number
}

const steps: Check = {
  expects: 'a list of whole numbers >= 0',
  holds: (value) => Array.isArray(value) && value.every((item) => wholeNumber.holds(item, {})),
}
const multiStepTable: OptionTable<MultiStepLRSettings> = { milestones: [undefined, steps], gamma: [0.1, positive] }

/** `gamma^(milestones <= t)`. @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html */
export class MultiStepLR extends FactorScheduler {
  constructor(optimizer: Scheduled, options: Partial<MultiStepLRSettings> & Pick<MultiStepLRSettings, 'milestones'>) {
    const { milestones, gamma } = resolveOptions('MultiStepLR', multiStepTable, options)
    super(optimizer, (t) => elementary.pow(gamma, milestones.filter((milestone) => milestone <= t).length))
  }
}

export interface ConstantLRSettings {
  /** Factor until `totalIters`. In [0, 1], default 1/3. */
  factor: number
  /** Steps with the factor. Default 5. */
  totalIters: number
}

const constantTable: OptionTable<ConstantLRSettings> = { factor: [1 / 3, fraction], totalIters: [5, wholeNumber] }

/** `factor` before step `totalIters`, then 1. @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html */
export class ConstantLR extends FactorScheduler {
  constructor(optimizer: Scheduled, options: Partial<ConstantLRSettings> = {}) {
    const { factor, totalIters } = resolveOptions('ConstantLR', constantTable, options)
    super(optimizer, (t) => (t < totalIters ? factor : 1))
  }
}

export interface LinearLRSettings {
  /** Factor at step 0. In [0, 1], default 1/3. */
  startFactor: number
  /** Factor from step `totalIters` on. In [0, 1], default 1. */
  endFactor: number
  /** Default 5. */
  totalIters: number
}

const linearTable: OptionTable<LinearLRSettings> = {
  startFactor: [1 / 3, fraction],
  endFactor: [1, fraction],
  totalIters: [5, count],
}

/** Straight from `startFactor` to `endFactor`: a warm-up. @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html */
export class LinearLR extends FactorScheduler {
  constructor(optimizer: Scheduled, options: Partial<LinearLRSettings> = {}) {
    const { startFactor, endFactor, totalIters } = resolveOptions('LinearLR', linearTable, options)
    super(optimizer, (t) => startFactor + ((endFactor - startFactor) * Math.min(t, totalIters)) / totalIters)
  }
}

export interface PolynomialLRSettings {
  /** Step at which the rate reaches 0. Default 5. */
  totalIters: number
  /** Default 1: a straight line. */
  power: number
}

const polynomialTable: OptionTable<PolynomialLRSettings> = { totalIters: [5, count], power: [1, nonNegative] }

/** `(1 - t / totalIters)^power`, then 0. @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html */
export class PolynomialLR extends FactorScheduler {
  constructor(optimizer: Scheduled, options: Partial<PolynomialLRSettings> = {}) {
    const { totalIters, power } = resolveOptions('PolynomialLR', polynomialTable, options)
    super(optimizer, (t) => elementary.pow(1 - Math.min(t, totalIters) / totalIters, power))
  }
}

/** From 1 at 0 down to 0 at 1, and up again at 2. */
const cosine = (turn: number): number => (1 + elementary.cos(Math.PI * turn)) / 2

export interface CosineAnnealingLRSettings {
  /** Steps down to the lowest rate; as many lead up again. */
  tMax: number
  /** Lowest rate. Default 0. */
  etaMin: number
}

const annealingTable: OptionTable<CosineAnnealingLRSettings> = { tMax: [undefined, count], etaMin: [0, nonNegative] }

/**
 * `lr = etaMin + (base - etaMin) (1 + cos(pi t / tMax)) / 2`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 */
export class CosineAnnealingLR extends FactorScheduler {
  constructor(
    optimizer: Scheduled,
    options: Partial<CosineAnnealingLRSettings> & Pick<CosineAnnealingLRSettings, 'tMax'>,
  ) {
    const { tMax, etaMin } = resolveOptions('CosineAnnealingLR', annealingTable, options)
    super(optimizer, (t) => cosine(t / tMax), etaMin)
  }
}

export interface CosineAnnealingWarmRestartsSettings {
  /** Steps of the first fall. */
  t0: number
  /** How much longer each fall is than the one before. A whole number > 0, default 1. */
  tMult: number
  /** Lowest rate. Default 0. */
  etaMin: number
}

const restartsTable: OptionTable<CosineAnnealingWarmRestartsSettings> = {
  t0: [undefined, count],
  tMult: [1, count],
  etaMin: [0, nonNegative],
}

/**
 * Falls from the base rate to `etaMin` along a cosine, again and again, each `tMult` times as long as the one before.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html; I. Loshchilov,
 * F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017
 */
export class CosineAnnealingWarmRestarts extends FactorScheduler {
  constructor(
    optimizer: Scheduled,
    options: Partial<CosineAnnealingWarmRestartsSettings> & Pick<CosineAnnealingWarmRestartsSettings, 't0'>,
  ) {
    const { t0, tMult, etaMin } = resolveOptions('CosineAnnealingWarmRestarts', restartsTable, options)
    const factor: Factor = (t) => {
      let [start, length] = [0, t0]
      while (t - start >= length) [start, length] = tMult === 1 ? [t - (t % t0), t0] : [start + length, length * tMult]
      return cosine((t - start) / length)
    }
    super(optimizer, factor, etaMin)
  }
}

/**
 * A factor for `LambdaLR`: step t of the first n gets `(t + 1) / n`, then comes `next`, counting from 0.
 *
 * @example
 * ```ts
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * const scheduler = new LambdaLR(optimizer, warmUp(4, (t) => 0.99 ** t))
 * scheduler.getLastLr() // -> [0.25]
 * ```
 * @throws ArgumentError unless n is a whole number >= 0
 */
export function warmUp(n: number, next: (step: number) => number = () => 1): (step: number) => number {
  if (!wholeNumber.holds(n, {})) throw new ArgumentError(`warmUp: n must be ${wholeNumber.expects}, got ${n}.`)
  return (t) => (t < n ? (t + 1) / n : next(t - n))
}
