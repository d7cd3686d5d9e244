import type { Dialect } from '../csv/dialect.ts'
import type { ColumnTypeName } from '../csv/options.ts'
import { ProblemLog, type Problem, type ProblemCode, type ProblemReport } from '../csv/problem.ts'
import { didYouMean } from '../csv/similar.ts'
import { quoted } from '../csv/printable.ts'

/** Numbers; days since 1970-01-01 where dates were asked for. */
export interface NumberColumn {
  readonly kind: 'number'
  readonly name: string
  /** One per row; NaN where missing. */
  readonly values: Float64Array
  readonly missingCount: number
  /** Set when the type was asked for by the options. */
  readonly asked?: ColumnTypeName | undefined
}

/** Two-valued words such as yes and no. */
export interface BooleanColumn {
  readonly kind: 'boolean'
  readonly name: string
  /** One per row: 0, 1, or `missingBoolean`. */
  readonly values: Uint8Array
  /** How false and true are most often spelt. */
  readonly labels: readonly [string, string]
  readonly missingCount: number
  readonly asked?: ColumnTypeName | undefined
}

/** Words: `category` where they repeat, `text` where most rows have their own. */
export interface TextColumn {
  readonly kind: 'category' | 'text'
  readonly name: string
  /** One per row: a position in `vocabulary`, or -1 where missing. */
  readonly codes: Int32Array
  /** The different values, in order of first appearance. */
  readonly vocabulary: readonly string[]
  readonly missingCount: number
  readonly asked?: ColumnTypeName | undefined
}

/** A column of one type. */
export type Column = NumberColumn | BooleanColumn | TextColumn

/** What `BooleanColumn.values` holds where the value is missing. */
export const missingBoolean = 255

/** Typed columns of equal length, and how they were read. */
export interface Table {
  readonly columns: readonly Column[]
  readonly rowCount: number
  /** Physical line on which each row starts, from 1. */
  readonly lines: Uint32Array
  readonly dialect: Dialect
  /** Names of the columns that were left out by `types: { name: 'ignore' }`. */
  readonly ignored: readonly string[]
  /** Warnings and notes of reading. */
  readonly report: ProblemReport
}

/** Names of a table's columns, in order. */
export function columnNames(table: Pick<Table, 'columns'>): string[] {
  return table.columns.map(({ name }) => name)
}

/**
 * The column of a name.
 *
 * @throws {TableError} `COLUMN_MISSING` when there is none, with the closest names.
 */
export function columnOf(table: Pick<Table, 'columns'>, name: string, op = 'columnOf'): Column {
  const column = table.columns.find((each) => each.name === name)
  if (column) return column
  return new ProblemLog().fail(op, {
    code: 'COLUMN_MISSING',
    message: `there is no column ${quoted(name)}.`,
    advice: didYouMean(name, columnNames(table)),
  })
}

/** Whether a row's value is missing. */
export function isMissing(column: Column, row: number): boolean {
  if (column.kind === 'number') return Number.isNaN(column.values[row])
  if (column.kind === 'boolean') return column.values[row] === missingBoolean
  return column.codes[row] === -1
}

/** A row's value as text: the number, the label or the word; undefined where missing. */
export function cellText(column: Column, row: number): string | undefined {
  if (isMissing(column, row)) return undefined
  if (column.kind === 'number') return String(column.values[row])
  if (column.kind === 'boolean') return column.labels[column.values[row]!]
  return column.vocabulary[column.codes[row]!]
}

/** The problems of a report with one code. */
export function problemsOf(report: ProblemReport, code: ProblemCode): Problem[] {
  return report.problems.filter((problem) => problem.code === code)
}

/** A cell of `tableFrom`. */
export type Value = number | string | boolean | null | undefined

const inMemory: Dialect = { delimiter: ',', quote: '"', escape: '"', decimal: '.', header: true, encoding: undefined }

/**
 * A table from values in memory: numbers, words or booleans by column name. `null`, `undefined` and NaN are missing;
 * rows count as lines from 1.
 *
 * @throws {TableError} when the columns differ in length, or one mixes types.
 * @example
 * ```ts
 * const table = tableFrom({ age: [31, 54], city: ['Oslo', null] })
 * table.rowCount // -> 2
 * ```
 */
export function tableFrom(columns: Readonly<Record<string, readonly Value[]>>): Table {
  const log = new ProblemLog()
  const entries = Object.entries(columns)
  const rowCount = entries[0]?.[1].length ?? 0
  const typed = entries.map(([name, values]): Column => {
    if (values.length !== rowCount) {
      log.fail('tableFrom', {
        code: 'RAGGED',
        column: name,
        message: `has ${values.length} values where ${quoted(entries[0]![0])} has ${rowCount}.`,
      })
    }
    return columnFrom(log, name, values)
  })
  const lines = Uint32Array.from({ length: rowCount }, (_, row) => row + 1)
  return { columns: typed, rowCount, lines, dialect: inMemory, ignored: [], report: log }
}

function columnFrom(log: ProblemLog, name: string, values: readonly Value[]): Column {
  const absent = (value: Value): value is null | undefined =>
    value === null || value === undefined || Number.isNaN(value)
  const kinds = new Set(values.filter((value) => !absent(value)).map((value) => typeof value))
  if (kinds.size > 1) {
    log.fail('tableFrom', { code: 'TYPE', column: name, message: `mixes ${[...kinds].join(' and ')}.` })
  }
  const missingCount = values.filter(absent).length
  if (kinds.has('string'))
    return textColumn(
      name,
      values.map((value) => (absent(value) ? undefined : String(value))),
    )
  if (kinds.has('boolean')) {
    const flags = Uint8Array.from(values, (value) => (absent(value) ? missingBoolean : Number(value)))
    return { kind: 'boolean', name, values: flags, labels: ['false', 'true'], missingCount }
  }
  return {
    kind: 'number',
    name,
    values: Float64Array.from(values, (value) => (absent(value) ? NaN : Number(value))),
    missingCount,
  }
}

/** A text column from words; `category` unless more than half of the present rows, and over 32, differ. */
export function textColumn(name: string, words: readonly (string | undefined)[], asked?: ColumnTypeName): TextColumn {
  const places = new Map<string, number>()
  const codes = new Int32Array(words.length)
  let missingCount = 0
  for (let row = 0; row < words.length; row++) {
    const word = words[row]
    if (word === undefined) {
      codes[row] = -1
      missingCount++
      continue
    }
    let code = places.get(word)
    if (code === undefined) {
      code = places.size
      places.set(word, code)
    }
    codes[row] = code
  }
  const mostlyDistinct = places.size > 32 && places.size > (words.length - missingCount) / 2
  const kind = asked === 'category' || asked === 'text' ? asked : mostlyDistinct ? 'text' : 'category'
  return { kind, name, codes, vocabulary: [...places.keys()], missingCount, asked }
}
