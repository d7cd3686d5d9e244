import type { MetricDefinition, MetricDirection } from './event.ts'
import type { RunHistory } from './history.ts'
import type { Series, SeriesPoint } from './series.ts'
import { seriesPoint } from './series.ts'

/** What a run reached in one metric. */
export interface MetricSummary {
  readonly tag: string
  /** Undefined when the run does not say which way the metric improves. */
  readonly better: MetricDirection | undefined
  readonly count: number
  readonly last: SeriesPoint
  /** The first of the best values, NaN left aside; undefined when `better` is, or when all values are NaN. */
  readonly best: SeriesPoint | undefined
}

/** The definition that holds for a tag: the one of its whole name, else the one of the part after its first slash. */
export function metricDirection(tag: string, definitions: readonly MetricDefinition[]): MetricDirection | undefined {
  const metric = tag.slice(tag.indexOf('/') + 1)
  const definition = definitions.find(({ name }) => name === tag) ?? definitions.find(({ name }) => name === metric)
  return definition?.better
}

/**
 * Last and best value of every tag of a run; of a tag that has both, the values of whole epochs count.
 *
 * @example
 * const log = new MemoryLog()
 * const metrics = [{ name: 'loss', better: 'lower' } as const]
 * log.emit('start', { run: 'iris', attempt: 1, format: 1, totals: { rows: {} }, task: 'classification', metrics })
 * for (const epoch of [1, 2, 3]) log.epochScalars(epoch, epoch, { 'val/loss': (epoch - 2) ** 2 })
 * summarizeMetrics(log.history)[0]?.best // -> { step: 2, epoch: 2, ..., value: 0 }
 */
export function summarizeMetrics(history: RunHistory): MetricSummary[] {
  const tags = new Set([...history.tags('epoch'), ...history.tags('step')])
  const definitions = history.start?.metrics ?? []
  return [...tags].flatMap((tag) => {
    const series = history.series(tag, 'epoch') ?? history.series(tag, 'step')
    const last = series && seriesPoint(series, series.steps.length - 1)
    if (series === undefined || last === undefined) return []
    const better = metricDirection(tag, definitions)
    return [{ tag, better, count: series.steps.length, last, best: better && bestPoint(series, better) }]
  })
}

/** The first of the best values of a series; undefined when all are NaN. */
export function bestPoint(series: Series, better: MetricDirection): SeriesPoint | undefined {
  return seriesPoint(series, better === 'lower' ? series.lowest : series.highest)
}
