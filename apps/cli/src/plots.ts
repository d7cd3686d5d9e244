import { boundaryChart, boundaryGrid, gridPoints, lineChart, type BoundaryGrid } from '@metagrad/plot'
import { encodeGrid, type RunHistory, type SurfaceFields } from '@metagrad/runlog'
import { columnOf, type NumberColumn } from 'metagrad'
import type { PreparedData } from './data/prepare.ts'
import type { TrainConfig } from './options/train-options.ts'
import type { TrainingJob } from './training/fit.ts'
import { predictColumns } from './training/predict.ts'

/** The losses over the epochs, as an SVG document. */
export function lossPlot(history: RunHistory, title: string, bestEpoch: number | undefined): string {
  const lines = (['train', 'val'] as const).flatMap((split) => {
    const series = history.series(`${split}/loss`, 'epoch')
    return series === undefined ? [] : [{ name: split, x: series.epochs, y: series.values }]
  })
  const markers = bestEpoch === undefined ? [] : [{ x: bestEpoch, label: 'best' }]
  return lineChart(lines, { title, xTitle: 'epoch', yTitle: 'loss', markers })
}

/** What a model of two numbers has learnt. */
export interface Boundary {
  /** An SVG document in the units of the data. */
  readonly svg: string
  /** The same for the viewer. */
  readonly surface: SurfaceFields
}

/** The decision boundary, or the surface of a regression; undefined unless the model learns from exactly two numbers. */
export async function boundaryPlot(
  model: TrainingJob['model'],
  data: PreparedData,
  config: Pick<TrainConfig, 'dtype'>,
  title: string,
): Promise<Boundary | undefined> {
  const { table, plan, schema, roles } = data
  const [first, second, ...others] = schema.features
  if (first?.kind !== 'number' || second?.kind !== 'number' || others.length > 0) return undefined
  if (first.indicator || second.indicator) return undefined
  const numbers = (name: string): Float64Array => (columnOf(table, name) as NumberColumn).values
  const shown = [data.train, data.validation].flatMap((rows) =>
    rows === undefined ? [] : Array.from(rows.tableRows, (row, i) => ({ row, target: rows.targets[i]! })),
  )
  const raw = plan.task === 'regression' ? numbers(roles.target) : undefined
  const points = {
    x: shown.map(({ row }) => numbers(first.name)[row]!),
    y: shown.map(({ row }) => numbers(second.name)[row]!),
    target: shown.map(({ row, target }) => (raw === undefined ? target : raw[row]!)),
  }
  const grid = boundaryGrid(points)
  const places = gridPoints(grid)
  const predictions = await predictColumns(
    model,
    schema,
    {
      [first.name]: Array.from({ length: places.length / 2 }, (_, i) => places[2 * i]!),
      [second.name]: Array.from({ length: places.length / 2 }, (_, i) => places[2 * i + 1]!),
    },
    config,
  )
  const classes = plan.task === 'regression' ? {} : { classes: plan.classes }
  const svg = boundaryChart(
    { points, grid, predictions, ...classes },
    { title, xTitle: first.name, yTitle: second.name, targetTitle: roles.target },
  )
  return { svg, surface: surfaceOf([first.name, second.name], grid, predictions, plan.classes.length) }
}

/** Predictions in a byte per place: the likeliest class, or where a value lies between the least and the greatest. */
function surfaceOf(
  features: readonly [string, string],
  { x, y, columns }: BoundaryGrid,
  predictions: Float64Array,
  classCount: number,
): SurfaceFields {
  const common = { features, extent: { x, y }, n: columns }
  const places = columns * columns
  if (classCount === 0) {
    const low = predictions.reduce((a, b) => Math.min(a, b))
    const high = predictions.reduce((a, b) => Math.max(a, b))
    const bytes = Uint8Array.from(predictions, (value) => Math.round((255 * (value - low)) / (high - low || 1)))
    return { ...common, classes: 1, range: [low, high], grid: encodeGrid(bytes) }
  }
  const perPlace = predictions.length / places
  const bytes = Uint8Array.from({ length: places }, (_, place) => {
    if (perPlace === 1) return predictions[place]! > 0.5 ? 1 : 0
    const row = predictions.subarray(place * perPlace, (place + 1) * perPlace)
    return row.indexOf(row.reduce((a, b) => Math.max(a, b)))
  })
  return { ...common, classes: classCount, grid: encodeGrid(bytes) }
}
