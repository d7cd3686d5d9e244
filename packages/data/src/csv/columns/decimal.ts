import { quoted } from '../printable.ts'
import type { ProblemLog } from '../problem.ts'
import { numbersUnder, presentCells, type Profile } from './profile.ts'
import type { RawColumn } from './raw-column.ts'

/** Whether most cells could be numbers under one decimal mark or the other. */
function mostlyNumbers(profile: Profile): boolean {
  const numbers = numbersUnder('.', profile) + profile.comma + profile.thousands
  return numbers > presentCells(profile) / 2
}

/** The decimal mark of a file: a comma if columns of numbers use it, and none uses a point. Logs what it finds. */
export function detectDecimal(
  columns: readonly RawColumn[],
  profiles: readonly Profile[],
  lines: ArrayLike<number>,
  log: ProblemLog,
): '.' | ',' {
  const numeric = profiles
    .map((profile, i) => ({ profile, column: columns[i]! }))
    .filter(({ profile }) => mostlyNumbers(profile))
  const comma = numeric.find(({ profile }) => profile.comma > 0)
  if (!comma) return '.'
  const row = comma.profile.firstComma
  const value = comma.column.cells[row]!
  const point = numeric.find(({ profile }) => profile.point > 0)
  const problem = { line: lines[row], column: comma.column.name, value, setting: { option: 'decimal', value: ',' } }
  if (point) {
    const other = point.profile.firstPoint
    log.add({
      ...problem,
      code: 'DECIMAL_MIXED',
      severity: 'error',
      message: `${quoted(value)} has a decimal comma, but ${quoted(point.column.cells[other]!)} in line ${lines[other]}, column ${quoted(point.column.name)}, has a point.`,
      advice: 'Write all numbers alike, or say which mark is meant.',
    })
    return '.'
  }
  log.add({
    ...problem,
    code: 'DECIMAL',
    severity: 'warning',
    message: `${quoted(value)} is read as a number with a decimal comma.`,
  })
  return ','
}
