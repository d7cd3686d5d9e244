/*
 * The record scanner: text in pieces -> cells, each record with the physical line it starts on. It is this package's
 * own, and not csv-parse (which the tests use as its oracle), because training needs three things that csv-parse 7
 * does not give: the line on which an unclosed quote opens and correct lines after a CRLF inside quotes; which cells
 * were quoted (`"NA"` is data, `NA` is missing) at a bearable price; and one browser module of a few kilobytes.
 */

/** How the cells of a file are told apart. */
export interface ScanOptions {
  /** One character between cells. */
  readonly delimiter: string
  /** One character around cells. */
  readonly quote: string
  /** One character before a quote inside a quoted cell; the quote itself where quotes are doubled. */
  readonly escape: string
  /** Lines that begin with this text are skipped. */
  readonly comment: string | undefined
  /** Most UTF-16 units of a cell. */
  readonly maxFieldLength: number
  /** Most cells of a record. */
  readonly maxColumns: number
  /** Most UTF-16 units of a record, give or take what comes at once. */
  readonly maxRecordLength: number
  /** Physical line of the first character. */
  readonly firstLine: number
}

/** One record: its cells with quotes taken off, which of them were quoted, and where it starts. */
export interface CsvRecord {
  readonly cells: string[]
  /** Positions of the quoted cells, in order; undefined when none was. */
  readonly quoted: number[] | undefined
  /** Physical line of the first character, from 1. */
  readonly line: number
  /** False for a last record without a line end. */
  readonly ended: boolean
}

/** What the scanner lets pass, but mentions. */
export type ScanRemark = 'QUOTE_BARE' | 'QUOTE_SPACE' | 'LINE_ENDS'

/** Receives what the scanner finds. */
export interface ScanHandler {
  record(record: CsvRecord): void
  remark(code: ScanRemark, line: number, column: number, value: string): void
}

/** The text breaks the rules of CSV in a way that leaves no safe reading. */
export class ScanFault extends Error {
  readonly code: 'QUOTE_OPEN' | 'QUOTE_CLOSE' | 'FIELD_TOO_LONG' | 'TOO_WIDE' | 'ROW_TOO_LONG'
  readonly line: number
  /** Position of the cell in its record, from 0; -1 where it is the record itself. */
  readonly column: number
  readonly value: string

  constructor(code: ScanFault['code'], line: number, column: number, value: string) {
    super(code)
    this.code = code
    this.line = line
    this.column = column
    this.value = value
  }
}

const LF = 10
const CR = 13
const SPACE = 32
const TAB = 9

/** Line breaks (CRLF, LF or CR) in `text` from `start` to `end`. */
export function countLineBreaks(text: string, start = 0, end: number = text.length): number {
  let count = 0
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === LF || (code === CR && !(i + 1 < end && text.charCodeAt(i + 1) === LF))) count++
  }
  return count
}

/** Whether an escape at `position` stands before a quote or another escape; before anything else it is plain text. */
function isEscape(text: string, position: number, escape: string, quote: string): boolean {
  return text[position + 1] === quote || (escape !== quote && text[position + 1] === escape)
}

/** The first escape that works from `from` to `end` (a quote, or the end of the text), or -1. */
function firstEscaped(text: string, from: number, end: number, escape: string, quote: string): number {
  const section = text.slice(from, end)
  let at = section.indexOf(escape)
  while (at >= 0 && from + at + 1 < text.length && !isEscape(text, from + at, escape, quote)) {
    at = section.indexOf(escape, at + 1)
  }
  return at < 0 ? -1 : from + at
}

/**
 * Splits text into records: RFC 4180 with any line ends (CRLF, LF, CR, mixed), any one-character delimiter, doubled or
 * escaped quotes. What RFC 4180 leaves open is settled so that nothing is lost: a quote inside an unquoted cell is
 * text, and spaces around a quoted cell go; both are remarked. What cannot be read safely throws `ScanFault`.
 *
 * Text comes in pieces of any length; a record is passed on when its end is seen. Blank lines are records of one cell.
 */
export class RecordScanner {
  readonly #options: ScanOptions
  readonly #handler: ScanHandler
  readonly #delimiter: number
  readonly #quote: number
  #rest = ''
  /** How long the rest must be to be scanned. */
  #enough = 0
  #inComment = false
  #line: number
  #lineEnd = 0

  constructor(options: ScanOptions, handler: ScanHandler) {
    this.#options = options
    this.#handler = handler
    this.#delimiter = options.delimiter.charCodeAt(0)
    this.#quote = options.quote.charCodeAt(0)
    this.#line = options.firstLine
  }

  /** Takes the next piece of text. */
  push(text: string): void {
    this.#rest += text
    if (this.#rest.length >= this.#enough) this.#scan(false)
  }

  /** Takes the end of the text. */
  end(): void {
    this.#scan(true)
  }

  #scan(last: boolean): void {
    const text = this.#rest
    let start = 0
    while (start < text.length) {
      const next = this.#inComment ? this.#comment(text, start, last) : this.#record(text, start, last)
      if (next <= start) break
      start = next
    }
    this.#rest = text.slice(start)
    if (this.#rest.length > this.#options.maxRecordLength) throw new ScanFault('ROW_TOO_LONG', this.#line, -1, '')
    // A record that goes on is scanned from its start again: each time that it has doubled, or many pieces would cost
    // the square of their number.
    this.#enough = 2 * this.#rest.length
  }

  /** Scans one record from `start`; the position after it, or -1 where `text` ends before it does. */
  #record(text: string, start: number, last: boolean): number {
    const { comment } = this.#options
    if (comment !== undefined) {
      if (!last && text.length - start < comment.length) return -1
      if (text.startsWith(comment, start)) return this.#comment(text, start, last)
    }
    const cells: string[] = []
    let quoted: number[] | undefined
    // Remarks and the line wait until the record is complete: an incomplete one is scanned again.
    const remarks: [ScanRemark, number, number, string][] = []
    let line = this.#line
    let position = start
    for (;;) {
      if (cells.length >= this.#options.maxColumns) throw new ScanFault('TOO_WIDE', this.#line, cells.length, '')
      const open = this.#quoteStart(text, position)
      if (open - position > this.#options.maxFieldLength) throw new ScanFault('FIELD_TOO_LONG', line, cells.length, '')
      if (open === text.length && open > position && !last) return -1
      if (text.charCodeAt(open) === this.#quote) {
        const cell = this.#quotedCell(text, open, line, cells.length, last)
        if (cell === undefined) return -1
        if (open > position || cell.spaceAfter) remarks.push(['QUOTE_SPACE', line, cells.length, cell.value])
        line += countLineBreaks(text, open, cell.end)
        quoted ??= []
        quoted.push(cells.length)
        cells.push(cell.value)
        position = cell.end
      } else {
        const end = this.#unquotedEnd(text, position)
        if (end - position > this.#options.maxFieldLength) {
          throw new ScanFault('FIELD_TOO_LONG', line, cells.length, text.slice(position, position + 200))
        }
        if (end === text.length && !last) return -1
        const value = text.slice(position, end)
        if (value.includes(this.#options.quote)) remarks.push(['QUOTE_BARE', line, cells.length, value])
        cells.push(value)
        position = end
      }
      if (position >= text.length) {
        if (!last) return -1
        this.#emit({ cells, quoted, line: this.#line, ended: false }, remarks)
        this.#line = line
        return position
      }
      if (text.charCodeAt(position) !== this.#delimiter) break
      position++
    }
    const next = this.#lineBreak(text, position, line, last)
    if (next < 0) return -1
    this.#emit({ cells, quoted, line: this.#line, ended: true }, remarks)
    this.#line = line + 1
    return next
  }

  #emit(record: CsvRecord, remarks: readonly [ScanRemark, number, number, string][]): void {
    for (const remark of remarks) this.#handler.remark(...remark)
    this.#handler.record(record)
  }

  /** Where an opening quote would stand: after the spaces (and tabs, if they do not delimit) from `position`. */
  #quoteStart(text: string, position: number): number {
    const code = text.charCodeAt(position)
    if (code !== SPACE && code !== TAB) return position
    let i = position
    for (; i < text.length; i++) {
      const each = text.charCodeAt(i)
      if (each === this.#delimiter || (each !== SPACE && each !== TAB)) break
    }
    return i === text.length || text.charCodeAt(i) === this.#quote ? i : position
  }

  #unquotedEnd(text: string, position: number): number {
    const delimiter = this.#delimiter
    let i = position
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === delimiter || code === LF || code === CR) break
    }
    return i
  }

  #quotedCell(
    text: string,
    open: number,
    line: number,
    column: number,
    last: boolean,
  ): { value: string; end: number; spaceAfter: boolean } | undefined {
    const { quote, escape, maxFieldLength } = this.#options
    const fault = (code: ScanFault['code'], at = line): ScanFault =>
      new ScanFault(code, at, column, text.slice(open, open + 200))
    let value = ''
    let from = open + 1
    let close = open
    for (;;) {
      // Escapes before it do not change where the next quote is.
      if (close < from) close = text.indexOf(quote, from)
      if (close < 0) close = text.length
      if (close - open > maxFieldLength) throw fault('FIELD_TOO_LONG')
      const escaped = escape === quote ? close : firstEscaped(text, from, close, escape, quote)
      if (escaped + 1 === text.length && !last) return undefined
      if (escaped >= 0 && isEscape(text, escaped, escape, quote)) {
        value += text.slice(from, escaped) + text[escaped + 1]
        from = escaped + 2
      } else if (close < text.length) {
        break
      } else if (last) {
        throw fault('QUOTE_OPEN')
      } else {
        return undefined
      }
    }
    value += text.slice(from, close)
    let end = close + 1
    while (end < text.length) {
      const code = text.charCodeAt(end)
      if (code === this.#delimiter || code === LF || code === CR) break
      if (code !== SPACE && code !== TAB) throw fault('QUOTE_CLOSE', line + countLineBreaks(text, open, end))
      end++
    }
    if (end - close > maxFieldLength) throw fault('FIELD_TOO_LONG')
    return { value, end, spaceAfter: end > close + 1 }
  }

  /** Passes the line break at `position`; the position after it, or -1 where a CR may be half of a CRLF. */
  #lineBreak(text: string, position: number, line: number, last: boolean): number {
    const code = text.charCodeAt(position)
    if (code === CR && position + 1 === text.length && !last) return -1
    const kind = code === LF ? 1 : text.charCodeAt(position + 1) === LF ? 2 : 3
    if (this.#lineEnd === 0) this.#lineEnd = kind
    else if (this.#lineEnd !== kind && this.#lineEnd > 0) {
      this.#handler.remark('LINE_ENDS', line, 0, '')
      this.#lineEnd = -1
    }
    return position + (kind === 2 ? 2 : 1)
  }

  /** Passes a comment line, or what there is of it: it may be longer than memory. */
  #comment(text: string, start: number, last: boolean): number {
    let i = start
    while (i < text.length && text.charCodeAt(i) !== LF && text.charCodeAt(i) !== CR) i++
    const next = i === text.length ? -1 : this.#lineBreak(text, i, this.#line, last)
    this.#inComment = next < 0
    if (next < 0) return i
    this.#line++
    return next
  }
}
