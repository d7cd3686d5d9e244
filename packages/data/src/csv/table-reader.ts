import { ArgumentError } from '@metagrad/tensor'
import type { Table } from '../table/table.ts'
import { emptyColumn, withoutRows, type RawColumn } from './columns/raw-column.ts'
import { askedType, typeColumns, type TypedColumns } from './columns/type-columns.ts'
import {
  commonWidth,
  delimiterName,
  delimiters,
  detectDelimiter,
  isBlank,
  sampleOf,
  unusualDelimiter,
  type Dialect,
} from './dialect.ts'
import { parseNumber } from './number.ts'
import { badRowSeverity, columnTypeNames, missingWords, type ColumnTypeName, type CsvOptions } from './options.ts'
import { quoted } from './printable.ts'
import type { Problem, ProblemLog } from './problem.ts'
import { RecordScanner, ScanFault, type CsvRecord, type ScanOptions, type ScanRemark } from './scan.ts'
import { didYouMean } from './similar.ts'

/** Characters that are looked at before the dialect is settled. */
const sampleLength = 1 << 16

const lineBreak = /\r\n|\n|\r/g

/** The header: a name per column, and which columns had none in the file. */
interface Header {
  readonly names: readonly string[]
  /** The cells of the header as they are in the file; undefined without a header row. */
  readonly cells: readonly string[] | undefined
  readonly unnamed: readonly boolean[]
}

/** Text in pieces -> tables: settles the dialect on the first of it, collects the cells, and has the columns typed. */
export class TableReader {
  readonly #op: string
  readonly #log: ProblemLog
  readonly #options: CsvOptions
  readonly #batchRows: number
  readonly #na: ReadonlySet<string>
  #head: string | undefined = ''
  #scanner: RecordScanner | undefined
  #delimiter = ','
  #decimal: '.' | ',' | undefined
  #header: Header | undefined
  #columns: RawColumn[] = []
  #lines: number[] = []
  #rowsRead = 0
  #badRecords = 0
  #blank = { count: 0, firstLine: 0 }
  /** Blank lines that count only if a row follows: those at the end of a file are nobody's mistake. */
  #blankTail = { count: 0, firstLine: 0 }
  #remarks = new Map<ScanRemark, Problem & { count: number }>()
  #batches: Table[] = []
  #batchCount = 0

  constructor(op: string, log: ProblemLog, options: CsvOptions, batchRows: number = Infinity) {
    checkOptions(op, options)
    this.#op = op
    this.#log = log
    this.#options = options
    this.#batchRows = batchRows
    this.#na = new Set(options.na ?? missingWords)
    this.#decimal = options.decimal
  }

  /** Whether `maxRows` rows were read: what follows is not looked at. */
  get done(): boolean {
    return this.#rowsRead >= (this.#options.maxRows ?? Infinity)
  }

  push(text: string): void {
    if (this.done || text === '') return
    if (this.#head === undefined) this.#scan((scanner) => scanner.push(text))
    else {
      this.#head += text
      if (this.#head.length >= sampleLength) this.#start(false)
    }
  }

  /** The tables that are full. */
  *takeBatches(encoding: string | undefined): Generator<Table> {
    for (const batch of this.#batches.splice(0)) yield { ...batch, dialect: { ...batch.dialect, encoding } }
  }

  /** The tables that are left, at least one in all, once what only the end shows is reported. */
  end(encoding: string | undefined): Table[] {
    if (this.#head !== undefined) this.#start(true)
    if (!this.done) this.#scan((scanner) => scanner.end())
    if (this.#header === undefined) {
      this.#log.fail(this.#op, { code: 'EMPTY', message: 'there is no table: the file is empty or blank.' })
    }
    this.#reportEnd()
    if (this.#lines.length > 0 || this.#batchCount === 0) this.#batches.push(this.#takeTable())
    return [...this.takeBatches(encoding)]
  }

  #start(whole: boolean): void {
    let text = this.#head!
    this.#head = undefined
    let firstLine = 1
    for (let skip = this.#options.skipLines ?? 0; skip > 0; skip--) {
      lineBreak.lastIndex = 0
      const found = lineBreak.exec(text)
      text = found ? text.slice(lineBreak.lastIndex) : ''
      firstLine++
    }
    let { delimiter } = this.#options
    const separator = /^"?sep=([^"\r\n])"?[^\S\r\n\t]*(?:\r\n|\n|\r|$)/i.exec(text)
    if (separator) {
      delimiter ??= separator[1]!
      text = text.slice(separator[0].length)
      firstLine++
    }
    const quote = this.#options.quote ?? '"'
    const options: Omit<ScanOptions, 'delimiter'> = {
      quote,
      escape: this.#options.escape ?? quote,
      comment: this.#options.comment,
      maxFieldLength: this.#options.maxFieldLength ?? 1 << 20,
      maxColumns: this.#options.maxColumns ?? 10_000,
      firstLine,
    }
    const detected = delimiter ?? detectDelimiter(text, whole, options)
    this.#delimiter = detected ?? ','
    const { records } = sampleOf(text, whole, { ...options, delimiter: this.#delimiter })
    if (records.length > 0) {
      if (detected === undefined) this.#checkOneColumn(records)
      else if (delimiter !== undefined) this.#checkDelimiter(records)
      this.#checkPreamble(records)
    }
    this.#scanner = new RecordScanner(
      { ...options, delimiter: this.#delimiter },
      {
        record: (record) => this.#record(record),
        remark: (code, line, column, value) => this.#remark(code, line, column, value),
      },
    )
    this.#scan((scanner) => scanner.push(text))
  }

  #scan(step: (scanner: RecordScanner) => void): void {
    try {
      step(this.#scanner!)
    } catch (error) {
      if (error instanceof ScanFault) this.#fault(error)
      throw error
    }
  }

  #fault({ code, line, column, value }: ScanFault): never {
    const place = { code, line, column: this.#header?.names[column], value }
    const texts: Record<ScanFault['code'], Pick<Problem, 'message' | 'advice' | 'setting'>> = {
      QUOTE_OPEN: {
        message: `the quote that opens here, before ${quoted(value.slice(1, 30))}, is never closed.`,
        advice: 'Close it, or double it where it is part of the text.',
      },
      QUOTE_CLOSE: {
        message: `text follows a closing quote in ${quoted(value)}.`,
        ...(value.includes(`\\${this.#options.quote ?? '"'}`) && this.#options.escape === undefined
          ? { setting: { option: 'escape', value: '\\' } }
          : { advice: 'Double the quotes inside a quoted cell.' }),
      },
      FIELD_TOO_LONG: {
        message: `a cell is longer than ${this.#options.maxFieldLength ?? 1 << 20} characters.`,
        advice: 'Usually a closing quote is missing; else raise maxFieldLength.',
      },
      TOO_WIDE: {
        message: `the row has more than ${this.#options.maxColumns ?? 10_000} cells.`,
        advice: 'Usually the delimiter or the line ends are wrong; else raise maxColumns.',
      },
    }
    return this.#log.fail(this.#op, { ...place, ...texts[code] })
  }

  #checkOneColumn(records: readonly CsvRecord[]): void {
    if (records.some((record) => record.quoted !== undefined)) return
    const separator = unusualDelimiter(records.map(({ cells }) => cells[0]!))
    if (separator === undefined) return
    this.#log.fail(this.#op, {
      code: 'DELIMITER',
      line: records[0]!.line,
      message: `no delimiter was found (tried ${delimiters.map(delimiterName).join(', ')}), but ${delimiterName(separator)} splits every line alike.`,
      setting: { option: 'delimiter', value: separator },
    })
  }

  #checkDelimiter(records: readonly CsvRecord[]): void {
    const line = records[0]!.cells[0]!
    const other = delimiters.find((each) => line.includes(each))
    if (other === undefined || records.some(({ cells, quoted: quotes }) => cells.length > 1 || quotes !== undefined))
      return
    this.#log.add({
      code: 'DELIMITER',
      severity: 'warning',
      line: records[0]!.line,
      value: line,
      message: `no line has a ${delimiterName(this.#delimiter)}, so there is one column, but the first line has a ${delimiterName(other)}.`,
      setting: { option: 'delimiter', value: other },
    })
  }

  /** Title or comment lines before the table are narrower than the table. */
  #checkPreamble(records: readonly CsvRecord[]): void {
    const width = commonWidth(records)
    const start = records.findIndex(({ cells }) => cells.length === width)
    const first = records[0]!
    if (start <= 0 || start > 20 || width < 2 || records.length - start < 2) return
    if (records.slice(0, start).some(({ cells }) => cells.length >= width)) return
    // Of two lines as wide as most, one would be the header; a single short one may be a header with a name left out.
    if (start === 1 && first.cells.length > 1) return
    const mark = ['#', '%', '//'].find((each) =>
      records.slice(0, start).every(({ cells }) => cells[0]!.startsWith(each)),
    )
    const next = records[start]!
    this.#log.fail(this.#op, {
      code: 'PREAMBLE',
      line: first.line,
      value: first.cells[0]!,
      message: `the table seems to start in line ${next.line}, which has ${width} cells; ${quoted(first.cells[0]!)} before it has ${first.cells.length}.`,
      setting: mark === undefined ? { option: 'skipLines', value: next.line - 1 } : { option: 'comment', value: mark },
    })
  }

  #record(record: CsvRecord): void {
    if (this.done) return
    if (isBlank(record)) {
      if (this.#blankTail.count++ === 0) this.#blankTail.firstLine = record.line
      return
    }
    if (this.#header === undefined) {
      this.#startTable(record)
      if (this.#header!.cells) return
    }
    if (this.#blankTail.count > 0) {
      if (this.#blank.count === 0) this.#blank.firstLine = this.#blankTail.firstLine
      this.#blank.count += this.#blankTail.count
      this.#blankTail.count = 0
    }
    this.#row(record)
  }

  #startTable({ cells, line }: CsvRecord): void {
    this.#blankTail.count = 0
    const { header } = this.#options
    const numeric = cells.filter((cell) => parseNumber(cell, '.') !== undefined || parseNumber(cell, ',') !== undefined)
    if (header === undefined && numeric.length === cells.length) {
      this.#log.fail(this.#op, {
        code: 'HEADER',
        line,
        value: cells[0]!,
        message: `the first row holds numbers (${cells.slice(0, 3).map(quoted).join(', ')}), not names.`,
        advice: 'Put a row of names first, or say that there is none.',
        setting: { option: 'header', value: false },
      })
    }
    this.#header =
      header === false
        ? { names: cells.map((_, i) => `column_${i + 1}`), cells: undefined, unnamed: cells.map(() => true) }
        : this.#named(cells, line, numeric)
    this.#columns = this.#header.names.map(emptyColumn)
    this.#checkTypes()
  }

  #named(cells: readonly string[], line: number, numeric: readonly string[]): Header {
    const trimmed = cells.map((cell) => cell.trim())
    cells.forEach((cell, i) => {
      if (cell === trimmed[i] || trimmed[i] === '') return
      this.#log.add({
        code: 'NAME_TRIMMED',
        severity: 'warning',
        line,
        column: trimmed[i]!,
        value: cell,
        message: `the spaces around the name ${quoted(cell)} were taken off.`,
      })
    })
    if (numeric.length > 0) {
      this.#log.add({
        code: 'HEADER_NUMERIC',
        severity: 'note',
        line,
        message: `the first row is taken for names, although ${numeric.slice(0, 3).map(quoted).join(', ')} ${numeric.length === 1 ? 'is a number' : 'are numbers'}.`,
        setting: { option: 'header', value: false },
      })
    }
    const names: string[] = []
    const taken = new Map<string, number>()
    trimmed.forEach((name, i) => {
      let unique = name === '' ? `column_${i + 1}` : name
      const before = taken.get(unique)
      if (before !== undefined) {
        if (this.#options.dedupe || name === '') {
          const base = unique
          for (let k = 2; taken.has(unique) || trimmed.includes(unique); k++) unique = `${base}_${k}`
        } else {
          this.#log.add({
            code: 'DUP_COLUMN',
            severity: 'error',
            line,
            column: name,
            message: `columns ${before + 1} and ${i + 1} have the same name.`,
            advice: 'Rename one, or have the later one renamed.',
            setting: { option: 'dedupe', value: true },
          })
        }
      }
      taken.set(unique, i)
      names.push(unique)
    })
    this.#log.throwErrors(this.#op)
    return { names, cells, unnamed: trimmed.map((name) => name === '') }
  }

  #checkTypes(): void {
    const { types } = this.#options
    if (types === undefined || typeof types === 'function') return
    const { names } = this.#header!
    for (const name of Object.keys(types)) {
      if (names.includes(name)) continue
      this.#log.add({
        code: 'COLUMN_MISSING',
        severity: 'error',
        message: `types names ${quoted(name)}, but there is no such column.`,
        advice: didYouMean(name, names),
      })
    }
    this.#log.throwErrors(this.#op)
  }

  #row(record: CsvRecord): void {
    const { names, cells: headerCells } = this.#header!
    const { cells, line } = record
    const width = names.length
    if (width > 1 && headerCells && cells.length === width && cells.every((cell, i) => cell === headerCells[i])) {
      this.#repeatedHeader(line)
      return
    }
    if (cells.length !== width && !this.#fits(record)) return
    for (let i = 0; i < width; i++) this.#columns[i]!.cells.push(cells[i] ?? '')
    if (record.quoted) {
      for (const i of record.quoted) {
        if (i < width && this.#na.has(cells[i]!)) this.#columns[i]!.quotedWords.add(this.#lines.length)
      }
    }
    this.#lines.push(line)
    this.#rowsRead++
    if (this.#lines.length >= this.#batchRows) {
      this.#batches.push(this.#takeTable())
      this.#batchCount++
    }
  }

  #repeatedHeader(line: number): void {
    const skip = this.#options.repeatedHeader === 'skip'
    if (!skip) this.#badRecords++
    this.#log.add({
      code: 'REPEATED_HEADER',
      severity: skip ? 'warning' : badRowSeverity(this.#options),
      line,
      message: 'the row repeats the header, as when files are joined.',
      setting: skip ? undefined : { option: 'repeatedHeader', value: 'skip' },
    })
  }

  /** Whether a row of another width loses nothing by being filled up or cut; logs it if not. */
  #fits({ cells, line, ended }: CsvRecord): boolean {
    const { names, unnamed } = this.#header!
    const width = names.length
    if (cells.length < width && this.#header!.cells && unnamed.slice(cells.length).every(Boolean)) return true
    const extra = cells.slice(width)
    if (extra.length > 0 && extra.every((cell) => cell.trim() === '')) {
      this.#log.add({
        code: 'RAGGED',
        severity: 'warning',
        line,
        message: `the row has ${cells.length} cells, the header ${width}; the ones too many are empty and were left out.`,
      })
      return true
    }
    this.#badRecords++
    const cut = !ended && cells.length < width
    this.#log.add({
      code: cut ? 'TRUNCATED' : 'RAGGED',
      severity: badRowSeverity(this.#options),
      line,
      value: cells.join(this.#delimiter),
      message: `the row has ${cells.length} cells, the header ${width}${cut ? ': the file ends within the row' : ''}.`,
      advice: cut
        ? 'It was probably cut short: get it again.'
        : cells.length > width
          ? `Put quotes around cells that hold a ${delimiterName(this.#delimiter)}.`
          : 'Fill it up with empty cells.',
    })
    return false
  }

  #remark(code: ScanRemark, line: number, column: number, value: string): void {
    const before = this.#remarks.get(code)
    if (before) {
      before.count++
      return
    }
    const texts: Record<ScanRemark, string> = {
      QUOTE_BARE: `a quote inside the unquoted cell ${quoted(value)} is read as text`,
      QUOTE_SPACE: `the spaces around the quoted cell ${quoted(value)} were taken off`,
      LINE_ENDS: 'lines end in different ways (CRLF, LF, CR)',
    }
    const name = code === 'LINE_ENDS' ? undefined : this.#header?.names[column]
    const cell = code === 'LINE_ENDS' ? undefined : value
    this.#remarks.set(code, {
      code,
      severity: 'warning',
      line,
      column: name,
      value: cell,
      message: texts[code],
      count: 1,
    })
  }

  #reportEnd(): void {
    for (const { count, message, ...problem } of this.#remarks.values()) {
      this.#log.add({
        ...problem,
        message: count === 1 ? `${message}.` : `${message}; there are ${count} such places.`,
      })
      this.#log.counts.set(problem.code, count)
    }
    const { count, firstLine } = this.#blank
    if (count > 0) {
      this.#log.add({
        code: 'BLANK_LINES',
        severity: 'warning',
        line: firstLine,
        message: count === 1 ? 'a blank line was skipped.' : `${count} blank lines were skipped, the first one here.`,
      })
      this.#log.counts.set('BLANK_LINES', count)
    }
    if (this.#rowsRead === 0 && this.#badRecords === 0) {
      this.#log.fail(this.#op, { code: 'NO_ROWS', message: 'there is a header, but no row after it.' })
    }
  }

  /** Types the rows that were collected, and starts over. */
  #takeTable(): Table {
    const rows = this.#lines.length
    const raw = this.#withoutEmpty(this.#columns.filter(({ name }) => this.#asked(name) !== 'ignore'))
    let typed = this.#typed(raw, this.#lines)
    let lines = this.#lines
    const rejected = typed.badRows.size
    if (this.#options.onBadRow !== undefined && this.#options.onBadRow !== 'error') {
      // What is left may be of another type once its bad rows are gone, so it is typed anew until nothing is bad.
      let left = raw
      while (typed.badRows.size > 0) {
        const { badRows } = typed
        left = left.map((column) => withoutRows(column, badRows))
        lines = lines.filter((_, row) => !badRows.has(row))
        this.#log.addAll(typed.badLog)
        typed = this.#typed(left, lines)
      }
    }
    this.#checkBadShare(rejected, rows)
    this.#log.addAll(typed.log)
    this.#log.addAll(typed.badLog)
    if (this.#options.onBadRow !== 'report') this.#log.throwErrors(this.#op)
    const ignored = this.#header!.names.filter((name) => this.#asked(name) === 'ignore')
    const quote = this.#options.quote ?? '"'
    const dialect: Dialect = {
      delimiter: this.#delimiter,
      quote,
      escape: this.#options.escape ?? quote,
      decimal: this.#decimal ?? '.',
      header: this.#header!.cells !== undefined,
      encoding: undefined,
    }
    this.#columns = this.#header!.names.map(emptyColumn)
    this.#lines = []
    const { columns } = typed
    return { columns, rowCount: lines.length, lines: Uint32Array.from(lines), dialect, ignored, report: this.#log }
  }

  /** Types columns; the decimal mark is settled by the first ones that agree on it. */
  #typed(raw: readonly RawColumn[], lines: readonly number[]): TypedColumns {
    const typed = typeColumns(raw, lines, this.#options, this.#decimal)
    if (typed.log.errorCount === 0) this.#decimal = typed.decimal
    return typed
  }

  #asked(name: string): ColumnTypeName | undefined {
    return askedType(this.#options, name)
  }

  /** Leaves out columns without a name and without a value: delimiters at the ends of lines. */
  #withoutEmpty(columns: readonly RawColumn[]): RawColumn[] {
    const { names, unnamed, cells: header } = this.#header!
    if (!header) return [...columns]
    return columns.filter((column) => {
      const place = names.indexOf(column.name)
      if (!unnamed[place]) return true
      const empty = column.cells.every((cell) => cell.trim() === '')
      if (this.#batchCount === 0) {
        this.#log.add({
          code: empty ? 'EMPTY_COLUMN' : 'NAME_EMPTY',
          severity: 'warning',
          column: column.name,
          message: empty
            ? `column ${place + 1} has neither a name nor values: it was dropped.`
            : `column ${place + 1} has no name: it is called ${quoted(column.name)}.`,
        })
      }
      return !empty
    })
  }

  #checkBadShare(badCells: number, rows: number): void {
    if (this.#options.onBadRow !== 'skip') return
    const bad = this.#badRecords + badCells
    const all = this.#badRecords + rows
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

function checkOptions(op: string, options: CsvOptions): void {
  for (const name of ['delimiter', 'quote', 'escape'] as const) {
    const value = options[name]
    if (value === undefined || (value.length === 1 && !/[\r\n]/.test(value))) continue
    throw new ArgumentError(`${op}: ${name} must be one character: got ${JSON.stringify(value)}.`)
  }
  if (options.delimiter !== undefined && options.delimiter === (options.quote ?? '"')) {
    throw new ArgumentError(`${op}: delimiter and quote are the same: ${JSON.stringify(options.delimiter)}.`)
  }
  if (options.comment === '') throw new ArgumentError(`${op}: comment must not be empty.`)
  for (const name of ['skipLines', 'maxRows', 'maxFieldLength', 'maxColumns'] as const) {
    const value = options[name]
    const least = name === 'skipLines' ? 0 : 1
    if (value === undefined || value === Infinity || (Number.isInteger(value) && value >= least)) continue
    throw new ArgumentError(`${op}: ${name} must be a whole number from ${least} on: got ${value}.`)
  }
  if (options.maxBadRows !== undefined && !(options.maxBadRows >= 0 && options.maxBadRows <= 1)) {
    throw new ArgumentError(`${op}: maxBadRows must be from 0 to 1: got ${options.maxBadRows}.`)
  }
  if (options.types === undefined || typeof options.types === 'function') return
  for (const [column, type] of Object.entries(options.types)) {
    if (columnTypeNames.includes(type)) continue
    throw new ArgumentError(
      `${op}: column "${column}" cannot be of type "${type}". ${didYouMean(type, columnTypeNames)}`,
    )
  }
}
