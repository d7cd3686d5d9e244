import type { BadRows } from './bad-rows.ts'
import { emptyColumn, type RawColumn } from './columns/raw-column.ts'
import { delimiterName } from './dialect.ts'
import type { Header } from './header.ts'
import { badRowSeverity, missingWords, type CsvOptions } from './options.ts'
import type { Problem, ProblemLog } from './problem.ts'
import type { CsvRecord } from './scan.ts'

/** Rows as they were read: a column of texts per name, and the physical line of each row. */
export interface RawRows {
  readonly columns: readonly RawColumn[]
  readonly lines: number[]
}

/** Collects the records that are rows under a header, and reports the others. */
export class RowCollector {
  readonly #log: ProblemLog
  readonly #options: CsvOptions
  readonly #header: Header
  readonly #delimiter: string
  readonly #na: ReadonlySet<string>
  readonly #bad: BadRows
  #rows: RawRows

  constructor(log: ProblemLog, options: CsvOptions, header: Header, delimiter: string, bad: BadRows) {
    this.#log = log
    this.#options = options
    this.#header = header
    this.#delimiter = delimiter
    this.#bad = bad
    this.#na = new Set(options.na ?? missingWords)
    this.#rows = this.#noRows()
  }

  /** Rows that wait to be taken. */
  get length(): number {
    return this.#rows.lines.length
  }

  /** Whether the record is a row. */
  add(record: CsvRecord): boolean {
    if (this.#repeatsHeader(record) || !this.#fits(record)) return false
    const { columns, lines } = this.#rows
    const { cells, quoted } = record
    for (let i = 0; i < columns.length; i++) columns[i]!.cells.push(cells[i] ?? '')
    if (quoted) {
      for (const i of quoted) {
        if (i < columns.length && this.#na.has(cells[i]!)) columns[i]!.quotedWords.add(lines.length)
      }
    }
    lines.push(record.line)
    return true
  }

  /** The rows so far; the next ones are collected anew. */
  take(): RawRows {
    const rows = this.#rows
    this.#rows = this.#noRows()
    return rows
  }

  #noRows(): RawRows {
    return { columns: this.#header.names.map(emptyColumn), lines: [] }
  }

  #repeatsHeader({ cells, line }: CsvRecord): boolean {
    const header = this.#header.cells
    const isHeader =
      header !== undefined &&
      header.length > 1 &&
      cells.length === header.length &&
      cells.every((cell, i) => cell === header[i])
    if (!isHeader) return false
    const message = 'the row repeats the header, as when files are joined.'
    if (this.#options.repeatedHeader === 'skip') {
      this.#log.add({ code: 'REPEATED_HEADER', severity: 'warning', line, message })
    } else {
      this.#addBad({ code: 'REPEATED_HEADER', line, message, setting: { option: 'repeatedHeader', value: 'skip' } })
    }
    return true
  }

  /** Whether a row loses nothing by being filled up or cut to the width of the header. */
  #fits({ cells, line, ended }: CsvRecord): boolean {
    const { names, unnamed, cells: header } = this.#header
    const width = names.length
    if (cells.length === width) return true
    if (cells.length < width && header && unnamed.slice(cells.length).every(Boolean)) return true
    const message = `the row has ${cells.length} cells, the header ${width}`
    if (cells.length > width && cells.slice(width).every((cell) => cell.trim() === '')) {
      this.#log.add({
        code: 'RAGGED',
        severity: 'warning',
        line,
        message: `${message}; the ones too many are empty and were left out.`,
      })
      return true
    }
    const isCut = !ended && cells.length < width
    this.#addBad({
      code: isCut ? 'TRUNCATED' : 'RAGGED',
      line,
      value: cells.join(this.#delimiter),
      message: `${message}${isCut ? ': the file ends within the row' : ''}.`,
      advice: isCut
        ? 'It was probably cut short: get it again.'
        : cells.length > width
          ? `Put quotes around cells that hold a ${delimiterName(this.#delimiter)}.`
          : 'Fill it up with empty cells.',
    })
    return false
  }

  #addBad(problem: Omit<Problem, 'severity'>): void {
    const { line, value } = problem
    this.#bad.read(1)
    this.#bad.add({ line, value })
    this.#log.add({ ...problem, severity: badRowSeverity(this.#options) })
  }
}
