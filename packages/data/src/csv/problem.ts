import { DataError } from '@metagrad/tensor'
import { printable } from './printable.ts'

/** Every code a problem can carry, and what it means. Codes are stable across releases; wordings are not. */
export const problemCodes = {
  NOT_FOUND: 'the file does not exist',
  IS_DIRECTORY: 'the path names a directory',
  NO_PERMISSION: 'the file may not be read',
  IO: 'reading failed',
  IO_CHANGED: 'the file changed while it was read',
  TRUNCATED: 'the file ends within a record, a character or a compressed block',
  NOT_CSV: 'the bytes are another format',
  ENCODING: 'the bytes are not text in the encoding',
  ENCODING_NOTED: 'the text was decoded from another encoding than UTF-8',
  NUL: 'the text holds a NUL character',
  EMPTY: 'there is no text',
  NO_ROWS: 'there is a header and nothing else',
  TOO_FEW_ROWS: 'there are fewer rows than the work needs',
  LINE_ENDS: 'lines end in different ways',
  QUOTE_OPEN: 'a quote is never closed',
  QUOTE_CLOSE: 'text follows a closing quote',
  QUOTE_BARE: 'a quote stands inside an unquoted cell',
  QUOTE_SPACE: 'spaces stand between a quote and the delimiter',
  RAGGED: 'a row has another number of cells than the header',
  FIELD_TOO_LONG: 'a cell is longer than the limit',
  TOO_WIDE: 'a row has more cells than the limit',
  ROW_TOO_LONG: 'a row is longer than the limit',
  DELIMITER: 'the delimiter cannot be told, or looks wrong',
  DECIMAL: 'numbers are written with a decimal comma',
  DECIMAL_MIXED: 'decimal commas and decimal points are mixed',
  HEADER: 'the first row holds numbers, not names',
  HEADER_NUMERIC: 'some names are numbers',
  PREAMBLE: 'lines before the table',
  DUP_COLUMN: 'two columns have the same name',
  NAME_EMPTY: 'a column has no name',
  NAME_TRIMMED: 'a name had spaces around it',
  EMPTY_COLUMN: 'an unnamed, empty column was dropped',
  BLANK_LINES: 'blank lines were skipped',
  REPEATED_HEADER: 'the header is repeated inside the table',
  BAD_ROWS: 'too many rows were skipped',
  TYPE: 'a cell is not of the type of its column',
  NONFINITE: 'a number is infinite or not a number',
  PRECISION: 'whole numbers too large to be exact',
  LEADING_ZERO: 'numbers with leading zeros, kept as text',
  NUMBER_AS_TEXT: 'numbers with units or separators, kept as text',
  DATE_AS_TEXT: 'dates, kept as text',
  DATE_AMBIGUOUS: 'dates whose order of day and month cannot be told',
  BOOLEAN_MIXED: 'yes and no are spelt in several ways',
  MISSING_WORD: 'a word that often means "missing" is kept as text',
  LABEL_SPELLING: 'labels that differ only by case or spaces',
  COLUMN_MISSING: 'a column that is needed is not there',
  COLUMN_EXTRA: 'a column is not used',
  CONSTANT_COLUMN: 'a column with one value, or none, was dropped',
  ID_COLUMN: 'a column that identifies rows was ignored',
  MANY_CATEGORIES: 'a text column with very many values',
  NO_FEATURES: 'no column is left to learn from',
  LEAK: 'a column gives the target away',
  TARGET_MISSING: 'the target is missing in some rows',
  CONSTANT_TARGET: 'the target has one value',
  TARGET_ID: 'the target has a different value in every row',
  TARGET_TYPE: 'the target does not fit the task',
  RARE_CLASS: 'a class with too few rows to be split',
  CLASS_ABSENT: 'a class has no row to learn from',
  DUPLICATE_ROWS: 'the same row is in train and in validation or test',
  MISSING_VALUE: 'a value is missing',
  SCHEMA: 'JSON that is no schema of this version',
  UNSEEN_CATEGORY: 'a category that was not there in training',
} as const

/** Stable name of a kind of problem. */
export type ProblemCode = keyof typeof problemCodes

/** `error`: there is no result; `warning`: look at it; `note`: what was decided. */
export type Severity = 'error' | 'warning' | 'note'

/** An option that would settle a problem: `{ option: 'encoding', value: 'windows-1252' }`. */
export interface Setting {
  /** Name of the option, as the reading functions take it. */
  readonly option: string
  readonly value: string | number | boolean
  /** The column that a `types` entry is for. */
  readonly column?: string
}

/** One thing that is wrong with, or worth knowing about, a data file. */
export interface Problem {
  readonly code: ProblemCode
  readonly severity: Severity
  /** What is wrong: one line, without the place. */
  readonly message: string
  /** Physical line of the file, from 1. */
  readonly line?: number | undefined
  /** Name of the column. */
  readonly column?: string | undefined
  /** The cell, safe to print and cut to 60 characters. */
  readonly value?: string | undefined
  /** What to do about it: a sentence. */
  readonly advice?: string | undefined
  /** The option that settles it. */
  readonly setting?: Setting | undefined
}

/** Most problems of one code that are kept; the rest is counted. */
export const maxExamples = 10

const capital = /[A-Z]/g

function settingText({ option, value, column }: Setting, style: 'options' | 'flags'): string {
  if (style === 'options') {
    return `Set ${option}: ${column === undefined ? JSON.stringify(value) : `{ ${JSON.stringify(printable(column))}: ${JSON.stringify(value)} }`}.`
  }
  const flag = option.replaceAll(capital, (letter) => `-${letter.toLowerCase()}`)
  if (value === false) return `Use --no-${flag}.`
  if (value === true) return `Use --${flag}.`
  const text = printable(column === undefined ? String(value) : `${column}=${value}`, 200)
  return `Use --${flag} ${/^[\w.,:=#/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`}.`
}

/**
 * A problem as one line: place, what is wrong, what to do.
 *
 * @param style `options` names the option as the functions of this package take it, `flags` as a command line does.
 * @example
 * ```ts
 * formatProblem({ code: 'TYPE', severity: 'error', line: 3, column: 'age', message: '"x" is not a number.' })
 * // -> 'line 3, column "age": "x" is not a number.'
 * ```
 */
export function formatProblem(problem: Problem, style: 'options' | 'flags' = 'options'): string {
  const place = [
    problem.line === undefined ? [] : [`line ${problem.line}`],
    problem.column === undefined ? [] : [`column "${printable(problem.column)}"`],
  ].flat()
  const text = [
    problem.message,
    problem.advice ?? [],
    problem.setting ? settingText(problem.setting, style) : [],
  ].flat()
  return `${place.length > 0 ? `${place.join(', ')}: ` : ''}${text.join(' ')}`
}

/**
 * A data file, or a table made from it, cannot be used. The message shows the first error; `problems` has the others
 * (at most ten of a code) together with warnings and notes, and `counts` says how many there were of each code.
 */
export class TableError extends DataError {
  readonly problems: readonly Problem[]
  readonly counts: ReadonlyMap<ProblemCode, number>

  constructor(op: string, report: ProblemReport) {
    const first = report.problems.find(({ severity }) => severity === 'error')
    const more = report.errorCount - 1
    const tail = more > 0 ? ` (and ${more} more error${more === 1 ? '' : 's'})` : ''
    super(`${op}: ${first ? formatProblem(first) : 'the data cannot be used.'}${tail}`, {
      code: first?.code ?? 'DATA',
      line: first?.line,
      column: first?.column,
    })
    this.problems = report.problems
    this.counts = report.counts
  }
}

/** What was found: up to `maxExamples` problems of each code in order, and how many there were. */
export interface ProblemReport {
  readonly problems: readonly Problem[]
  readonly counts: ReadonlyMap<ProblemCode, number>
  readonly errorCount: number
}

/** Collects problems, keeping at most `maxExamples` of each code and severity. */
export class ProblemLog implements ProblemReport {
  readonly problems: Problem[] = []
  readonly counts: Map<ProblemCode, number> = new Map()
  errorCount = 0

  add(problem: Problem): void {
    const count = (this.counts.get(problem.code) ?? 0) + 1
    this.counts.set(problem.code, count)
    if (problem.severity === 'error') this.errorCount++
    if (count > maxExamples) return
    this.problems.push(problem.value === undefined ? problem : { ...problem, value: printable(problem.value) })
  }

  /** Adds all of another report, its counts included. */
  addAll(report: ProblemReport): void {
    const kept = new Map<ProblemCode, number>()
    for (const problem of report.problems) {
      this.add(problem)
      kept.set(problem.code, (kept.get(problem.code) ?? 0) + 1)
    }
    for (const [code, count] of report.counts) {
      this.counts.set(code, this.counts.get(code)! + count - kept.get(code)!)
    }
    this.errorCount += report.errorCount - report.problems.filter(({ severity }) => severity === 'error').length
  }

  /** Adds an error and throws at once: for what makes further reading pointless. */
  fail(op: string, problem: Omit<Problem, 'severity'>): never {
    this.add({ ...problem, severity: 'error' })
    throw new TableError(op, this)
  }

  /** @throws {TableError} when an error was added. */
  throwErrors(op: string): void {
    if (this.errorCount > 0) throw new TableError(op, this)
  }
}
