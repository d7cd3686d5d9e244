import type { TrainingObserver } from '../training/fit.ts'
import type { MetricKind } from '../training/metrics.ts'
import type { ProgressTotals } from './progress-line.ts'

/** What a reporter needs to know before the first step. */
export interface TrainingTotals extends ProgressTotals {
  readonly metrics: readonly MetricKind[]
}

/** Importance of a message. */
export type MessageLevel = 'note' | 'warning'

/** Shows a training to somebody. Everything but `begin` and `end` may be called at any time. */
export interface Reporter extends TrainingObserver {
  /** Something decided before training, such as `task`. */
  fact(label: string, text: string): void
  message(level: MessageLevel, text: string): void
  /** Training starts. */
  begin(totals: TrainingTotals): void
  /** Training has ended, however it did. */
  end(): void
}

/** Shows nothing. */
export const silentReporter: Reporter = { fact() {}, message() {}, begin() {}, end() {} }
