import { quoted } from '../csv/printable.ts'
import { maxExamples, ProblemLog, type ProblemReport } from '../csv/problem.ts'
import type { ColumnTypeName } from '../csv/options.ts'
import { allRows, columnStatistics, presentNumbers, rankedValues, type Rows } from './statistics.ts'
import { cellText, columnOf, isMissing, type Column, type Table } from './table.ts'

/** What is predicted: one of two classes, one of several, or a number. */
export type Task = 'binary' | 'multiclass' | 'regression'

/** How `planTarget` decides. */
export interface TargetOptions {
  /** Default: inferred, and explained. `classification` is binary or multiclass by the number of classes. */
  readonly task?: Task | 'classification'
  /** Leaves out rows whose target is missing. Default false: they are an error. */
  readonly dropMissingTarget?: boolean
}

/** What the target is, and the rows that have it. */
export interface TargetPlan {
  readonly column: string
  readonly task: Task
  /** Labels in class order: false before true, numbers ascending, words in code point order. Empty for regression. */
  readonly classes: readonly string[]
  /** The type to read the column as. */
  readonly type: ColumnTypeName
  /** Why the task is what it is, in a sentence. */
  readonly explanation: string
  /** Rows with a target, ascending. */
  readonly rows: Uint32Array
  readonly report: ProblemReport
}

/** Most whole values that count as classes unless told otherwise, and the rows that each needs on average. */
const mostNumberClasses = 10
const rowsPerNumberClass = 5

/**
 * Decides what is to be predicted from the target column, and says why.
 *
 * @throws {TableError} `COLUMN_MISSING`, `TARGET_MISSING` (with lines), `CONSTANT_TARGET`, `TARGET_ID` or `TARGET_TYPE`.
 * @example
 * ```ts
 * const table = tableFrom({ admitted: [0, 1, 1, 0, 1, 0, 0, 1, 1, 0] })
 * planTarget(table, 'admitted').explanation // -> "admitted" has 2 whole values (0, 1): binary classification.
 * ```
 */
export function planTarget(table: Table, name: string, options: TargetOptions = {}): TargetPlan {
  const op = 'planTarget'
  const log = new ProblemLog()
  const column = columnOf(table, name, op)
  const rows = allRows(table.rowCount).filter((row) => !isMissing(column, row))
  if (rows.length < table.rowCount) reportMissing(log, table, column, options.dropMissingTarget ?? false)
  log.throwErrors(op)
  const labels = labelsOf(column, rows)
  const fail = (code: 'CONSTANT_TARGET' | 'TARGET_ID' | 'TARGET_TYPE', message: string, advice: string): never =>
    log.fail(op, { code, column: name, message, advice })

  if (labels.length < 2) {
    const what = labels.length === 0 ? 'no value in any row' : `the value ${quoted(labels[0]!)} in every row`
    return fail('CONSTANT_TARGET', `has ${what}, so there is nothing to learn.`, 'Name another target.')
  }
  const inferred = infer(column, labels, rows)
  const asked = options.task === 'classification' ? (labels.length === 2 ? 'binary' : 'multiclass') : options.task
  const task = asked ?? inferred.task
  const named = quoted(name)
  if (task === 'regression') {
    if (column.kind !== 'number') {
      return fail(
        'TARGET_TYPE',
        `holds words (${labels.slice(0, 3).map(quoted).join(', ')}), not numbers.`,
        'Regression needs numbers.',
      )
    }
    const explanation = asked ? `${named} is predicted as a number, as asked.` : inferred.explanation
    return { column: name, task, classes: [], type: column.asked ?? 'number', explanation, rows, report: log }
  }
  if (task === 'binary' && labels.length !== 2) {
    return fail(
      'TARGET_TYPE',
      `has ${labels.length} different values; binary classification needs 2.`,
      'Set the task to multiclass.',
    )
  }
  if (labels.length === rows.length && rows.length > 2) {
    return fail(
      'TARGET_ID',
      `has a different value in each of the ${rows.length} rows, as an id has.`,
      otherTargets(table, name),
    )
  }
  if (column.kind !== 'number' && labels.length > rows.length / 2 && rows.length > 4) {
    return fail(
      'TARGET_ID',
      `has ${labels.length} different values in ${rows.length} rows: too many to learn.`,
      otherTargets(table, name),
    )
  }
  const type = column.asked ?? (column.kind === 'text' ? 'category' : column.kind)
  const explanation = asked
    ? `${named} is predicted as one of ${labels.length} classes (${sample(labels)}), as asked.`
    : inferred.explanation
  return { column: name, task, classes: labels, type, explanation, rows, report: log }
}

/** The different values of a column in class order. */
function labelsOf(column: Column, rows: Rows): string[] {
  if (column.kind === 'number') return [...new Set(presentNumbers(column, rows))].map(String)
  if (column.kind === 'boolean') {
    const present = new Set(Array.from(rows, (row) => column.values[row]))
    return column.labels.filter((_, value) => present.has(value))
  }
  return rankedValues(column, rows)
    .map(([value]) => value)
    .sort((a, b) => (a < b ? -1 : 1))
}

const sample = (labels: readonly string[]): string =>
  labels.length <= 5 ? labels.join(', ') : `${labels.slice(0, 3).join(', ')}, ... ${labels.at(-1)}`

function infer(column: Column, labels: readonly string[], rows: Rows): { task: Task; explanation: string } {
  const named = quoted(column.name)
  const shown = sample(labels.map((label) => quoted(label).slice(1, -1)))
  const classification = (what: string, hint = ''): { task: Task; explanation: string } =>
    labels.length === 2
      ? { task: 'binary', explanation: `${named} has 2 ${what} (${shown}): binary classification.${hint}` }
      : { task: 'multiclass', explanation: `${named} has ${labels.length} ${what} (${shown}): classification.${hint}` }
  if (column.kind !== 'number') return classification(column.kind === 'boolean' ? 'values' : 'labels')
  if (labels.every((label) => Number.isInteger(Number(label)))) {
    if (labels.length === 2) return classification('whole values')
    if (labels.length <= mostNumberClasses && rows.length >= rowsPerNumberClass * labels.length) {
      return classification('whole values', ' Set the task to regression if they are amounts rather than kinds.')
    }
  }
  return {
    task: 'regression',
    explanation: `${named} holds numbers with ${labels.length} different values from ${labels[0]} to ${labels.at(-1)}: regression.`,
  }
}

function reportMissing(log: ProblemLog, table: Table, column: Column, drop: boolean): void {
  let count = 0
  for (let row = 0; row < table.rowCount; row++) {
    if (!isMissing(column, row)) continue
    if (count++ < maxExamples && !drop) {
      log.add({
        code: 'TARGET_MISSING',
        severity: 'error',
        line: table.lines[row],
        column: column.name,
        message: 'the target is missing.',
        advice: `It is in ${column.missingCount} of ${table.rowCount} rows; fill it in, or leave these rows out.`,
        setting: { option: 'dropMissingTarget', value: true },
      })
    }
  }
  if (drop) {
    const message = `${count} of ${table.rowCount} rows have no target and were left out.`
    log.add({ code: 'TARGET_MISSING', severity: 'warning', column: column.name, message })
  } else log.errorCount = count
  log.counts.set('TARGET_MISSING', count)
}

function otherTargets(table: Table, name: string): string {
  const others = table.columns
    .filter((column) => column.name !== name)
    .map((column) => ({ column, statistics: columnStatistics(column) }))
    .filter(({ statistics }) => statistics.distinct >= 2 && statistics.distinct <= 20)
    .map(({ column }) => quoted(column.name))
  return others.length > 0 ? `Columns with few values are ${others.slice(0, 5).join(', ')}.` : 'Name another target.'
}

/**
 * The class of each row, as a position in `plan.classes`.
 *
 * @throws {TableError} `TARGET_TYPE` when a row's label is none of the classes, or missing.
 */
export function classCodes(plan: Pick<TargetPlan, 'column' | 'classes'>, table: Table, rows: Rows): Int32Array {
  const column = columnOf(table, plan.column, 'classCodes')
  const places = new Map(plan.classes.map((label, code) => [label, code]))
  return Int32Array.from(rows, (row) => {
    // Yes may be spelt in another way in another file; what it means is the same.
    const code =
      column.kind === 'boolean' && plan.classes.length === 2
        ? column.values[row]!
        : places.get(cellText(column, row) ?? '')
    if (code !== undefined && code < plan.classes.length && !isMissing(column, row)) return code
    const label = cellText(column, row)
    return new ProblemLog().fail('classCodes', {
      code: label === undefined ? 'TARGET_MISSING' : 'TARGET_TYPE',
      line: table.lines[row],
      column: plan.column,
      value: label,
      message:
        label === undefined
          ? 'the target is missing.'
          : `${quoted(label)} is none of the classes (${sample(plan.classes)}).`,
      advice: 'Leave the row out, or train with such rows.',
    })
  })
}
