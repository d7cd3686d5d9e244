import { ArgumentError, late } from '@metagrad/tensor'
import type { OptionTable } from '../options.ts'
import { eachOrOne, factor, nonNegative, oneOf, resolveOptions, wholeNumber } from '../options.ts'
import type { PerGroup, Scheduled, SchedulerStateDict } from './scheduler.ts'
import { checkPerGroup, ofGroup, stateNumber } from './scheduler.ts'

export interface ReduceLROnPlateauSettings {
  /** Whether a smaller or a larger metric is better. Default 'min'. */
  mode: 'min' | 'max'
  /** What the rate is multiplied by. In [0, 1), default 0.1. */
  factor: number
  /** Steps without improvement that are let pass. Default 10. */
  patience: number
  /** By how much the metric must improve. Default 1e-4. */
  threshold: number
  /** Whether the threshold is a part of the best metric or an amount. Default 'rel'. */
  thresholdMode: 'rel' | 'abs'
  /** Steps after a reduction in which nothing is counted. Default 0. */
  cooldown: number
  /** Lowest rate. Default 0. */
  minLr: PerGroup<number>
  /** Smaller changes of the rate are not made. Default 1e-8. */
  eps: number
}

const table: OptionTable<ReduceLROnPlateauSettings> = {
  mode: ['min', oneOf('min', 'max')],
  factor: [0.1, factor],
  patience: [10, wholeNumber],
  threshold: [1e-4, nonNegative],
  thresholdMode: ['rel', oneOf('rel', 'abs')],
  cooldown: [0, wholeNumber],
  minLr: [0, eachOrOne(nonNegative)],
  eps: [1e-8, nonNegative],
}

/**
 * Multiplies the rate by `factor` when a metric has not improved for more than `patience` steps.
 *
 * @example
 * ```ts
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * const scheduler = new ReduceLROnPlateau(optimizer, { patience: 1 })
 * for (const validationLoss of [0.5, 0.6, 0.6]) scheduler.step(validationLoss)
 * scheduler.getLastLr() // -> [0.1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 */
export class ReduceLROnPlateau {
  readonly optimizer: Scheduled
  lastEpoch = 0
  /** The best metric so far. */
  best: number | undefined = undefined
  numBadEpochs = 0
  cooldownCounter = 0
  readonly #settings: ReduceLROnPlateauSettings

  constructor(optimizer: Scheduled, options: Partial<ReduceLROnPlateauSettings> = {}) {
    this.optimizer = optimizer
    this.#settings = resolveOptions('ReduceLROnPlateau', table, options)
    checkPerGroup('ReduceLROnPlateau', 'minLr', this.#settings.minLr, optimizer)
  }

  /** @throws ArgumentError unless the metric is a number */
  step(metric: number): void {
    if (typeof metric !== 'number') {
      throw new ArgumentError(`ReduceLROnPlateau.step: needs a metric, got ${typeof metric}. Pass await loss.item().`)
    }
    late(() => this.#count(metric))
  }

  #count(metric: number): void {
    const { patience, cooldown } = this.#settings
    this.lastEpoch++
    if (this.#isBetter(metric)) {
      this.best = metric
      this.numBadEpochs = 0
    } else {
      this.numBadEpochs++
    }
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--
      this.numBadEpochs = 0
    }
    if (this.numBadEpochs > patience) {
      this.#reduce()
      this.cooldownCounter = cooldown
      this.numBadEpochs = 0
    }
  }

  /** The rates set now, one for each group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr)
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#settings
    if (this.best === undefined) return !Number.isNaN(metric)
    const sign = mode === 'min' ? -1 : 1
    const bar = thresholdMode === 'rel' ? this.best * (1 + sign * threshold) : this.best + sign * threshold
    return mode === 'min' ? metric < bar : metric > bar
  }

  #reduce(): void {
    const { factor: scale, minLr, eps } = this.#settings
    this.optimizer.paramGroups.forEach((group, i) => {
      const lr = Math.max(group.lr * scale, ofGroup(minLr, i))
      if (group.lr - lr > eps) group.lr = lr
    })
  }

  stateDict(): SchedulerStateDict {
    const { lastEpoch, best, numBadEpochs, cooldownCounter } = this
    return { lastEpoch, best, numBadEpochs, cooldownCounter }
  }

  /** Goes on from `stateDict()`; the rates themselves come with the optimizer's state. @throws StateDictError */
  loadStateDict(state: SchedulerStateDict): void {
    const read = (name: string): number => stateNumber(state, name)
    const [lastEpoch, best] = [read('lastEpoch'), state['best'] === undefined ? undefined : read('best')]
    const [numBadEpochs, cooldownCounter] = [read('numBadEpochs'), read('cooldownCounter')]
    Object.assign(this, { lastEpoch, best, numBadEpochs, cooldownCounter })
  }
}
