import { commonWidth, delimiterName, delimiters, unusualDelimiter } from './dialect.ts'
import { quoted } from './printable.ts'
import type { ProblemLog } from './problem.ts'
import type { CsvRecord } from './scan.ts'

/** A table of one column may have a delimiter that is not tried: an error. */
export function checkOneColumn(op: string, log: ProblemLog, records: readonly CsvRecord[]): void {
  if (records.some((record) => record.quoted !== undefined)) return
  const separator = unusualDelimiter(records.map(({ cells }) => cells[0]!))
  if (separator === undefined) return
  log.fail(op, {
    code: 'DELIMITER',
    line: records[0]!.line,
    message: `no delimiter was found (tried ${delimiters.map(delimiterName).join(', ')}), but ${delimiterName(separator)} splits every line alike.`,
    setting: { option: 'delimiter', value: separator },
  })
}

/** The delimiter asked for may be nowhere, while another is there: a warning. */
export function checkDelimiter(log: ProblemLog, records: readonly CsvRecord[], delimiter: string): void {
  const { cells, line } = records[0]!
  const value = cells[0]!
  const other = delimiters.find((each) => value.includes(each))
  if (other === undefined || records.some((record) => record.cells.length > 1 || record.quoted !== undefined)) return
  log.add({
    code: 'DELIMITER',
    severity: 'warning',
    line,
    value,
    message: `no line has a ${delimiterName(delimiter)}, so there is one column, but the first line has a ${delimiterName(other)}.`,
    setting: { option: 'delimiter', value: other },
  })
}

/** Title or comment lines before the table are narrower than the table: an error. */
export function checkPreamble(op: string, log: ProblemLog, records: readonly CsvRecord[]): void {
  const width = commonWidth(records)
  const start = records.findIndex(({ cells }) => cells.length === width)
  const first = records[0]!
  if (start <= 0 || start > 20 || width < 2 || records.length - start < 2) return
  const before = records.slice(0, start)
  if (before.some(({ cells }) => cells.length >= width)) return
  // Of two lines as wide as most, one would be the header; a single short one may be a header with a name left out.
  if (start === 1 && first.cells.length > 1) return
  const mark = ['#', '%', '//'].find((each) => before.every(({ cells }) => cells[0]!.startsWith(each)))
  const next = records[start]!
  log.fail(op, {
    code: 'PREAMBLE',
    line: first.line,
    value: first.cells[0]!,
    message: `the table seems to start in line ${next.line}, which has ${width} cells; ${quoted(first.cells[0]!)} before it has ${first.cells.length}.`,
    setting: mark === undefined ? { option: 'skipLines', value: next.line - 1 } : { option: 'comment', value: mark },
  })
}
