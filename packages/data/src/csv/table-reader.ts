import type { Table } from '../table/table.ts'
import { BadRows } from './bad-rows.ts'
import { BlankLines } from './blank-lines.ts'
import { checkOptions } from './check-options.ts'
import { isBlank } from './dialect.ts'
import { faultProblem } from './fault-problem.ts'
import { readHeader, type Header } from './header.ts'
import { LeadingLines } from './leading-lines.ts'
import type { CsvOptions } from './options.ts'
import type { ProblemLog } from './problem.ts'
import { RowCollector } from './row-collector.ts'
import { RecordScanner, ScanFault, type CsvRecord, type ScanOptions } from './scan.ts'
import { ScanRemarks } from './scan-remarks.ts'
import { settleDialect } from './settle-dialect.ts'
import { TableTyper } from './table-typer.ts'

/** Characters that are looked at before the dialect is settled. */
const sampleLength = 1 << 16

/** What there is once the first record is read: it settles the columns. */
interface Body {
  readonly header: Header
  readonly rows: RowCollector
  readonly typer: TableTyper
}

/** Text in pieces -> tables: settles the dialect on the first of it, collects the cells, and has the columns typed. */
export class TableReader {
  readonly #op: string
  readonly #log: ProblemLog
  readonly #options: CsvOptions
  readonly #batchRows: number
  readonly #leadingLines: LeadingLines
  readonly #blankLines = new BlankLines()
  readonly #remarks = new ScanRemarks()
  readonly #bad = new BadRows()
  /** The text so far, until it is enough to settle the dialect. */
  #head: string | undefined = ''
  #scanning: ScanOptions | undefined
  #scanner: RecordScanner | undefined
  #body: Body | undefined
  #rowsRead = 0
  #batches: Table[] = []
  #batchCount = 0

  constructor(op: string, log: ProblemLog, options: CsvOptions, batchRows: number = Infinity) {
    checkOptions(op, options)
    this.#op = op
    this.#log = log
    this.#options = options
    this.#batchRows = batchRows
    this.#leadingLines = new LeadingLines(options.skipLines ?? 0)
  }

  /** Whether `maxRows` rows were read: what follows is not looked at. */
  get done(): boolean {
    return this.#rowsRead >= (this.#options.maxRows ?? Infinity)
  }

  push(piece: string): void {
    if (this.done) return
    const text = this.#leadingLines.skip(piece)
    if (text === '') return
    if (this.#head === undefined) this.#scan((scanner) => scanner.push(text))
    else {
      this.#head += text
      if (this.#head.length >= sampleLength) this.#start(this.#head, false)
    }
  }

  /** The tables that are full. */
  *takeBatches(encoding: string | undefined): Generator<Table> {
    for (const batch of this.#batches.splice(0)) yield { ...batch, dialect: { ...batch.dialect, encoding } }
  }

  /** The tables that are left, at least one in all, once what only the end shows is reported. */
  end(encoding: string | undefined): Table[] {
    if (this.#head !== undefined) this.#start(this.#head, true)
    if (!this.done) this.#scan((scanner) => scanner.end())
    const body =
      this.#body ??
      this.#log.fail(this.#op, { code: 'EMPTY', message: 'there is no table: the file is empty or blank.' })
    this.#remarks.report(this.#log)
    this.#blankLines.report(this.#log)
    if (this.#rowsRead === 0 && this.#bad.count === 0) {
      this.#log.fail(this.#op, { code: 'NO_ROWS', message: 'there is a header, but no row after it.' })
    }
    if (body.rows.length > 0 || this.#batchCount === 0) this.#finishBatch(body)
    body.typer.end()
    return [...this.takeBatches(encoding)]
  }

  #start(head: string, whole: boolean): void {
    this.#head = undefined
    const { rest, scanning } = settleDialect(this.#op, this.#log, this.#options, head, whole)
    this.#scanning = scanning
    this.#scanner = new RecordScanner(scanning, {
      record: (record) => this.#record(record),
      remark: (code, line, place, value) =>
        this.#remarks.add(code, { line, column: this.#body?.header.names[place], value }),
    })
    this.#scan((scanner) => scanner.push(rest))
  }

  #scan(step: (scanner: RecordScanner) => void): void {
    try {
      step(this.#scanner!)
    } catch (error) {
      if (!(error instanceof ScanFault)) throw error
      this.#log.fail(this.#op, faultProblem(error, this.#body?.header.names, this.#scanning!, this.#options))
    }
  }

  #record(record: CsvRecord): void {
    if (this.done) return
    if (isBlank(record)) {
      this.#blankLines.skip(record.line)
      return
    }
    if (this.#body === undefined) {
      this.#body = this.#begin(record)
      if (this.#body.header.cells) return
    }
    this.#blankLines.rowFollows()
    const { rows } = this.#body
    if (!rows.add(record)) return
    this.#rowsRead++
    if (rows.length >= this.#batchRows) this.#finishBatch(this.#body)
  }

  #begin(record: CsvRecord): Body {
    this.#blankLines.tableBegins()
    const [op, log, options, scanning] = [this.#op, this.#log, this.#options, this.#scanning!]
    const header = readHeader(op, log, options, record)
    return {
      header,
      rows: new RowCollector(log, options, header, scanning.delimiter, this.#bad),
      typer: new TableTyper(op, log, options, header, scanning, this.#bad),
    }
  }

  #finishBatch({ rows, typer }: Body): void {
    this.#batches.push(typer.table(rows.take()))
    this.#batchCount++
  }
}
