import type { CsvOptions } from './options.ts'
import { quoted } from './printable.ts'
import type { Problem } from './problem.ts'
import type { ScanFault, ScanOptions } from './scan.ts'

type FaultProblem = Pick<Problem, 'message' | 'advice' | 'setting'>

/** What breaks the rules of CSV, and what to do about it. */
const problems: Readonly<
  Record<ScanFault['code'], (value: string, scanning: ScanOptions, options: CsvOptions) => FaultProblem>
> = {
  QUOTE_OPEN: (value) => ({
    message: `the quote that opens here, before ${quoted(value.slice(1, 30))}, is never closed.`,
    advice: 'Close it, or double it where it is part of the text.',
  }),
  QUOTE_CLOSE: (value, { quote }, { escape }) => ({
    message: `text follows a closing quote in ${quoted(value)}.`,
    ...(value.includes(`\\${quote}`) && escape === undefined
      ? { setting: { option: 'escape', value: '\\' } }
      : { advice: 'Double the quotes inside a quoted cell.' }),
  }),
  FIELD_TOO_LONG: (_, { maxFieldLength }) => ({
    message: `a cell is longer than ${maxFieldLength} characters.`,
    advice: 'Usually a closing quote is missing; else raise maxFieldLength.',
  }),
  TOO_WIDE: (_, { maxColumns }) => ({
    message: `the row has more than ${maxColumns} cells.`,
    advice: 'Usually the delimiter or the line ends are wrong; else raise maxColumns.',
  }),
  ROW_TOO_LONG: (_, { maxRecordLength }) => ({
    message: `the row is longer than ${maxRecordLength} characters.`,
    advice: 'Usually the line ends are wrong.',
  }),
}

/** A fault of the scanner as a problem of the file. */
export function faultProblem(
  { code, line, column, value }: ScanFault,
  names: readonly string[] | undefined,
  scanning: ScanOptions,
  options: CsvOptions,
): Omit<Problem, 'severity'> {
  return { code, line, column: names?.[column], value, ...problems[code](value, scanning, options) }
}
