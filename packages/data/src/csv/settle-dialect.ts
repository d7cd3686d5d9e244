import { detectDelimiter, sampleOf } from './dialect.ts'
import type { CsvOptions } from './options.ts'
import type { ProblemLog } from './problem.ts'
import { checkDelimiter, checkOneColumn, checkPreamble } from './sample-checks.ts'
import type { ScanOptions } from './scan.ts'

/** A quarter of the longest text that JavaScript engines hold: a record waits until it is complete, or doubled. */
const maxRecordLength = 1 << 27

/** The line by which spreadsheets name the delimiter. */
const separatorLine = /^"?sep=([^"\r\n])"?[^\S\r\n\t]*(?:\r\n|\n|\r|$)/i

/**
 * How a file is to be scanned, by the options and else by what its beginning looks like, and the text that is left
 * after a line that names the delimiter.
 *
 * @param text the beginning, after the lines to skip
 * @param whole whether the text is all of the file
 * @throws {TableError} where the beginning looks like no table, or like one under another delimiter
 */
export function settleDialect(
  op: string,
  log: ProblemLog,
  options: CsvOptions,
  text: string,
  whole: boolean,
): { readonly rest: string; readonly scanning: ScanOptions } {
  let rest = text
  let firstLine = 1 + (options.skipLines ?? 0)
  let asked = options.delimiter
  const separator = separatorLine.exec(rest)
  if (separator) {
    asked ??= separator[1]!
    rest = rest.slice(separator[0].length)
    firstLine++
  }
  const quote = options.quote ?? '"'
  const common: Omit<ScanOptions, 'delimiter'> = {
    quote,
    escape: options.escape ?? quote,
    comment: options.comment,
    maxFieldLength: options.maxFieldLength ?? 1 << 20,
    maxColumns: options.maxColumns ?? 10_000,
    maxRecordLength,
    firstLine,
  }
  const delimiter = asked ?? detectDelimiter(rest, whole, common)
  const scanning = { ...common, delimiter: delimiter ?? ',' }
  const { records } = sampleOf(rest, whole, scanning)
  if (records.length > 0) {
    if (delimiter === undefined) checkOneColumn(op, log, records)
    else if (asked !== undefined) checkDelimiter(log, records, asked)
    checkPreamble(op, log, records)
  }
  return { rest, scanning }
}
