import { quoted } from '../csv/printable.ts'
import { ProblemLog, type ProblemReport } from '../csv/problem.ts'
import { didYouMean } from '../csv/similar.ts'
import { matchesGlob } from './glob.ts'
import { allRows, columnLength, columnStatistics, type ColumnStatistics } from './statistics.ts'
import { cellText, columnNames, columnOf, isMissing, missingBoolean, type Column, type Table } from './table.ts'

/** What each column is for. Patterns may use `*` and `?`. */
export interface RoleOptions {
  /** The column to predict. It is never guessed. */
  readonly target: string
  /** Columns to learn from. Default: all that are neither target, nor ignored, nor constant, nor identify rows. */
  readonly features?: readonly string[]
  /** Columns to leave out. */
  readonly ignore?: readonly string[]
  /** Columns that identify rows: left out too, but worth keeping beside predictions. */
  readonly ids?: readonly string[]
}

/** Why a column is not learnt from. */
export type IgnoreReason = 'asked' | 'id' | 'constant'

/** Which columns are learnt from, and why the others are not. */
export interface Roles {
  readonly target: string
  readonly features: readonly string[]
  readonly ignored: readonly { readonly name: string; readonly reason: IgnoreReason }[]
  readonly report: ProblemReport
}

/** Fewer rows than this say nothing about a column that differs in all of them, or goes along with another. */
const tellingRows = 10

/** Text columns with more values than this are worth a warning. */
const manyCategories = 1000

/**
 * Gives each column its role: target, feature or ignored. Constant columns, and columns that merely identify rows, are
 * ignored with a warning; so is no column named in `features`, unless it is constant.
 *
 * @throws {TableError} `COLUMN_MISSING` for names that are not there, `NO_FEATURES` when nothing is left to learn from.
 * @example
 * ```ts
 * const table = parseCsv('length,width,note,species\n5.1,3.5,a,setosa\n6.3,3.3,b,virginica\n')
 * assignRoles(table, { target: 'species', ignore: ['note*'] }).features // -> ['length', 'width']
 * ```
 */
export function assignRoles(table: Table, options: RoleOptions): Roles {
  const op = 'assignRoles'
  const log = new ProblemLog()
  const target = columnOf(table, options.target, op)
  const names = columnNames(table)
  const named = (patterns: readonly string[] | undefined): Set<string> => {
    const found = new Set<string>()
    for (const pattern of patterns ?? []) {
      const matches = names.filter((name) => matchesGlob(pattern, name))
      for (const name of matches) found.add(name)
      if (matches.length > 0) continue
      log.add({
        code: 'COLUMN_MISSING',
        severity: 'error',
        message: `there is no column ${quoted(pattern)}.`,
        advice: didYouMean(pattern, names),
      })
    }
    return found
  }
  const wanted = options.features && named(options.features)
  const ignore = named(options.ignore)
  const ids = named(options.ids)
  log.throwErrors(op)

  const features: string[] = []
  const ignored: { name: string; reason: IgnoreReason }[] = []
  for (const column of table.columns) {
    const { name } = column
    if (name === target.name) continue
    const statistics = columnStatistics(column)
    if (ids.has(name)) ignored.push({ name, reason: 'id' })
    else if (ignore.has(name) || (wanted && !wanted.has(name))) ignored.push({ name, reason: 'asked' })
    else if (isConstant(statistics)) {
      ignored.push({ name, reason: 'constant' })
      const what = statistics.distinct === 0 ? 'no value in any row' : 'the same value in every row'
      log.add({ code: 'CONSTANT_COLUMN', severity: 'warning', column: name, message: `has ${what}: it was dropped.` })
    } else if (!wanted && identifiesRows(column, statistics)) {
      ignored.push({ name, reason: 'id' })
      log.add({
        code: 'ID_COLUMN',
        severity: 'warning',
        column: name,
        message: 'has a different value in every row and only identifies it: it is ignored.',
        advice: 'Name it in features to learn from it.',
      })
    } else {
      features.push(name)
      warnOfFeature(log, column, statistics, target)
    }
  }
  if (features.length === 0) {
    const why = ignored.map(({ name, reason }) => `${quoted(name)} (${reason})`)
    log.fail(op, {
      code: 'NO_FEATURES',
      message: `no column is left to learn ${quoted(target.name)} from.`,
      advice: why.length > 0 ? `Ignored are ${why.join(', ')}.` : 'The table needs a second column.',
    })
  }
  return { target: target.name, features, ignored, report: log }
}

/** A value that is sometimes missing is no constant: that it is missing may tell something. */
function isConstant({ distinct, missing }: ColumnStatistics): boolean {
  return distinct === 0 || (distinct === 1 && missing === 0)
}

function identifiesRows(column: Column, statistics: ColumnStatistics): boolean {
  const { rows, distinct, kind } = statistics
  if (rows < tellingRows || distinct < rows) return false
  if (kind === 'category' || kind === 'text') return true
  if (column.kind !== 'number' || kind !== 'number' || !statistics.whole) return false
  const { values } = column
  const counts = (values[0] === 0 || values[0] === 1) && values.every((value, row) => value === values[0]! + row)
  return (
    counts || /(?:^|[^a-z])(?:id|uuid|guid|index|key|row|nr|no)$/i.test(column.name) || /[a-z]I[dD]$/.test(column.name)
  )
}

function warnOfFeature(log: ProblemLog, column: Column, statistics: ColumnStatistics, target: Column): void {
  const isText = column.kind === 'category' || column.kind === 'text'
  if (isText && statistics.distinct > manyCategories) {
    log.add({
      code: 'MANY_CATEGORIES',
      severity: 'warning',
      column: column.name,
      message: `has ${statistics.distinct} different values, of which only the most frequent are told apart.`,
      setting: { option: 'ignore', value: column.name },
    })
  }
  const leak = leaks(column, target)
  if (leak !== undefined) {
    log.add({
      code: 'LEAK',
      severity: 'warning',
      column: column.name,
      message: `gives the target ${quoted(target.name)} away: ${leak}. If it is not known at the time of predicting, the model will be worthless.`,
      setting: { option: 'ignore', value: column.name },
    })
  }
}

/** How a column gives the target away: it stands for it one to one, or goes along with it in a straight line. */
function leaks(column: Column, target: Column): string | undefined {
  if (target.kind === 'number' && 'values' in column) {
    const r = correlation(column.values, target.values)
    if (Math.abs(r) > 0.999) return `their correlation is ${r.toFixed(4)}`
  }
  return standsForIt(column, target) ? 'each of its values stands for one of the target' : undefined
}

/** Whether each value of one column always goes with one value of the other, and the other way round. */
function standsForIt(column: Column, target: Column): boolean {
  const to = new Map<string, string>()
  const from = new Map<string, string>()
  const rows = columnLength(column)
  let present = 0
  for (let row = 0; row < rows; row++) {
    if (isMissing(column, row) || isMissing(target, row)) continue
    present++
    const value = cellText(column, row)!
    const label = cellText(target, row)!
    if ((to.get(value) ?? label) !== label || (from.get(label) ?? value) !== value) return false
    to.set(value, label)
    from.set(label, value)
  }
  // Where most rows differ in both, any two columns stand for each other.
  return present >= tellingRows && to.size >= 2 && to.size <= present / 2
}

/** Pearson's correlation over the rows where both are present; NaN when there are too few, or one is constant. */
function correlation(x: Float64Array | Uint8Array, y: Float64Array): number {
  const rows = allRows(x.length).filter((row) => {
    const missing = x instanceof Uint8Array ? x[row] === missingBoolean : Number.isNaN(x[row])
    return !missing && !Number.isNaN(y[row])
  })
  if (rows.length < tellingRows) return NaN
  let meanX = 0
  let meanY = 0
  for (const row of rows) {
    meanX += x[row]! / rows.length
    meanY += y[row]! / rows.length
  }
  let xx = 0
  let yy = 0
  let xy = 0
  for (const row of rows) {
    const dx = x[row]! - meanX
    const dy = y[row]! - meanY
    xx += dx * dx
    yy += dy * dy
    xy += dx * dy
  }
  return xy / Math.sqrt(xx * yy)
}
