import type { MetricDirection } from './event.ts'

/** Whether values belong to single steps or to whole epochs. */
export type SeriesScope = 'step' | 'epoch'

/** The values of a tag over the training: columns of equal length, in the order they were recorded. */
export interface Series {
  readonly tag: string
  readonly per: SeriesScope
  readonly steps: readonly number[]
  /** NaN where the event named no epoch. */
  readonly epochs: readonly number[]
  /** Milliseconds since 1970. */
  readonly times: readonly number[]
  readonly values: readonly number[]
  /** Indices of the first lowest and of the first highest value, NaN left aside; -1 when all are NaN. */
  readonly lowest: number
  readonly highest: number
}

/** A value of a series and where it stands. */
export interface SeriesPoint {
  readonly step: number
  readonly epoch: number
  readonly t: number
  readonly value: number
}

/** The point at `index`, or undefined past the end. */
export function seriesPoint(series: Series, index: number): SeriesPoint | undefined {
  const step = series.steps[index]
  const epoch = series.epochs[index]
  const t = series.times[index]
  const value = series.values[index]
  if (step === undefined || epoch === undefined || t === undefined || value === undefined) return undefined
  return { step, epoch, t, value }
}

/** Whether `value` improves on `reached`. NaN improves on nothing, and everything else improves on NaN. */
export function isBetter(value: number, reached: number, better: MetricDirection): boolean {
  if (Number.isNaN(reached)) return !Number.isNaN(value)
  return better === 'lower' ? value < reached : value > reached
}

/** A series that grows, and shrinks when a rewind supersedes its end. */
export class GrowingSeries implements Series {
  readonly tag: string
  readonly per: SeriesScope
  readonly steps: number[] = []
  readonly epochs: number[] = []
  readonly times: number[] = []
  readonly values: number[] = []
  // Known at each moment: a live run is asked for its best value far more often than it could be searched.
  lowest = -1
  highest = -1

  constructor(tag: string, per: SeriesScope) {
    this.tag = tag
    this.per = per
  }

  push(point: SeriesPoint): void {
    this.steps.push(point.step)
    this.epochs.push(point.epoch)
    this.times.push(point.t)
    this.values.push(point.value)
    this.#compare(this.values.length - 1)
  }

  /** Drops every point after `step`. */
  rewind(step: number): void {
    let kept = 0
    for (const [i, at] of this.steps.entries()) {
      if (at > step) continue
      for (const column of [this.steps, this.epochs, this.times, this.values]) column[kept] = column[i] ?? Number.NaN
      kept += 1
    }
    for (const column of [this.steps, this.epochs, this.times, this.values]) column.length = kept
    this.lowest = this.highest = -1
    for (let i = 0; i < kept; i++) this.#compare(i)
  }

  #compare(index: number): void {
    const value = this.values[index] ?? Number.NaN
    if (isBetter(value, this.values[this.lowest] ?? Number.NaN, 'lower')) this.lowest = index
    if (isBetter(value, this.values[this.highest] ?? Number.NaN, 'higher')) this.highest = index
  }
}
