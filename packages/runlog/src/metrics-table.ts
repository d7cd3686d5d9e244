import type { RunHistory } from './history.ts'

/** One row per epoch, one column per tag. */
export interface MetricsTable {
  /** `epoch`, `step`, then the tags in the order they first appeared. */
  readonly columns: readonly string[]
  /** Undefined where an epoch lacks a tag. */
  readonly rows: readonly (readonly (number | undefined)[])[]
}

/** The effective values of whole epochs, side by side. A tag that an epoch recorded twice counts with its last value. */
export function metricsTable(history: RunHistory): MetricsTable {
  const tags = history.tags('epoch')
  const rows = new Map<number, (number | undefined)[]>()
  for (const [column, tag] of tags.entries()) {
    const series = history.series(tag, 'epoch')
    for (const [i, epoch] of series?.epochs.entries() ?? []) {
      const row = rows.get(epoch) ?? [epoch, ...Array.from({ length: tags.length + 1 }, () => undefined)]
      row[1] = Math.max(row[1] ?? 0, series?.steps[i] ?? 0)
      row[column + 2] = series?.values[i]
      rows.set(epoch, row)
    }
  }
  const inOrder = [...rows.values()].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
  return { columns: ['epoch', 'step', ...tags], rows: inOrder }
}

/**
 * The table as the text of `metrics.csv`: commas, LF, an empty cell for what is missing, numbers with all their digits.
 *
 * @example
 * const log = new MemoryLog()
 * log.epochScalars(100, 1, { 'train/loss': 0.69 })
 * metricsCsv(log.history) // -> 'epoch,step,train/loss\n1,100,0.69\n'
 */
export function metricsCsv(history: RunHistory): string {
  const { columns, rows } = metricsTable(history)
  const lines = [columns.map(quote), ...rows.map((row) => row.map((cell) => (cell === undefined ? '' : String(cell))))]
  return lines.map((cells) => `${cells.join(',')}\n`).join('')
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
