import type { Progress } from '../training/fit.ts'
import { formatDuration, formatNumber, formatRate } from './format.ts'

/** How much there is to do. */
export interface ProgressTotals {
  readonly epochs: number
  readonly stepsPerEpoch: number
}

/** What a line of progress says. */
export interface ProgressState extends Progress, ProgressTotals {
  readonly elapsedSeconds: number
  /** Steps per second, smoothed. */
  readonly stepsPerSecond: number
}

const widestBar = 30
const narrowestBar = 10

/**
 * Progress as tqdm shows it, no wider than `width`:
 * `epoch 3/20  12%|####      | 310/2500 [00:04<00:28, 78.1 batch/s, loss=0.4120, val_loss=0.4300]`
 */
export function progressLine(state: ProgressState, width: number): string {
  const { epoch, epochs, stepsPerEpoch, step, elapsedSeconds, stepsPerSecond, loss, validationLoss } = state
  const total = epochs * stepsPerEpoch
  const share = total === 0 ? 1 : Math.min(1, step / total)
  const [unit, lead] =
    stepsPerEpoch === 1 ? ['epoch', ''] : ['batch', `epoch ${Math.min(epoch + 1, epochs)}/${epochs} `]
  const left = stepsPerSecond > 0 ? (total - step) / stepsPerSecond : Infinity
  const values = [`loss=${formatNumber(loss)}`]
  if (validationLoss !== undefined) values.push(`val_loss=${formatNumber(validationLoss)}`)
  const times = `${formatDuration(elapsedSeconds)}<${formatDuration(left)}, ${formatRate(stepsPerSecond)} ${unit}/s`
  const before = `${lead}${`${Math.floor(100 * share)}`.padStart(3)}%|`
  const after = `| ${step}/${total} [${times}, ${values.join(', ')}]`
  const room = Math.min(widestBar, Math.max(narrowestBar, width - before.length - after.length))
  const filled = Math.round(share * room)
  return `${before}${'#'.repeat(filled)}${' '.repeat(room - filled)}${after}`.slice(0, Math.max(0, width))
}

/** Seconds after which what was measured counts for about a third. */
const memorySeconds = 3

/** Follows progress over time: elapsed seconds, and a rate that forgets slowly. */
export class ProgressClock {
  readonly #totals: ProgressTotals
  readonly #startedAt: number
  #lastAt: number
  #lastStep = 0
  // Steps and seconds, fading alike: their quotient is a mean, however often it is asked for.
  #steps = 0
  #seconds = 0

  /** @param now milliseconds */
  constructor(totals: ProgressTotals, now: number = performance.now()) {
    this.#totals = totals
    this.#startedAt = now
    this.#lastAt = now
  }

  /** What there is to say at `now`. */
  at(progress: Progress, now: number = performance.now()): ProgressState {
    const seconds = (now - this.#lastAt) / 1000
    const kept = Math.exp(-seconds / memorySeconds)
    this.#steps = this.#steps * kept + progress.step - this.#lastStep
    this.#seconds = this.#seconds * kept + seconds
    this.#lastAt = now
    this.#lastStep = progress.step
    const elapsedSeconds = (now - this.#startedAt) / 1000
    const stepsPerSecond = this.#seconds > 0 ? this.#steps / this.#seconds : 0
    return { ...progress, ...this.#totals, elapsedSeconds, stepsPerSecond }
  }
}
