import type { Table } from '../table/table.ts'
import type { BadRows } from './bad-rows.ts'
import { askedTypes, type AskedTypes } from './columns/asked-types.ts'
import { withoutRows, type RawColumn } from './columns/raw-column.ts'
import { typeColumns, type TypedColumns } from './columns/type-columns.ts'
import type { DateOrder } from './date.ts'
import type { Header } from './header.ts'
import { MixedDecimals } from './mixed-decimals.ts'
import type { CsvOptions } from './options.ts'
import { quoted } from './printable.ts'
import type { ProblemLog } from './problem.ts'
import type { RawRows } from './row-collector.ts'
import type { ScanOptions } from './scan.ts'

/** Most times that the rows of a table are typed. */
const mostPasses = 8

/**
 * Makes tables of rows. A file read in batches has one decimal mark and one order of dates per column, and what is odd
 * about its columns is said once.
 */
export class TableTyper {
  readonly #op: string
  readonly #log: ProblemLog
  readonly #options: CsvOptions
  readonly #header: Header
  readonly #scanning: ScanOptions
  readonly #asked: AskedTypes
  /** The places of the columns without a name in the file, by the names they were given. */
  readonly #unnamed: ReadonlyMap<string, number>
  readonly #bad: BadRows
  readonly #dateOrders = new Map<string, DateOrder>()
  readonly #mixed = new MixedDecimals()
  #decimal: '.' | ',' | undefined
  #isFirst = true

  constructor(op: string, log: ProblemLog, options: CsvOptions, header: Header, scanning: ScanOptions, bad: BadRows) {
    this.#op = op
    this.#log = log
    this.#options = options
    this.#header = header
    this.#scanning = scanning
    this.#bad = bad
    this.#asked = askedTypes(op, log, options, header.names)
    this.#decimal = options.decimal
    const { names, unnamed, cells } = header
    this.#unnamed = new Map(names.flatMap((name, place) => (cells && unnamed[place] ? [[name, place]] : [])))
  }

  /**
   * The rows as a table of typed columns.
   *
   * @throws {TableError} when the file has errors so far, unless the options say to report them
   */
  table(given: RawRows): Table {
    const isIgnored = (name: string): boolean => this.#asked.get(name) === 'ignore'
    const columns = this.#withoutEmpty(given.columns.filter(({ name }) => !isIgnored(name)))
    this.#bad.read(given.lines.length)
    const { typed, lines } = this.#usable({ columns, lines: given.lines })
    this.#mixed.add(typed.decimal.mixed)
    const stops = this.#options.onBadRow !== 'report'
    if (stops) this.#mixed.report(this.#log)
    this.#log.addAll(typed.log)
    this.#log.addAll(typed.badLog)
    if (stops) this.#log.throwErrors(this.#op)
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

  /** Reports what only the end of the file tells. */
  end(): void {
    if (this.#options.onBadRow === 'report') this.#mixed.report(this.#log)
  }

  /** The rows, typed, less the bad ones where the options have them left out. */
  #usable(rows: RawRows): { readonly typed: TypedColumns; readonly lines: readonly number[] } {
    const { onBadRow = 'error', maxBadRows = 0.01 } = this.#options
    let { columns, lines } = rows
    // What is left may be of another type once its bad rows are gone, so it is typed anew until nothing is bad.
    for (let pass = 0; pass < mostPasses; pass++) {
      const typed = this.#typed(columns, lines)
      if (onBadRow === 'error') return { typed, lines }
      const { badRows, badLog } = typed
      this.#log.addAll(badLog)
      this.#countBad(badRows, columns, lines)
      const excess = onBadRow === 'skip' ? this.#bad.excess(maxBadRows) : undefined
      if (excess) this.#log.fail(this.#op, excess)
      if (badRows.size === 0) return { typed, lines }
      columns = columns.map((column) => withoutRows(column, badRows))
      lines = lines.filter((_, row) => !badRows.has(row))
    }
    return this.#log.fail(this.#op, {
      code: 'BAD_ROWS',
      message: `each time that the bad rows were left out (${mostPasses} times), others were bad: types changed with what was left.`,
      advice: 'Name the types of the columns.',
    })
  }

  #countBad(badRows: TypedColumns['badRows'], columns: readonly RawColumn[], lines: readonly number[]): void {
    let first = Infinity
    for (const row of badRows.keys()) first = Math.min(first, row)
    const column = columns.find(({ name }) => name === badRows.get(first))
    if (column === undefined) return
    this.#bad.add({ line: lines[first], column: column.name, value: column.cells[first] }, badRows.size)
  }

  /** Types columns; the first ones that agree on a decimal mark settle it and say so, once. */
  #typed(raw: readonly RawColumn[], lines: readonly number[]): TypedColumns {
    const settled = { decimal: this.#decimal, dateOrders: this.#dateOrders }
    const typed = typeColumns(raw, lines, this.#asked, settled, this.#options)
    const { mark, remark } = typed.decimal
    this.#decimal = mark
    if (remark) this.#log.add(remark)
    return typed
  }

  /** Leaves out columns without a name and without a value: delimiters at the ends of lines. */
  #withoutEmpty(columns: readonly RawColumn[]): readonly RawColumn[] {
    return columns.filter((column) => {
      const place = this.#unnamed.get(column.name)
      if (place === undefined) return true
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
}
