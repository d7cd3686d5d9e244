import type { Table } from '@metagrad/data'
import { randperm } from '@metagrad/tensor'
import type { GeneratedData } from './experiment.ts'
import { classCount, generators } from './generators.ts'
import { drawFrom, generatorOf } from './random.ts'

/** Rows of two numbers and a target, split in two. */
export interface Dataset {
  readonly name: string
  readonly task: 'classification' | 'regression'
  readonly features: readonly [x: string, y: string]
  readonly target: string
  /** Labels in class order; empty for regression. */
  readonly classes: readonly string[]
  /** Columns, one value per row. */
  readonly x: Float64Array
  readonly y: Float64Array
  /** Index of the class, or value. */
  readonly targets: Float64Array
  /** Row numbers. */
  readonly train: Uint32Array
  readonly validation: Uint32Array
  /** Rows of the file that had no value in one of the columns. */
  readonly dropped: number
  /** Rows that were complete and too many. */
  readonly surplus: number
  /** Why the task is what it is, where that was inferred. */
  readonly explanation: string
}

/** Most rows of a file that are trained on: a page is no place for more. */
export const mostRows = 20_000

/** What is larger has no square, and so no deviation. */
const largestValue = 1e100

/** The rows of a generator. */
export function generateDataset(spec: GeneratedData, seed: number): Dataset {
  const { task, draw } = generators[spec.generator]
  const count = classCount(spec)
  const random = drawFrom(generatorOf(seed, 'data'))
  const effective = { ...spec, classes: Math.max(2, count) }
  const samples = Array.from({ length: spec.samples }, (_, i) => draw(i, spec.samples, effective, random))
  return {
    name: spec.generator,
    task,
    features: ['x', 'y'],
    target: task === 'classification' ? 'class' : 'z',
    classes: Array.from({ length: count }, (_, i) => String(i)),
    x: Float64Array.from(samples, ({ x }) => x),
    y: Float64Array.from(samples, ({ y }) => y),
    targets: Float64Array.from(samples, ({ target }) => target),
    ...splitRows(spec.samples, spec.validation, seed),
    dropped: 0,
    surplus: 0,
    explanation: '',
  }
}

/** Columns of a table that were chosen, and what `planTarget` made of the target. */
export interface ChosenColumns {
  readonly file: string
  readonly columns: readonly [x: string, y: string]
  readonly target: string
  readonly validation: number
  readonly classes: readonly string[]
  readonly explanation: string
  /** One per row of the table: class index or value; NaN where missing. */
  readonly targets: ArrayLike<number>
}

/** The rows of a table in which nothing that is needed is missing. */
export function tableDataset(table: Table, chosen: ChosenColumns, seed: number): Dataset {
  const [across, up] = chosen.columns.map((name) => table.columns.find((column) => column.name === name))
  if (across?.kind !== 'number' || up?.kind !== 'number') {
    throw new Error('tableDataset: both features must be columns of numbers. Choose others.')
  }
  const complete = Array.from({ length: table.rowCount }, (_, row) => row).filter((row) =>
    [across.values[row], up.values[row], chosen.targets[row]].every((value) => Number.isFinite(value)),
  )
  const rows = complete.slice(0, mostRows)
  const names = [...chosen.columns, chosen.target]
  for (const [i, values] of [across.values, up.values, chosen.targets].entries()) {
    const beyond = rows.find((row) => Math.abs(values[row]!) > largestValue)
    if (beyond === undefined) continue
    throw new Error(
      `tableDataset: ${names[i]} holds ${values[beyond]}, and the page computes with numbers up to 1e100. Choose another.`,
    )
  }
  return {
    name: chosen.file,
    task: chosen.classes.length > 0 ? 'classification' : 'regression',
    features: chosen.columns,
    target: chosen.target,
    classes: chosen.classes,
    x: Float64Array.from(rows, (row) => across.values[row]!),
    y: Float64Array.from(rows, (row) => up.values[row]!),
    targets: Float64Array.from(rows, (row) => chosen.targets[row]!),
    ...splitRows(rows.length, chosen.validation, seed),
    dropped: table.rowCount - complete.length,
    surplus: complete.length - rows.length,
    explanation: chosen.explanation,
  }
}

/** A random split; both sides have at least one row. */
function splitRows(rows: number, validation: number, seed: number): Pick<Dataset, 'train' | 'validation'> {
  const order = Uint32Array.from(randperm(rows, { generator: generatorOf(seed, 'split') }).dataSync(), Number)
  const kept = Math.min(rows - 1, Math.max(1, Math.round(rows * validation)))
  return { validation: order.slice(0, kept).sort(), train: order.slice(kept).sort() }
}

/** What a feature or target is divided by, so that it has mean 0 and deviation 1 over the training rows. */
export interface Scale {
  readonly mean: number
  readonly deviation: number
}

export function fitScale(values: Float64Array, rows: Uint32Array): Scale {
  const mean = rows.reduce((sum, row) => sum + values[row]! / rows.length, 0)
  const variance = rows.reduce((sum, row) => sum + (values[row]! - mean) ** 2 / rows.length, 0)
  return { mean, deviation: Math.sqrt(variance) || 1 }
}
