import { dateParts, type DateOrder } from '../date.ts'
import { quoted } from '../printable.ts'
import type { UntypedColumn } from './untyped-column.ts'

/** The order that most dates of a column are written in: a number above 12 is the day. It holds for all of the file. */
export function dateOrder(column: UntypedColumn): DateOrder {
  const { name, cells, dateOrders } = column
  const settled = dateOrders.get(name)
  if (settled !== undefined) return settled
  const settle = (order: DateOrder): DateOrder => {
    dateOrders.set(name, order)
    return order
  }
  const parts = cells.map((cell, row) => (column.isMissing(row) ? undefined : dateParts(cell)))
  const yearLast = parts.flatMap((part, row) => (part?.yearFirst === false ? [row] : []))
  const yearFirst = parts.filter((part) => part?.yearFirst === true).length
  if (yearFirst > 0 && yearFirst >= yearLast.length) return settle('ymd')
  if (yearLast.some((row) => parts[row]!.numbers[0] > 12)) return settle('dmy')
  if (yearLast.some((row) => parts[row]!.numbers[1] > 12)) return settle('mdy')
  const [first, ...others] = yearLast
  if (first === undefined) return 'ymd'
  // None of them is at fault alone: they are bad together, and this is said once.
  column.bad(
    first,
    {
      code: 'DATE_AMBIGUOUS',
      message: `${quoted(cells[first]!)} may have the day or the month first, and no other date of the column tells.`,
      setting: column.setType('date:dmy'),
    },
    others,
  )
  return 'dmy'
}
