import { ArgumentError, StateDictError, late } from '@metagrad/tensor'
import type { Scheduled, SchedulerStateDict } from './scheduler.ts'
import { Scheduler } from './scheduler.ts'

function checkSchedulers(op: string, schedulers: readonly Scheduler[], optimizer?: Scheduled): void {
  if (schedulers.length === 0) throw new ArgumentError(`${op}: needs at least one scheduler, got none.`)
  const own = optimizer ?? schedulers[0]!.optimizer
  const other = schedulers.findIndex((scheduler) => scheduler.optimizer !== own)
  if (other !== -1) throw new ArgumentError(`${op}: scheduler ${other} is for another optimizer. Use one for all.`)
}

function statesOf(schedulers: readonly Scheduler[]): SchedulerStateDict[] {
  return schedulers.map((scheduler) => scheduler.stateDict())
}

function loadStates(op: string, schedulers: readonly Scheduler[], { schedulers: states }: SchedulerStateDict): void {
  if (!Array.isArray(states) || states.length !== schedulers.length) {
    throw new StateDictError(`${op}.loadStateDict: needs the states of ${schedulers.length} schedulers.`)
  }
  schedulers.forEach((scheduler, i) => scheduler.loadStateDict(states[i]))
}

export interface SequentialLROptions {
  /** At which step each scheduler after the first takes over, ascending. */
  readonly milestones: readonly number[]
}

/**
 * One scheduler after another; each starts over, from the rate before any scheduler, when its turn comes.
 *
 * @example
 * ```ts
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 })
 * const warmUp = new LinearLR(optimizer, { startFactor: 0.1, totalIters: 5 })
 * const decay = new CosineAnnealingLR(optimizer, { tMax: 95 })
 * const scheduler = new SequentialLR(optimizer, [warmUp, decay], { milestones: [5] })
 * scheduler.getLastLr() // -> [0.1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 */
export class SequentialLR extends Scheduler {
  readonly #schedulers: readonly Scheduler[]
  readonly #milestones: readonly number[]

  constructor(optimizer: Scheduled, schedulers: readonly Scheduler[], { milestones }: SequentialLROptions) {
    super(optimizer)
    checkSchedulers('SequentialLR', schedulers, optimizer)
    if (milestones.length !== schedulers.length - 1) {
      throw new ArgumentError(
        `SequentialLR: ${schedulers.length} schedulers need ${schedulers.length - 1} milestones, got ${milestones.length}.`,
      )
    }
    if (milestones.some((milestone, i) => !(milestone > (milestones[i - 1] ?? 0)))) {
      throw new ArgumentError(`SequentialLR: milestones must ascend from above 0, got ${milestones.join(', ')}.`)
    }
    this.#schedulers = schedulers
    this.#milestones = milestones
    this.step()
  }

  protected override apply(): void {
    const stage = this.#milestones.filter((milestone) => milestone <= this.lastEpoch).length
    const starts = this.lastEpoch === (stage === 0 ? 0 : this.#milestones[stage - 1])
    if (starts) this.#schedulers[stage]!.restart()
    else this.#schedulers[stage]!.step()
  }

  override stateDict(): SchedulerStateDict {
    return { ...super.stateDict(), schedulers: statesOf(this.#schedulers) }
  }

  override loadStateDict(state: SchedulerStateDict): void {
    loadStates('SequentialLR', this.#schedulers, state)
    super.loadStateDict(state)
  }
}

/**
 * Several schedulers at once: each changes the rate that the one before it set.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 */
export class ChainedScheduler {
  readonly optimizer: Scheduled
  readonly #schedulers: readonly Scheduler[]

  constructor(schedulers: readonly Scheduler[]) {
    checkSchedulers('ChainedScheduler', schedulers)
    this.#schedulers = schedulers
    this.optimizer = schedulers[0]!.optimizer
  }

  step(): void {
    late(() => {
      for (const scheduler of this.#schedulers) scheduler.step()
    })
  }

  /** The rates set now, one for each group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr)
  }

  stateDict(): SchedulerStateDict {
    return { schedulers: statesOf(this.#schedulers) }
  }

  /** Goes on from `stateDict()`. @throws StateDictError */
  loadStateDict(state: SchedulerStateDict): void {
    loadStates('ChainedScheduler', this.#schedulers, state)
  }
}
