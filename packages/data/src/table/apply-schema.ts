import { quoted } from '../csv/printable.ts'
import { ProblemLog, type ProblemReport } from '../csv/problem.ts'
import { similarNames } from '../csv/similar.ts'
import { namesOfFeature, type FeatureSchema, type NumberTarget, type Schema } from './schema.ts'
import { allRows, type Rows } from './statistics.ts'
import { cellText, columnNames, isMissing, type Column, type Table } from './table.ts'
import { classCodes } from './target.ts'

/** Features of rows, row after row. */
export interface FeatureMatrix<Data extends Float32Array | Float64Array = Float32Array> {
  /** `rowCount * columnCount` numbers: row `i`, feature `j` at `i * columnCount + j`. */
  readonly data: Data
  readonly rowCount: number
  readonly columnCount: number
  /** One per column of the matrix. */
  readonly featureNames: readonly string[]
  /** The row of the table that each row of the matrix comes from: fewer than asked for where rows were dropped. */
  readonly rows: Uint32Array
  /** How many values of each column were a category that was not there in training. */
  readonly unseen: ReadonlyMap<string, number>
  readonly report: ProblemReport
}

/** Which rows `applySchema` turns into numbers, and of which precision. */
export interface ApplyOptions {
  /** Default: all. */
  readonly rows?: Rows
}

/**
 * Turns rows of a table into the matrix that a schema describes. Columns are found by name, in any order; the target
 * need not be there. Unseen categories go to `<other>` (or to zeros where there is none), are counted and warned of.
 *
 * @throws {TableError} `COLUMN_MISSING` with all columns that are missing and names like them, `TYPE` when a column is
 * of another type than in training, `MISSING_VALUE` under `missing: 'error'`.
 * @example
 * ```ts
 * const table = tableFrom({ age: [20, 40], city: ['Oslo', 'Rome'] })
 * const { schema } = fitSchema(table, { features: ['age', 'city'], rows: [0, 1] })
 * const { data, featureNames } = applySchema(schema, table)
 * featureNames // -> ['age', 'city=Oslo', 'city=Rome']
 * Array.from(data) // -> [-1, 1, 0, 1, 0, 1]
 * ```
 */
export function applySchema(
  schema: Schema,
  table: Table,
  options: ApplyOptions & { readonly dtype: 'float64' },
): FeatureMatrix<Float64Array>
export function applySchema(
  schema: Schema,
  table: Table,
  options?: ApplyOptions & { readonly dtype?: 'float32' },
): FeatureMatrix
export function applySchema(
  schema: Schema,
  table: Table,
  options: ApplyOptions & { readonly dtype?: 'float32' | 'float64' } = {},
): FeatureMatrix<Float32Array | Float64Array> {
  const op = 'applySchema'
  const log = new ProblemLog()
  const sources = findColumns(log, schema, table)
  log.throwErrors(op)
  const asked = options.rows ?? allRows(table.rowCount)
  const dropping = sources.filter(({ feature }) => feature.missing === 'drop')
  const rows = Uint32Array.from(asked).filter((row) => !dropping.some(({ column }) => isMissing(column, row)))
  const featureNames = schema.features.flatMap(namesOfFeature)
  const columnCount = featureNames.length
  const size = rows.length * columnCount
  const data = options.dtype === 'float64' ? new Float64Array(size) : new Float32Array(size)
  const unseen = new Map<string, number>()
  let place = 0
  for (const { feature, column } of sources) {
    const write = writerOf(feature, column, data, place)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const missing = isMissing(column, row)
      if (missing && feature.missing === 'error') {
        log.add({
          code: 'MISSING_VALUE',
          severity: 'error',
          line: table.lines[row],
          column: feature.name,
          message: 'the value is missing, and the model was trained without missing values.',
        })
        continue
      }
      if (write(row, i * columnCount, missing)) continue
      const count = (unseen.get(feature.name) ?? 0) + 1
      unseen.set(feature.name, count)
      log.add({
        code: 'UNSEEN_CATEGORY',
        severity: 'warning',
        line: table.lines[row],
        column: feature.name,
        value: cellText(column, row),
        message: `${quoted(cellText(column, row) ?? '')} was not there in training.`,
      })
    }
    place += namesOfFeature(feature).length
  }
  log.throwErrors(op)
  return { data, rowCount: rows.length, columnCount, featureNames, rows, unseen, report: log }
}

interface Source {
  readonly feature: FeatureSchema
  readonly column: Column
}

function findColumns(log: ProblemLog, schema: Schema, table: Table): Source[] {
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  const sources: Source[] = []
  for (const feature of schema.features) {
    const column = byName.get(feature.name)
    if (column === undefined) {
      const free = [...columnNames(table), ...table.ignored].filter(
        (name) => !schema.features.some((each) => each.name === name),
      )
      const similar = similarNames(feature.name, free)
      log.add({
        code: 'COLUMN_MISSING',
        severity: 'error',
        column: feature.name,
        message: 'the model was trained with this column, and it is not there.',
        advice: similar.length > 0 ? `Is it ${similar.map(quoted).join(' or ')} now?` : undefined,
      })
    } else if (!fits(feature, column)) {
      log.add({
        code: 'TYPE',
        severity: 'error',
        column: feature.name,
        message: `is of type ${column.kind}, but the model was trained on ${feature.kind}.`,
        advice: 'Read the file with readingOptions(schema).',
      })
    } else sources.push({ feature, column })
  }
  const known = new Set([...schema.features.map(({ name }) => name), schema.target?.column])
  const extra = [...columnNames(table), ...table.ignored].filter((name) => !known.has(name))
  if (extra.length > 0) {
    log.add({
      code: 'COLUMN_EXTRA',
      severity: 'warning',
      message: `${extra.length === 1 ? 'column' : 'columns'} ${extra.slice(0, 5).map(quoted).join(', ')}${extra.length > 5 ? ` and ${extra.length - 5} more` : ''} not used: the model was trained without.`,
    })
    log.counts.set('COLUMN_EXTRA', extra.length)
  }
  return sources
}

/** Any column can be read as words; numbers and booleans must be what they are, or all missing. */
function fits(feature: FeatureSchema, column: Column): boolean {
  return feature.kind === 'category' || feature.kind === column.kind
}

/** Writes a row's features at `base + place`; says false where the category is unseen. */
function writerOf(
  feature: FeatureSchema,
  column: Column,
  data: Float32Array | Float64Array,
  place: number,
): (row: number, base: number, missing: boolean) => boolean {
  if (feature.kind === 'category') {
    const { categories, other, indicator, fill } = feature
    const rare = new Set(feature.rare)
    const places = new Map(categories.map((category, i) => [category, i]))
    return (row, base, missing) => {
      const at = base + place
      if (missing && indicator) data[at + categories.length + Number(other)] = 1
      const word = missing ? fill : cellText(column, row)!
      // Missing where training saw none missing: no category at all.
      if (word === null) return true
      const found = places.get(word)
      if (found === undefined && other) data[at + categories.length] = 1
      if (found !== undefined) data[at + found] = 1
      return found !== undefined || missing || rare.has(word)
    }
  }
  const values = column.kind === 'number' || column.kind === 'boolean' ? column.values : new Float64Array(0)
  const { shift, scale } = feature.kind === 'number' ? feature : { shift: 0, scale: 1 }
  return (row, base, missing) => {
    const at = base + place
    data[at] = ((missing ? feature.fill : values[row]!) - shift) / scale
    if (missing && feature.indicator) data[at + 1] = 1
    return true
  }
}

/**
 * The target of rows as the loss takes it: class positions, or scaled numbers.
 *
 * @throws {TableError} `COLUMN_MISSING`, `TARGET_MISSING` or `TARGET_TYPE`.
 */
export function encodeTarget(
  schema: Schema,
  table: Table,
  rows: Rows = allRows(table.rowCount),
): Int32Array | Float64Array {
  const op = 'encodeTarget'
  const { target } = schema
  const log = new ProblemLog()
  if (target === null) return log.fail(op, { code: 'COLUMN_MISSING', message: 'the schema has no target.' })
  if (target.task !== 'regression') return classCodes(target, table, rows)
  const column = table.columns.find(({ name }) => name === target.column)
  if (column?.kind !== 'number') {
    const what = column ? 'holds no numbers.' : 'the target is not there.'
    return log.fail(op, { code: column ? 'TARGET_TYPE' : 'COLUMN_MISSING', column: target.column, message: what })
  }
  return Float64Array.from(rows, (row) => {
    const value = column.values[row]!
    const encoded = ((target.log ? Math.log(value) : value) - target.shift) / target.scale
    if (Number.isFinite(encoded)) return encoded
    return log.fail(op, {
      code: Number.isNaN(value) ? 'TARGET_MISSING' : 'TARGET_TYPE',
      line: table.lines[row],
      column: target.column,
      message: Number.isNaN(value) ? 'the target is missing.' : `${value} has no logarithm.`,
    })
  })
}

/** Predictions of a regression in the units of the target: the way back from `encodeTarget`. */
export function decodeTarget({ log, shift, scale }: NumberTarget, predictions: ArrayLike<number>): Float64Array {
  return Float64Array.from(predictions, (value) => {
    const unscaled = value * scale + shift
    return log ? Math.exp(unscaled) : unscaled
  })
}
