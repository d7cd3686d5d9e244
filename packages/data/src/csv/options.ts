import type { Severity } from './problem.ts'

/** What a column can be asked to be. `ignore` leaves it out of the table. */
export type ColumnTypeName =
  | 'number'
  | 'number:strip'
  | 'boolean'
  | 'category'
  | 'text'
  | 'date'
  | 'date:dmy'
  | 'date:mdy'
  | 'date:ymd'
  | 'ignore'

/** Every `ColumnTypeName`, for checks and help texts. */
export const columnTypeNames: readonly ColumnTypeName[] = [
  'number',
  'number:strip',
  'boolean',
  'category',
  'text',
  'date',
  'date:dmy',
  'date:mdy',
  'date:ymd',
  'ignore',
]

/** Which spellings of "missing" count in numeric and boolean columns; in text columns only the empty cell does. */
export const missingWords: readonly string[] = ['NA', 'N/A', 'NaN', 'null', 'NULL', 'None', '?', '-', '#N/A']

/** How a CSV file is read. Whatever is left out is detected or has the default named. */
export interface CsvOptions {
  /** A name that TextDecoder knows. Default: by byte order mark, else UTF-8. */
  readonly encoding?: string
  /** One character. Default: detected among comma, semicolon, tab and bar. */
  readonly delimiter?: string
  /** One character. Default `"`. */
  readonly quote?: string
  /** The character before a quote inside quotes. Default: the quote itself, that is, quotes are doubled. */
  readonly escape?: string
  /** Whether the first row holds the names. Default: yes, and an error when all of its cells are numbers. */
  readonly header?: boolean
  /** Default: detected for the whole file. */
  readonly decimal?: '.' | ','
  /** Lines that begin with this text are skipped. Default: none. */
  readonly comment?: string
  /** Physical lines to skip before the table. Default 0. */
  readonly skipLines?: number
  /** Renames repeated names (`x`, `x_2`). Default false: they are an error. */
  readonly dedupe?: boolean
  /** Spellings of "missing", in columns of every type. Default: `missingWords`, in numeric and boolean columns only. */
  readonly na?: readonly string[]
  /** Types by column name; a function is asked for every column. Default: by what all cells allow. */
  readonly types?: Readonly<Record<string, ColumnTypeName>> | ((name: string) => ColumnTypeName | undefined)
  /** Joins labels that differ only by case or spaces, into the most frequent spelling. Default false. */
  readonly normalizeLabels?: boolean
  /** Infinite and non-number values in numeric columns: an error (default), or missing. */
  readonly nonFinite?: 'error' | 'missing'
  /** A row that repeats the header: an error (default), or skipped. */
  readonly repeatedHeader?: 'error' | 'skip'
  /**
   * Rows with too many or too few cells, or with a cell of the wrong type: `error` (default) reads on, then throws;
   * `skip` leaves them out with a warning; `report` leaves them out, and keeps the errors in the table's report.
   */
  readonly onBadRow?: 'error' | 'skip' | 'report'
  /**
   * Most bad rows, as a share of all, that `onBadRow: 'skip'` accepts, 0 to 1. Default 0.01. All that are found count,
   * in batches those of the batches before too.
   */
  readonly maxBadRows?: number
  /** Data rows after which reading stops. Default: no limit. */
  readonly maxRows?: number
  /** Most UTF-16 units of a cell. Default 1,048,576. */
  readonly maxFieldLength?: number
  /** Most columns. Default 10,000. */
  readonly maxColumns?: number
}

/** How bad rows and cells are logged. */
export function badRowSeverity({ onBadRow }: CsvOptions): Severity {
  return onBadRow === 'skip' ? 'warning' : 'error'
}
