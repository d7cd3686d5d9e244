import { ArgumentError, StateDictError, late } from '@metagrad/tensor'

/** What a scheduler changes of a group. */
export interface ScheduledGroup {
  lr: number
  /** The rate before any scheduler changed it; set by the first one. */
  initialLr?: number
  momentum?: number
  betas?: readonly [number, number]
}

/** What schedulers need of an optimizer. */
export interface Scheduled {
  readonly paramGroups: readonly ScheduledGroup[]
}

/** Plain numbers that a scheduler goes on from. Functions are not among them. */
export type SchedulerStateDict = { readonly [name: string]: unknown }

/** A value for all groups, or one for each. */
export type PerGroup<T> = T | readonly T[]

export function ofGroup(value: PerGroup<number>, group: number): number {
  return typeof value === 'number' ? value : value[group]!
}

/** @throws ArgumentError if a list does not have a value for each group */
export function checkPerGroup<T>(op: string, name: string, value: PerGroup<T>, optimizer: Scheduled): void {
  const { length } = optimizer.paramGroups
  if (Array.isArray(value) && value.length !== length) {
    throw new ArgumentError(`${op}: ${name} needs a value for each of ${length} groups, got ${value.length}.`)
  }
}

/**
 * Sets the learning rates of an optimizer's groups, step by step. The constructor makes step 0.
 *
 * Call `step()` after each epoch (or batch), after the optimizer's own step.
 * @see https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 */
export abstract class Scheduler {
  readonly optimizer: Scheduled
  /** The step that the rates are set for now. */
  lastEpoch = -1

  constructor(optimizer: Scheduled) {
    this.optimizer = optimizer
    for (const group of optimizer.paramGroups) group.initialLr ??= group.lr
  }

  /** Sets the rates of step `lastEpoch`. */
  protected abstract apply(): void

  /** Goes to the next step. */
  step(): void {
    late(() => {
      this.lastEpoch++
      this.apply()
    })
  }

  /** Starts over, from the rates before any scheduler. */
  restart(): void {
    for (const group of this.optimizer.paramGroups) group.lr = group.initialLr ?? group.lr
    this.lastEpoch = -1
    this.step()
  }

  /** The rates set now, one for each group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr)
  }

  stateDict(): SchedulerStateDict {
    return { lastEpoch: this.lastEpoch }
  }

  /** Goes on from `stateDict()`; the rates themselves come with the optimizer's state. @throws StateDictError */
  loadStateDict(state: SchedulerStateDict): void {
    this.lastEpoch = stateNumber(state, 'lastEpoch')
  }
}

/** @throws StateDictError */
export function stateNumber(state: SchedulerStateDict, name: string): number {
  const value = state[name]
  if (typeof value === 'number') return value
  throw new StateDictError(`loadStateDict: ${name} must be a number, got ${String(value)}.`)
}

/** @throws StateDictError */
export function stateNumbers(state: SchedulerStateDict, name: string, length: number): number[] {
  const value = state[name]
  if (Array.isArray(value) && value.length === length && value.every((item) => typeof item === 'number')) return value
  throw new StateDictError(`loadStateDict: ${name} must be a list of ${length} numbers, got ${String(value)}.`)
}
