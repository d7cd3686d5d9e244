import type { DateOrder } from '../date.ts'
import type { ColumnTypeName, CsvOptions } from '../options.ts'
import { badRowSeverity } from '../options.ts'
import type { Problem, ProblemLog, Setting } from '../problem.ts'
import { defaultWords, isEmpty, type Profile } from './profile.ts'
import type { RawColumn } from './raw-column.ts'

/** What typing finds in the rows of a table. */
export interface Findings {
  readonly log: ProblemLog
  /** Bad cells, told apart because their rows may be left out. */
  readonly badLog: ProblemLog
  /** The bad rows, each with the first column that has a bad cell in it. */
  readonly badRows: Map<number, string>
}

/** What the columns of a table have in common when they are typed. */
export interface TypingContext extends Findings {
  /** Physical line of each row. */
  readonly lines: ArrayLike<number>
  readonly decimal: '.' | ','
  /** The order of the dates in each column where it is settled. */
  readonly dateOrders: Map<string, DateOrder>
  readonly options: CsvOptions
}

/** A column on its way to a type: its cells, which of them are missing, and how to say what is odd about one. */
export class UntypedColumn {
  readonly name: string
  readonly cells: readonly string[]
  readonly profile: Profile
  readonly decimal: '.' | ','
  readonly dateOrders: Map<string, DateOrder>
  readonly normalizeLabels: boolean
  readonly isNonFiniteMissing: boolean
  /** Words that are missing in columns of every type, where the options name them. */
  readonly named: ReadonlySet<string> | undefined
  readonly #quotedWords: ReadonlySet<number>
  readonly #context: TypingContext

  constructor(raw: RawColumn, profile: Profile, context: TypingContext) {
    const { na, normalizeLabels = false, nonFinite } = context.options
    this.name = raw.name
    this.cells = raw.cells
    this.profile = profile
    this.decimal = context.decimal
    this.dateOrders = context.dateOrders
    this.normalizeLabels = normalizeLabels
    this.isNonFiniteMissing = nonFinite === 'missing'
    this.named = na && new Set(na)
    this.#quotedWords = raw.quotedWords
    this.#context = context
  }

  /** Whether a cell is missing in a column of numbers or booleans. */
  isMissing(row: number): boolean {
    return this.#isMissing(row, this.named ?? defaultWords)
  }

  /** Whether a cell is missing in a column of text, where only words that the options name are. */
  isMissingText(row: number): boolean {
    return this.#isMissing(row, this.named)
  }

  #isMissing(row: number, words: ReadonlySet<string> | undefined): boolean {
    const cell = this.cells[row]!
    if (isEmpty(cell)) return true
    return words !== undefined && words.has(cell) && !this.#quotedWords.has(row)
  }

  /** The first row whose cell is there and passes, or -1. */
  findRow(test: (cell: string) => boolean): number {
    return this.cells.findIndex((cell, row) => !this.isMissing(row) && test(cell))
  }

  /** The option that asks for a type of this column. */
  setType(value: ColumnTypeName): Setting {
    return { option: 'types', value, column: this.name }
  }

  /** Says something about the column. */
  note(problem: Problem): void {
    this.#context.log.add({ ...problem, column: this.name })
  }

  /** Says something about one cell. */
  noteCell(row: number, problem: Problem): void {
    this.note({ ...problem, line: this.#context.lines[row], value: this.cells[row]! })
  }

  /** A cell that the type does not allow, and rows that are bad for the same reason. */
  bad(
    row: number,
    problem: Omit<Problem, 'severity' | 'line' | 'column' | 'value'>,
    alike: readonly number[] = [],
  ): void {
    const { badRows, badLog, lines, options } = this.#context
    for (const each of [row, ...alike]) if (!badRows.has(each)) badRows.set(each, this.name)
    badLog.add({
      severity: badRowSeverity(options),
      line: lines[row],
      column: this.name,
      value: this.cells[row]!,
      ...problem,
    })
  }
}
