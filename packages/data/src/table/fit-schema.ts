import { ArgumentError } from '@metagrad/tensor'
import { quoted } from '../csv/printable.ts'
import { ProblemLog, type ProblemReport } from '../csv/problem.ts'
import type {
  BooleanFeature,
  CategoryFeature,
  FeatureSchema,
  MissingAction,
  NumberFeature,
  Schema,
  TargetSchema,
} from './schema.ts'
import {
  booleanStatistics,
  numberStatistics,
  presentNumbers,
  rankedValues,
  type NumberStatistics,
  type Rows,
} from './statistics.ts'
import {
  columnOf,
  isMissing,
  type BooleanColumn,
  type Column,
  type NumberColumn,
  type Table,
  type TextColumn,
} from './table.ts'
import type { TargetPlan } from './target.ts'

/**
 * How numbers are scaled: `zscore` to mean 0 and standard deviation 1, `minmax` to 0 to 1, `robust` to median 0 and
 * interquartile range 1, `none` not at all.
 */
export type Scaling = 'zscore' | 'minmax' | 'robust' | 'none'

/**
 * What is done about missing values. `error` stops, `drop` leaves the row out; the others fill: `mean` and `median` of
 * numbers (words and booleans get their mode), `mode` the most frequent value, `indicator` the mean (or mode) together
 * with a feature that says it was missing (words get a category of their own for it).
 */
export type MissingStrategy = 'error' | 'drop' | 'mean' | 'median' | 'mode' | 'indicator'

/** How `fitSchema` fits. */
export interface FitOptions {
  readonly features: readonly string[]
  /** Rows to fit on: those of the training split, and no others. */
  readonly rows: Rows
  readonly target?: TargetPlan
  /** Default `zscore`. */
  readonly scaling?: Scaling
  /** Default `indicator`. */
  readonly missing?: MissingStrategy
  /** Most features that a column of words becomes; rarer categories share the last one. Default 32. */
  readonly maxCategories?: number
  /** Categories with fewer training rows than this count as rare. Default 1. */
  readonly minCategoryRows?: number
  /** Scaling of a numeric target. Default `zscore`. */
  readonly targetScaling?: Scaling
  /** Whether the logarithm of a numeric target is predicted. Default false. */
  readonly targetLog?: boolean
}

/**
 * Fits, on the training rows alone, how the columns of a table become numbers. The result is plain JSON; `applySchema`
 * turns rows into a matrix by it, these or others.
 *
 * @throws {TableError} `COLUMN_MISSING`; `MISSING_VALUE` under `missing: 'error'`; `TARGET_TYPE` for a logarithm of 0 or less.
 * @example
 * ```ts
 * const table = tableFrom({ age: [20, 40, 70], member: ['no', 'yes', 'yes'] })
 * const { schema } = fitSchema(table, { features: ['age'], rows: [0, 1], target: planTarget(table, 'member') })
 * Array.from(applySchema(schema, table).data) // -> [-1, 1, 4]
 * ```
 */
export function fitSchema(table: Table, options: FitOptions): { schema: Schema; report: ProblemReport } {
  const op = 'fitSchema'
  const { rows, maxCategories = 32, minCategoryRows = 1 } = options
  if (!Number.isInteger(maxCategories) || maxCategories < 2) {
    throw new ArgumentError(`${op}: maxCategories must be a whole number from 2 on: got ${maxCategories}.`)
  }
  if (rows.length === 0) throw new ArgumentError(`${op}: there are no rows to fit on.`)
  const log = new ProblemLog()
  const columns = options.features.map((name) => columnOf(table, name, op))
  const missing = options.missing ?? 'indicator'
  if (missing === 'error') reportMissing(log, table, columns, rows)
  log.throwErrors(op)
  // What is left out has no part in the fit either.
  const kept =
    missing === 'drop' ? Array.from(rows).filter((row) => !columns.some((column) => isMissing(column, row))) : rows
  if (kept.length < rows.length) {
    const dropped = rows.length - kept.length
    log.add({
      code: 'MISSING_VALUE',
      severity: kept.length === 0 ? 'error' : 'warning',
      message: `${dropped} of ${rows.length} training rows miss a value and are left out.`,
      setting: { option: 'missing', value: 'indicator' },
    })
    log.counts.set('MISSING_VALUE', dropped)
  }
  log.throwErrors(op)
  const features = columns.map((column): FeatureSchema => {
    if (column.kind === 'number') return numberFeature(log, column, kept, missing, options.scaling ?? 'zscore')
    if (column.kind === 'boolean') return booleanFeature(log, column, kept, missing)
    return categoryFeature(log, column, kept, missing, maxCategories, minCategoryRows)
  })
  const target = options.target ? targetSchema(log, table, options.target, kept, options) : null
  return { schema: { format: 'metagrad-schema', version: 1, features, target }, report: log }
}

function reportMissing(log: ProblemLog, table: Table, columns: readonly Column[], rows: Rows): void {
  for (const column of columns) {
    for (let i = 0; i < rows.length; i++) {
      if (!isMissing(column, rows[i]!)) continue
      log.add({
        code: 'MISSING_VALUE',
        severity: 'error',
        line: table.lines[rows[i]!],
        column: column.name,
        message: 'the value is missing.',
        advice: 'Fill it in, or choose how missing values are filled.',
        setting: { option: 'missing', value: 'indicator' },
      })
    }
  }
}

const actionOf = (missing: MissingStrategy): MissingAction =>
  missing === 'error' || missing === 'drop' ? missing : 'fill'

function noteFill(log: ProblemLog, name: string, missing: number, rows: number, fill: string): void {
  if (missing === 0) return
  const message = `${missing} of ${rows} values are missing: filled with ${fill}.`
  log.add({ code: 'MISSING_VALUE', severity: 'note', column: name, message })
}

/**
 * Shift and scale of a kind of scaling. A spread within rounding of the numbers themselves is none: such a column keeps
 * its scale, or noise would become a feature.
 */
function scalingOf(scaling: Scaling, statistics: NumberStatistics): { shift: number; scale: number } {
  const { mean, standardDeviation, min, max, quartiles } = statistics
  if (scaling === 'none' || statistics.distinct === 0) return { shift: 0, scale: 1 }
  const [shift, scale] = {
    zscore: [mean, standardDeviation],
    minmax: [min, max - min],
    robust: [quartiles[1], quartiles[2] - quartiles[0]],
  }[scaling] as [number, number]
  const noise = 10 * Number.EPSILON * Math.max(Math.abs(min), Math.abs(max))
  // Adding 0 turns -0, which JSON does not know, into 0.
  return { shift: shift + 0, scale: scale > noise && Number.isFinite(scale) ? scale : 1 }
}

/** The most frequent number, the smallest of several. */
function mode(ascending: Float64Array): number {
  let best = NaN
  let most = 0
  for (let start = 0, end = 0; start < ascending.length; start = end) {
    while (end < ascending.length && ascending[end] === ascending[start]) end++
    if (end - start > most) {
      most = end - start
      best = ascending[start]!
    }
  }
  return best
}

function numberFeature(
  log: ProblemLog,
  column: NumberColumn,
  rows: Rows,
  missing: MissingStrategy,
  scaling: Scaling,
): NumberFeature {
  const statistics = numberStatistics(column, rows)
  const fills = { mean: statistics.mean, median: statistics.quartiles[1], mode: mode(presentNumbers(column, rows)) }
  const fill = statistics.distinct === 0 ? 0 : fills[missing === 'median' || missing === 'mode' ? missing : 'mean'] + 0
  const indicator = missing === 'indicator' && statistics.missing > 0
  noteFill(log, column.name, statistics.missing, rows.length, `${fill}${indicator ? ', and marked' : ''}`)
  const type = column.asked ?? 'number'
  return {
    kind: 'number',
    name: column.name,
    type,
    missing: actionOf(missing),
    fill,
    indicator,
    ...scalingOf(scaling, statistics),
  }
}

function booleanFeature(log: ProblemLog, column: BooleanColumn, rows: Rows, missing: MissingStrategy): BooleanFeature {
  const statistics = booleanStatistics(column, rows)
  const fill = statistics.trueCount > statistics.falseCount ? 1 : 0
  const indicator = missing === 'indicator' && statistics.missing > 0
  noteFill(
    log,
    column.name,
    statistics.missing,
    rows.length,
    `${quoted(column.labels[fill])}${indicator ? ', and marked' : ''}`,
  )
  return { kind: 'boolean', name: column.name, missing: actionOf(missing), fill, indicator }
}

function categoryFeature(
  log: ProblemLog,
  column: TextColumn,
  rows: Rows,
  missing: MissingStrategy,
  maxCategories: number,
  minCategoryRows: number,
): CategoryFeature {
  const ranked = rankedValues(column, rows)
  const present = ranked.reduce((sum, [, count]) => sum + count, 0)
  const missingCount = rows.length - present
  const frequent = ranked.filter(([, count]) => count >= minCategoryRows)
  const other = frequent.length < ranked.length || frequent.length > maxCategories
  const categories = frequent.slice(0, other ? maxCategories - 1 : maxCategories).map(([value]) => value)
  const rare = ranked.slice(categories.length).map(([value]) => value)
  const indicator = missing === 'indicator' && missingCount > 0
  const fill = missing === 'indicator' ? null : (categories[0] ?? null)
  noteFill(
    log,
    column.name,
    missingCount,
    rows.length,
    indicator || fill === null ? 'a category of its own' : quoted(fill),
  )
  if (other) {
    log.add({
      code: 'MANY_CATEGORIES',
      severity: 'note',
      column: column.name,
      message: `has ${ranked.length} categories: the ${rare.length} rarest share one feature.`,
    })
  }
  const type = column.asked === 'text' ? 'text' : 'category'
  return {
    kind: 'category',
    name: column.name,
    type,
    missing: actionOf(missing),
    fill,
    indicator,
    categories,
    rare,
    other,
  }
}

function targetSchema(log: ProblemLog, table: Table, plan: TargetPlan, rows: Rows, options: FitOptions): TargetSchema {
  const { column: name, task, type, classes } = plan
  if (task !== 'regression') return { task, column: name, type, classes }
  const column = columnOf(table, name, 'fitSchema')
  if (column.kind !== 'number')
    return log.fail('fitSchema', { code: 'TARGET_TYPE', column: name, message: 'holds no numbers.' })
  const takeLog = options.targetLog ?? false
  const bad = takeLog ? Array.from(rows).find((row) => column.values[row]! <= 0) : undefined
  if (bad !== undefined) {
    log.fail('fitSchema', {
      code: 'TARGET_TYPE',
      line: table.lines[bad],
      column: name,
      message: `${column.values[bad]} has no logarithm.`,
      advice: 'Only a target above 0 throughout can be predicted by its logarithm.',
    })
  }
  const values = takeLog ? column.values.map(Math.log) : column.values
  const statistics = numberStatistics({ ...column, values }, rows)
  return { task, column: name, type, log: takeLog, ...scalingOf(options.targetScaling ?? 'zscore', statistics) }
}
