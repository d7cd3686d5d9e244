import type { Column } from '../../table/table.ts'
import { parseNumber, parseStripped } from '../number.ts'
import { quoted } from '../printable.ts'
import { booleanColumn } from './boolean-column.ts'
import { labelColumn } from './label-column.ts'
import { numberColumn, plainNumbers } from './number-column.ts'
import { numbersUnder, presentCells } from './profile.ts'
import type { UntypedColumn } from './untyped-column.ts'

/** The column under the type that its cells allow; text that could have been more says so. */
export function inferColumn(column: UntypedColumn): Column {
  const { booleanWords, zeroOne, dates } = column.profile
  const present = presentCells(column.profile)
  const numbers = numbersUnder(column.decimal, column.profile)
  if (present === 0) return numberColumn(column, plainNumbers(column))
  if (booleanWords > 0 && booleanWords + zeroOne === present) return booleanColumn(column)
  const isCode = holdsCodes(column)
  const isAmounts = numbers < present && holdsAmounts(column)
  // A few amounts (12 kg, $5) among numbers are bad cells; more than a few are what the column holds.
  const isNumbers = numbers > present / 2 && !(isAmounts && numbers < 0.9 * present)
  if (isNumbers && !isCode) return numberColumn(column, { ...plainNumbers(column), numbers })
  if (isCode) noteCode(column)
  else if (isAmounts) noteAmount(column)
  else if (dates === present) noteDate(column)
  return labelColumn(column)
}

/** Whether its numbers are kept as text: leading zeros, or more digits than a double holds. */
function holdsCodes({ profile: { whole, firstLeadingZero, firstInexact } }: UntypedColumn): boolean {
  return whole > 0 && (firstLeadingZero >= 0 || firstInexact >= 0)
}

/** Whether all cells are numbers once units and separators are taken off. */
function holdsAmounts(column: UntypedColumn): boolean {
  const { cells, decimal } = column
  let any = false
  for (let row = 0; row < cells.length; row++) {
    if (column.isMissing(row)) continue
    if (parseStripped(cells[row]!, decimal) === undefined) return false
    any = true
  }
  return any
}

function noteCode(column: UntypedColumn): void {
  const { firstLeadingZero, firstInexact } = column.profile
  const setting = column.setType('number')
  if (firstLeadingZero >= 0) {
    column.noteCell(firstLeadingZero, {
      code: 'LEADING_ZERO',
      severity: 'note',
      message: `${quoted(column.cells[firstLeadingZero]!)} has a leading zero: the column is kept as text.`,
      setting,
    })
  } else {
    column.noteCell(firstInexact, {
      code: 'PRECISION',
      severity: 'warning',
      message: `${quoted(column.cells[firstInexact]!)} is too large to be exact: the column is kept as text.`,
      setting,
    })
  }
}

function noteAmount(column: UntypedColumn): void {
  const row = column.findRow((cell) => parseNumber(cell, column.decimal) === undefined)
  column.noteCell(row, {
    code: 'NUMBER_AS_TEXT',
    severity: 'warning',
    message: `${quoted(column.cells[row]!)} looks like a number with a unit or separators: the column is kept as text.`,
    setting: column.setType('number:strip'),
  })
}

function noteDate(column: UntypedColumn): void {
  const row = column.findRow(() => true)
  column.noteCell(row, {
    code: 'DATE_AS_TEXT',
    severity: 'note',
    message: `${quoted(column.cells[row]!)} looks like a date: the column is kept as text.`,
    setting: column.setType('date'),
  })
}
