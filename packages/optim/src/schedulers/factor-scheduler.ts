import type { Scheduled, SchedulerStateDict } from './scheduler.ts'
import { Scheduler, stateNumbers } from './scheduler.ts'

/** By what the base rate is multiplied at a step, from 0. */
export type Factor = (step: number, group: number) => number

/**
 * A scheduler that is a function of the step: `lr = floor + (base - floor) * factor(step)`.
 *
 * What changes a rate meanwhile (another scheduler, or you) changes the base: schedulers that step side by side multiply.
 * PyTorch computes each rate from the one before; the closed form here is the same without its rounding errors.
 */
export abstract class FactorScheduler extends Scheduler {
  readonly #factor: Factor
  readonly #floor: number
  #baseLrs: number[]
  #lastLrs: number[]

  constructor(optimizer: Scheduled, factor: Factor, floor = 0) {
    super(optimizer)
    this.#factor = factor
    this.#floor = floor
    this.#baseLrs = this.getLastLr()
    this.#lastLrs = this.getLastLr()
    this.step()
  }

  /** The rates that the factors multiply, one for each group. */
  get baseLrs(): readonly number[] {
    return this.#baseLrs
  }

  override restart(): void {
    this.#baseLrs = this.optimizer.paramGroups.map(({ lr, initialLr = lr }) => initialLr)
    this.#lastLrs = [...this.#baseLrs]
    super.restart()
  }

  protected override apply(): void {
    const floor = this.#floor
    this.optimizer.paramGroups.forEach((group, i) => {
      if (group.lr !== this.#lastLrs[i]) this.#rebase(i, group.lr)
      group.lr = floor + (this.#baseLrs[i]! - floor) * this.#factor(this.lastEpoch, i)
      this.#lastLrs[i] = group.lr
    })
  }

  /** Takes a rate that was set from outside for what this step's factor made of another base. */
  #rebase(group: number, lr: number): void {
    const before = this.lastEpoch === 0 ? 1 : this.#factor(this.lastEpoch - 1, group)
    if (before !== 0) this.#baseLrs[group] = this.#floor + (lr - this.#floor) / before
    else this.#baseLrs[group] ??= lr
  }

  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), baseLrs: [...this.#baseLrs], lastLrs: [...this.#lastLrs] }
  }

  override loadStateDict(state: SchedulerStateDict): void {
    const { length } = this.optimizer.paramGroups
    const [baseLrs, lastLrs] = [stateNumbers(state, 'baseLrs', length), stateNumbers(state, 'lastLrs', length)]
    super.loadStateDict(state)
    this.#baseLrs = [...baseLrs]
    this.#lastLrs = [...lastLrs]
  }
}
