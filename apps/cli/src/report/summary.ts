import type { TrainSummary } from '../train.ts'
import { finalMetricKinds, metricKinds, type MetricKind } from '../training/metrics.ts'
import { formatDuration, formatMetric, plural } from './format.ts'

const statusTexts: Readonly<Record<TrainSummary['status'], string>> = {
  done: 'done',
  early_stop: 'stopped early',
  interrupted: 'interrupted',
  diverged: 'diverged',
  failed: 'failed',
}

/** The result of a training as a table: a line per split, and what a constant answer would reach. */
export function summaryText(summary: TrainSummary): string {
  const { splits, task, status, epochs, steps, seconds, best, run } = summary
  const kinds = [...metricKinds[task], ...finalMetricKinds].filter(({ name }) =>
    Object.values(splits).some(({ metrics }) => metrics[name] !== undefined),
  )
  const line = (name: string, rows: number, metrics: Readonly<Record<string, number>>): string[] => [
    name,
    String(rows),
    ...kinds.map((kind) => cell(kind, metrics[kind.name])),
  ]
  const entries = Object.entries(splits)
  const body = entries.map(([name, { rows, metrics }]) => line(name, rows, metrics))
  const [, last] = entries.at(-1) ?? []
  if (last !== undefined) body.push(line('baseline', last.rows, last.baseline))
  const table = [['split', 'rows', ...kinds.map(({ label }) => label.toLowerCase())], ...body]
  const of = best === null ? '' : `, best epoch ${best.epoch}`
  const head = `${statusTexts[status]} after ${plural(epochs, 'epoch')} (${plural(steps, 'step')}, ${formatDuration(seconds)})${of}`
  return [head, ...(entries.length > 0 ? aligned(table) : []), `run ${run}`].map((text) => `${text}\n`).join('')
}

function cell(kind: MetricKind, value: number | undefined): string {
  return value === undefined ? '-' : formatMetric(kind, value)
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  '),
  )
}
