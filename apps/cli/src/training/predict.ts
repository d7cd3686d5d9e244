import { applySchema, decodeTarget, noGrad, tableFrom, tensor, type Schema } from 'metagrad'
import type { TrainConfig } from '../options/train-options.ts'
import type { TrainingJob } from './fit.ts'

/** Logits as probabilities: of the second class for a single logit, else of each class, row by row. */
export function probabilitiesOf(outputs: ArrayLike<number>, width: number): Float64Array {
  if (width === 1) return Float64Array.from(outputs, (logit) => 1 / (1 + Math.exp(-logit)))
  const probabilities = new Float64Array(outputs.length)
  for (let start = 0; start < outputs.length; start += width) {
    let greatest = -Infinity
    for (let k = 0; k < width; k++) greatest = Math.max(greatest, outputs[start + k]!)
    let sum = 0
    for (let k = 0; k < width; k++) sum += probabilities[start + k] = Math.exp(outputs[start + k]! - greatest)
    for (let k = 0; k < width; k++) probabilities[start + k]! /= sum
  }
  return probabilities
}

/**
 * What a model says of rows in the units of the data: probabilities of classes (see {@link probabilitiesOf}), or numbers
 * in the units of the target.
 *
 * @param columns the features by name, before scaling
 */
export async function predictColumns(
  model: TrainingJob['model'],
  schema: Schema,
  columns: Readonly<Record<string, readonly number[]>>,
  { dtype }: Pick<TrainConfig, 'dtype'>,
): Promise<Float64Array> {
  const { data, rowCount } = applySchema(schema, tableFrom(columns), { dtype: 'float64' })
  const { device } = model.parameters()[0]!
  const output = noGrad(() => model.eval().forward(tensor(data, { dtype, device }).reshape(rowCount, -1)))
  const values = (await output.data()) as ArrayLike<number>
  const { target } = schema
  if (target?.task === 'regression') return decodeTarget(target, values)
  return probabilitiesOf(values, output.size(1))
}
