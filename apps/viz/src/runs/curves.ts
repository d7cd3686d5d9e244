import type { LineSeries } from '@metagrad/plot'
import type { RunHistory, Series } from '@metagrad/runlog'
import type { RunAxis } from '../app/url.ts'

/** A run as far as its curves go. */
export interface CurveRun {
  readonly id: string
  readonly history: RunHistory
}

/** All tags of some runs by their part before the slash; what tells most about a training comes first. */
export function tagGroups(runs: readonly CurveRun[]): readonly (readonly [prefix: string, tags: readonly string[]])[] {
  const tags = new Set(runs.flatMap(({ history }) => [...history.tags('epoch'), ...history.tags('step')]))
  const groups = new Map<string, string[]>()
  for (const tag of tags) {
    const prefix = tag.split('/', 1)[0]!
    groups.set(prefix, [...(groups.get(prefix) ?? []), tag])
  }
  const rank = (prefix: string): number => ['val', 'train', 'test'].indexOf(prefix) >>> 0
  return [...groups].sort(([a], [b]) => rank(a) - rank(b))
}

/** The values of a tag: of single steps where they were recorded, else of epochs. */
export function seriesFor(history: RunHistory, tag: string): Series | undefined {
  return history.series(tag, 'step') ?? history.series(tag, 'epoch')
}

/** Where the values of a series stand on an axis; time in seconds since the run's first value. */
export function positionsOn(axis: RunAxis, series: Series): readonly number[] {
  if (axis === 'step') return series.steps
  if (axis === 'epoch') return epochPositions(series)
  const first = series.times[0] ?? 0
  return series.times.map((t) => (t - first) / 1000)
}

/** Epochs with their fractions, so that the steps of an epoch do not stand in one place. */
function epochPositions({ epochs, per }: Series): readonly number[] {
  if (per === 'epoch') return epochs
  const counts = new Map<number, number>()
  for (const epoch of epochs) counts.set(epoch, (counts.get(epoch) ?? 0) + 1)
  const seen = new Map<number, number>()
  return epochs.map((epoch) => {
    const done = (seen.get(epoch) ?? 0) + 1
    seen.set(epoch, done)
    return epoch - 1 + done / counts.get(epoch)!
  })
}

/** The curves of a tag, one per run in their order: an empty one keeps the colours of the others. */
export function curvesOf(runs: readonly CurveRun[], tag: string, axis: RunAxis): LineSeries[] {
  return runs.map(({ id, history }) => {
    const series = seriesFor(history, tag)
    return series === undefined
      ? { name: id, x: [], y: [] }
      : { name: id, x: positionsOn(axis, series), y: series.values }
  })
}

/** Steps at which runs were taken up again. */
export function resumesOf(runs: readonly CurveRun[]): { readonly x: number; readonly label: string }[] {
  return runs.flatMap(({ history }) => history.events('rewind').map(({ toStep }) => ({ x: toStep, label: 'resumed' })))
}
