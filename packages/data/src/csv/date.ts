/** Order of day, month and year. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd'

const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/
const YEAR_LAST = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})$/
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*(Z|[+-]\d{2}:?\d{2})?$/i

const millisecondsPerDay = 86_400_000

/** Splits `2024-05-01T12:30` or `1.5.2024 12:30` into its date and its time, which may be empty. */
function split(cell: string): [string, string] {
  const match = /^(\S+?)(?:T|\s+)(\d{1,2}:.*)$/i.exec(cell.trim())
  return match ? [match[1]!, match[2]!] : [cell.trim(), '']
}

/** Part of a day, less the offset from UTC; undefined where it is no time. */
function dayPart(time: string): number | undefined {
  if (time === '') return 0
  const match = TIME.exec(time)
  if (!match) return undefined
  const [, hours, minutes, seconds = '0', zone = 'Z'] = match
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) >= 60) return undefined
  const offset =
    zone.length < 3 ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)))
  return (Number(hours) * 60 + Number(minutes) - offset + Number(seconds) / 60) / 1440
}

/** The numbers of a date in the order written, and whether the year comes first; undefined where it is no date. */
export function dateParts(
  cell: string,
): { readonly numbers: readonly [number, number, number]; readonly yearFirst: boolean } | undefined {
  if (cell.length > 40) return undefined
  const [date, time] = split(cell)
  if (dayPart(time) === undefined) return undefined
  const first = YEAR_FIRST.exec(date)
  if (first) return { numbers: [Number(first[1]), Number(first[3]), Number(first[4])], yearFirst: true }
  const last = YEAR_LAST.exec(date)
  if (last) return { numbers: [Number(last[1]), Number(last[3]), Number(last[4])], yearFirst: false }
  return undefined
}

/**
 * Days since 1970-01-01 (UTC, the time of day as a fraction) of a cell such as `2024-05-01`, `1/5/2024` or
 * `01.05.2024 12:30`; undefined where it is no date in that order, or not in the calendar.
 */
export function parseDate(cell: string, order: DateOrder): number | undefined {
  const parts = dateParts(cell)
  if (!parts || parts.yearFirst !== (order === 'ymd')) return undefined
  const [a, b, c] = parts.numbers
  const [year, month, day] = order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b]
  const milliseconds = new Date(0).setUTCFullYear(year, month - 1, day)
  const back = new Date(milliseconds)
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return undefined
  return milliseconds / millisecondsPerDay + dayPart(split(cell)[1])!
}
