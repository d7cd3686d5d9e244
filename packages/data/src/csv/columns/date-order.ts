import { dateParts, type DateOrder } from '../date.ts'
import { quoted } from '../printable.ts'
import type { UntypedColumn } from './untyped-column.ts'

/** The order that the dates of a column are written in: a number above 12 is the day. */
export function dateOrder(column: UntypedColumn): DateOrder {
  const parts = column.cells.map((cell, row) => (column.isMissing(row) ? undefined : dateParts(cell)))
  const yearLast = parts.findIndex((part) => part?.yearFirst === false)
  if (yearLast < 0) return 'ymd'
  if (parts.some((part) => part?.yearFirst === false && part.numbers[0] > 12)) return 'dmy'
  if (parts.some((part) => part?.yearFirst === false && part.numbers[1] > 12)) return 'mdy'
  column.bad(yearLast, {
    code: 'DATE_AMBIGUOUS',
    message: `${quoted(column.cells[yearLast]!)} may have the day or the month first, and no other date of the column tells.`,
    setting: column.setType('date:dmy'),
  })
  return 'dmy'
}
