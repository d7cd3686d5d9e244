import { elementary, ArgumentError, late } from '@metagrad/tensor'
import type { OptionTable } from '../options.ts'
import { count, eachOrOne, flag, fraction, nonNegative, oneOf, optional, positive, resolveOptions } from '../options.ts'
import type { PerGroup, Scheduled, ScheduledGroup } from './scheduler.ts'
import { Scheduler, checkPerGroup, ofGroup } from './scheduler.ts'

// Schedulers that set the rate (and the momentum) outright, whatever it was before.

/** Sets `momentum`, or the first beta where the optimizer has betas. */
function setMomentum(group: ScheduledGroup, momentum: number): void {
  if (group.betas === undefined) group.momentum = momentum
  else group.betas = [momentum, group.betas[1]]
}

/** @throws ArgumentError if momentum is to cycle and a group has none */
function checkMomentum(op: string, optimizer: Scheduled): void {
  if (optimizer.paramGroups.every(({ betas, momentum }) => betas !== undefined || momentum !== undefined)) return
  throw new ArgumentError(`${op}: the optimizer has neither momentum nor betas. Pass { cycleMomentum: false }.`)
}

/** How the height of a cycle changes, by the cycle's number (from 1) or by the step. */
type Mode = 'triangular' | 'triangular2' | 'expRange'
type Scale = (cycle: number, step: number) => number

const scales: { readonly [M in Mode]: (gamma: number) => Scale } = {
  triangular: () => () => 1,
  triangular2: () => (cycle: number) => 1 / 2 ** (cycle - 1),
  expRange: (gamma: number) => (_: number, step: number) => elementary.pow(gamma, step),
}

export interface CyclicLRSettings {
  baseLr: PerGroup<number>
  maxLr: PerGroup<number>
  /** Steps up. Default 2000. */
  stepSizeUp: number
  /** Steps down. Default as many as up. */
  stepSizeDown: number | undefined
  /** Cycles of one height, each half as high as the last, or shrinking by `gamma` each step. Default 'triangular'. */
  mode: Mode
  /** Default 1. */
  gamma: number
  /** Let the momentum fall while the rate rises. Default true. */
  cycleMomentum: boolean
  /** Default 0.8. */
  baseMomentum: PerGroup<number>
  /** Default 0.9. */
  maxMomentum: PerGroup<number>
}

const cyclicTable: OptionTable<CyclicLRSettings> = {
  baseLr: [undefined, eachOrOne(nonNegative)],
  maxLr: [undefined, eachOrOne(nonNegative)],
  stepSizeUp: [2000, count],
  stepSizeDown: [undefined, optional(count)],
  mode: ['triangular', oneOf(...Object.keys(scales))],
  gamma: [1, positive],
  cycleMomentum: [true, flag],
  baseMomentum: [0.8, eachOrOne(fraction)],
  maxMomentum: [0.9, eachOrOne(fraction)],
}

/**
 * Up and down between two rates, again and again.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html; L. Smith, "Cyclical learning rates
 * for training neural networks", WACV 2017. Cycles the first beta where the optimizer has betas, as PyTorch does since 2.1.
 */
export class CyclicLR extends Scheduler {
  readonly #settings: CyclicLRSettings

  constructor(optimizer: Scheduled, options: Partial<CyclicLRSettings> & Pick<CyclicLRSettings, 'baseLr' | 'maxLr'>) {
    super(optimizer)
    const settings = resolveOptions('CyclicLR', cyclicTable, options)
    for (const name of ['baseLr', 'maxLr', 'baseMomentum', 'maxMomentum'] as const) {
      checkPerGroup('CyclicLR', name, settings[name], optimizer)
    }
    if (settings.cycleMomentum) checkMomentum('CyclicLR', optimizer)
    this.#settings = settings
    this.step()
  }

  protected override apply(): void {
    const { baseLr, maxLr, stepSizeUp: up, stepSizeDown: down = up, mode, gamma, ...momentum } = this.#settings
    const cycle = Math.floor(this.lastEpoch / (up + down))
    const at = this.lastEpoch - cycle * (up + down)
    const height = (at <= up ? at / up : (up + down - at) / down) * scales[mode](gamma)(cycle + 1, this.lastEpoch)
    this.optimizer.paramGroups.forEach((group, i) => {
      const [low, high] = [ofGroup(baseLr, i), ofGroup(maxLr, i)]
      group.lr = low + (high - low) * height
      if (!momentum.cycleMomentum) return
      const [least, most] = [ofGroup(momentum.baseMomentum, i), ofGroup(momentum.maxMomentum, i)]
      setMomentum(group, most - (most - least) * height)
    })
  }
}

type Anneal = 'cos' | 'linear'

/** From `start` to `end` as `part` goes from 0 to 1. */
const anneals: { readonly [A in Anneal]: (start: number, end: number, part: number) => number } = {
  cos: (start, end, part) => end + ((start - end) / 2) * (1 + elementary.cos(Math.PI * part)),
  linear: (start, end, part) => (end - start) * part + start,
}

export interface OneCycleLRSettings {
  maxLr: PerGroup<number>
  /** Steps in all, the one of the constructor included. */
  totalSteps: number
  /** Part of the steps in which the rate rises. In [0, 1], default 0.3. */
  pctStart: number
  /** Default 'cos'. */
  annealStrategy: Anneal
  /** Let the momentum fall while the rate rises. Default true. */
  cycleMomentum: boolean
  /** Default 0.85. */
  baseMomentum: PerGroup<number>
  /** Default 0.95. */
  maxMomentum: PerGroup<number>
  /** The first rate is `maxLr / divFactor`. Default 25. */
  divFactor: number
  /** The last rate is the first one divided by it. Default 10,000. */
  finalDivFactor: number
  /** Fall to the first rate as fast as it rose, and only then to the last one. Default false. */
  threePhase: boolean
}

const oneCycleTable: OptionTable<OneCycleLRSettings> = {
  maxLr: [undefined, eachOrOne(nonNegative)],
  totalSteps: [undefined, count],
  pctStart: [0.3, fraction],
  annealStrategy: ['cos', oneOf(...Object.keys(anneals))],
  cycleMomentum: [true, flag],
  baseMomentum: [0.85, eachOrOne(fraction)],
  maxMomentum: [0.95, eachOrOne(fraction)],
  divFactor: [25, positive],
  finalDivFactor: [1e4, positive],
  threePhase: [false, flag],
}

/** Where a phase ends, and which rates and momenta it leads between. */
interface Phase {
  readonly end: number
  readonly lr: readonly [from: Level, to: Level]
  readonly momentum: readonly [from: 'base' | 'max', to: 'base' | 'max']
}

type Level = 'first' | 'max' | 'last'

/**
 * One rise to a large rate and one long fall. Made for `totalSteps` steps of one batch each.
 *
 * @throws ArgumentError from `step()` beyond them
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html; L. Smith, N. Topin,
 * "Super-convergence", 2017
 */
export class OneCycleLR extends Scheduler {
  readonly #settings: OneCycleLRSettings
  readonly #phases: readonly Phase[]

  constructor(
    optimizer: Scheduled,
    options: Partial<OneCycleLRSettings> & Pick<OneCycleLRSettings, 'maxLr' | 'totalSteps'>,
  ) {
    super(optimizer)
    const settings = resolveOptions('OneCycleLR', oneCycleTable, options)
    for (const name of ['maxLr', 'baseMomentum', 'maxMomentum'] as const) {
      checkPerGroup('OneCycleLR', name, settings[name], optimizer)
    }
    if (settings.cycleMomentum) checkMomentum('OneCycleLR', optimizer)
    this.#settings = settings
    const { totalSteps, pctStart, threePhase } = settings
    const rise: Phase = { end: pctStart * totalSteps - 1, lr: ['first', 'max'], momentum: ['max', 'base'] }
    this.#phases = threePhase
      ? [
          rise,
          { end: 2 * pctStart * totalSteps - 2, lr: ['max', 'first'], momentum: ['base', 'max'] },
          { end: totalSteps - 1, lr: ['first', 'last'], momentum: ['max', 'max'] },
        ]
      : [rise, { end: totalSteps - 1, lr: ['max', 'last'], momentum: ['base', 'max'] }]
    this.step()
  }

  override step(): void {
    const { totalSteps } = this.#settings
    late(() => {
      if (this.lastEpoch + 1 >= totalSteps) {
        throw new ArgumentError(`OneCycleLR.step: all ${totalSteps} steps are made. Set a larger totalSteps.`)
      }
      super.step()
    })
  }

  protected override apply(): void {
    const { maxLr, divFactor, finalDivFactor, annealStrategy, cycleMomentum, baseMomentum, maxMomentum } =
      this.#settings
    const index = Math.max(
      0,
      this.#phases.findIndex(({ end }) => this.lastEpoch <= end),
    )
    const phase = this.#phases[index]!
    const start = index === 0 ? 0 : this.#phases[index - 1]!.end
    // A cycle of one step has no length.
    const part = phase.end === start ? 0 : (this.lastEpoch - start) / (phase.end - start)
    const anneal = anneals[annealStrategy]
    this.optimizer.paramGroups.forEach((group, i) => {
      const max = ofGroup(maxLr, i)
      const levels = { first: max / divFactor, max, last: max / divFactor / finalDivFactor }
      group.lr = anneal(levels[phase.lr[0]], levels[phase.lr[1]], part)
      if (!cycleMomentum) return
      const momenta = { base: ofGroup(baseMomentum, i), max: ofGroup(maxMomentum, i) }
      setMomentum(group, anneal(momenta[phase.momentum[0]], momenta[phase.momentum[1]], part))
    })
  }
}
