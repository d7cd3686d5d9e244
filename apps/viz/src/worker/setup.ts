import type { Dataset } from '../model/dataset.ts'
import type { Extent } from '../model/frame.ts'
import type { Trainer } from '../model/trainer.ts'
import type { Points, Setup } from './protocol.ts'

const mostPoints = 2000

/** What the page is told of a training before it begins. */
export function setupOf(trainer: Trainer, extent: Extent): Setup {
  const { dataset, built } = trainer
  const { name, task, features, target, classes, explanation, dropped, surplus } = dataset
  return {
    name,
    task,
    features,
    target,
    classes,
    explanation,
    extent,
    points: pointsOf(dataset),
    widths: [2, ...built.linears.map(({ outFeatures }) => outFeatures)],
    parameterCount: built.model.parameters().reduce((sum, { numel }) => sum + numel, 0),
    stepsPerEpoch: trainer.stepsPerEpoch,
    rows: { train: dataset.train.length, validation: dataset.validation.length, dropped, surplus },
  }
}

/** Rows to draw, evenly thinned. */
function pointsOf({ x, y, targets, train, validation }: Dataset): Points {
  const thin = (rows: Uint32Array): Uint32Array => {
    const every = Math.max(1, rows.length / mostPoints)
    return Uint32Array.from({ length: Math.floor(rows.length / every) }, (_, i) => rows[Math.floor(i * every)]!)
  }
  const [shown, held] = [thin(train), thin(validation)]
  const rows = Uint32Array.of(...shown, ...held)
  return {
    x: Float64Array.from(rows, (row) => x[row]!),
    y: Float64Array.from(rows, (row) => y[row]!),
    targets: Float64Array.from(rows, (row) => targets[row]!),
    held: Uint8Array.from(rows, (_, i) => Number(i >= shown.length)),
  }
}
