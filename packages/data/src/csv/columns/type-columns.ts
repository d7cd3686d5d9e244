import type { Column } from '../../table/table.ts'
import { parseDate, type DateOrder } from '../date.ts'
import { parseStripped } from '../number.ts'
import type { ColumnTypeName, CsvOptions } from '../options.ts'
import { ProblemLog } from '../problem.ts'
import type { AskedTypes } from './asked-types.ts'
import { booleanColumn } from './boolean-column.ts'
import { dateOrder } from './date-order.ts'
import { detectDecimal, type DecimalMark } from './decimal.ts'
import { inferColumn } from './infer-column.ts'
import { labelColumn } from './label-column.ts'
import { numberColumn, plainNumbers } from './number-column.ts'
import { profileOf } from './profile.ts'
import type { RawColumn } from './raw-column.ts'
import { UntypedColumn, type Findings } from './untyped-column.ts'

type Typing = (column: UntypedColumn, asked: ColumnTypeName) => Column

const dateColumn = (column: UntypedColumn, asked: ColumnTypeName, order: DateOrder): Column =>
  numberColumn(column, { parse: (cell) => parseDate(cell, order), what: `a date in the order ${order}`, asked })

/** The column under each type that can be asked for. */
const typings: Readonly<Record<ColumnTypeName, Typing>> = {
  number: (column, asked) => numberColumn(column, { ...plainNumbers(column), asked }),
  'number:strip': (column, asked) =>
    numberColumn(column, { parse: (cell) => parseStripped(cell, column.decimal), what: 'a number', asked }),
  boolean: booleanColumn,
  category: labelColumn,
  text: labelColumn,
  date: (column, asked) => dateColumn(column, asked, dateOrder(column)),
  'date:dmy': (column, asked) => dateColumn(column, asked, 'dmy'),
  'date:mdy': (column, asked) => dateColumn(column, asked, 'mdy'),
  'date:ymd': (column, asked) => dateColumn(column, asked, 'ymd'),
  ignore: labelColumn,
}

/** Typed columns, the decimal mark they were read with, and what was found. */
export interface TypedColumns extends Findings {
  readonly columns: readonly Column[]
  readonly decimal: DecimalMark
}

/** What is the same in all rows of a file, and known once the first of them tell. */
export interface Settled {
  /** Detected in each table where undefined. */
  readonly decimal: '.' | ',' | undefined
  /** By column of dates. Typing adds the orders that it finds. */
  readonly dateOrders: Map<string, DateOrder>
}

/**
 * Gives each column the type asked for, or else the one that all its cells allow.
 *
 * @param lines physical line of each row
 */
export function typeColumns(
  raw: readonly RawColumn[],
  lines: ArrayLike<number>,
  types: AskedTypes,
  settled: Settled,
  options: CsvOptions,
): TypedColumns {
  const found: Findings = { log: new ProblemLog(), badLog: new ProblemLog(), badRows: new Map() }
  const profiles = raw.map((column) => profileOf(column, options.na))
  const decimal: DecimalMark = settled.decimal
    ? { mark: settled.decimal, mixed: [] }
    : detectDecimal(raw, profiles, lines)
  const context = { ...found, lines, decimal: decimal.mark ?? '.', dateOrders: settled.dateOrders, options }
  const columns = raw.map((each, i) => {
    const column = new UntypedColumn(each, profiles[i]!, context)
    const asked = types.get(column.name)
    return asked === undefined ? inferColumn(column) : typings[asked](column, asked)
  })
  return { columns, decimal, ...found }
}
