import type { Table } from '../table/table.ts'
import { askedTypes, type AskedTypes } from './columns/asked-types.ts'
import { withoutRows, type RawColumn } from './columns/raw-column.ts'
import { typeColumns, type TypedColumns } from './columns/type-columns.ts'
import type { Header } from './header.ts'
import type { CsvOptions } from './options.ts'
import { quoted } from './printable.ts'
import type { ProblemLog } from './problem.ts'
import type { RawRows } from './row-collector.ts'
import type { ScanOptions } from './scan.ts'

/** Makes tables of rows. A file read in batches has one decimal mark, and what is odd about its columns is said once. */
export class TableTyper {
  readonly #op: string
  readonly #log: ProblemLog
  readonly #options: CsvOptions
  readonly #header: Header
  readonly #scanning: ScanOptions
  readonly #asked: AskedTypes
  #decimal: '.' | ',' | undefined
  #isFirst = true

  constructor(op: string, log: ProblemLog, options: CsvOptions, header: Header, scanning: ScanOptions) {
    this.#op = op
    this.#log = log
    this.#options = options
    this.#header = header
    this.#scanning = scanning
    this.#asked = askedTypes(op, log, options, header.names)
    this.#decimal = options.decimal
  }

  /**
   * The rows as a table of typed columns.
   *
   * @param badRecords records of the file so far that were no rows
   * @throws {TableError} when the file has errors so far, unless the options say to report them
   */
  table({ columns: raw, lines: given }: RawRows, badRecords: number): Table {
    const isIgnored = (name: string): boolean => this.#asked.get(name) === 'ignore'
    let left = this.#withoutEmpty(raw.filter(({ name }) => !isIgnored(name)))
    let lines = given
    let typed = this.#typed(left, lines)
    const badRows = typed.badRows.size
    if (this.#options.onBadRow === 'skip' || this.#options.onBadRow === 'report') {
      // What is left may be of another type once its bad rows are gone, so it is typed anew until nothing is bad.
      while (typed.badRows.size > 0) {
        const bad = typed.badRows
        this.#log.addAll(typed.badLog)
        left = left.map((column) => withoutRows(column, bad))
        lines = lines.filter((_, row) => !bad.has(row))
        typed = this.#typed(left, lines)
      }
    }
    if (this.#options.onBadRow === 'skip') this.#checkBadShare(badRecords + badRows, badRecords + given.length)
    if (this.#decimal === undefined) this.#log.addAll(typed.decimalLog)
    this.#log.addAll(typed.log)
    this.#log.addAll(typed.badLog)
    if (this.#options.onBadRow !== 'report') this.#log.throwErrors(this.#op)
    this.#isFirst = false
    const { delimiter, quote, escape } = this.#scanning
    return {
      columns: typed.columns,
      rowCount: lines.length,
      lines: Uint32Array.from(lines),
      dialect: {
        delimiter,
        quote,
        escape,
        decimal: this.#decimal ?? '.',
        header: this.#header.cells !== undefined,
        encoding: undefined,
      },
      ignored: this.#header.names.filter(isIgnored),
      report: this.#log,
    }
  }

  /** Types columns; the first ones that agree on a decimal mark settle it and say so, once. */
  #typed(raw: readonly RawColumn[], lines: readonly number[]): TypedColumns {
    const typed = typeColumns(raw, lines, this.#asked, this.#decimal, this.#options)
    if (typed.decimalLog.errorCount === 0) {
      this.#decimal = typed.decimal
      this.#log.addAll(typed.decimalLog)
    }
    return typed
  }

  /** Leaves out columns without a name and without a value: delimiters at the ends of lines. */
  #withoutEmpty(columns: readonly RawColumn[]): readonly RawColumn[] {
    const { names, unnamed, cells: header } = this.#header
    if (!header) return columns
    return columns.filter((column) => {
      const place = names.indexOf(column.name)
      if (!unnamed[place]) return true
      const isEmpty = column.cells.every((cell) => cell.trim() === '')
      if (this.#isFirst) {
        this.#log.add({
          code: isEmpty ? 'EMPTY_COLUMN' : 'NAME_EMPTY',
          severity: 'warning',
          column: column.name,
          message: isEmpty
            ? `column ${place + 1} has neither a name nor values: it was dropped.`
            : `column ${place + 1} has no name: it is called ${quoted(column.name)}.`,
        })
      }
      return !isEmpty
    })
  }

  #checkBadShare(bad: number, all: number): void {
    const most = this.#options.maxBadRows ?? 0.01
    if (bad === 0 || bad <= most * all) return
    this.#log.add({
      code: 'BAD_ROWS',
      severity: 'error',
      message: `${bad} of ${all} rows are bad, more than the ${most * 100} % that may be skipped.`,
      advice: 'Look at the problems listed, or raise the share.',
      setting: { option: 'maxBadRows', value: Math.min(1, Math.ceil((bad / all) * 100) / 100) },
    })
  }
}
