import type { NumberColumn } from '../../table/table.ts'
import { parseNumber, parseStripped } from '../number.ts'
import type { ColumnTypeName } from '../options.ts'
import { quoted } from '../printable.ts'
import { presentCells } from './profile.ts'
import type { UntypedColumn } from './untyped-column.ts'

/** How the cells of a column become numbers. */
export interface NumberReading {
  readonly parse: (cell: string) => number | undefined
  /** What a cell has to be, for messages. */
  readonly what: string
  readonly asked?: ColumnTypeName
  /** Numbers in the column, where they are why it is read so. */
  readonly numbers?: number
}

/** Numbers as they are, with the decimal mark of the file. */
export function plainNumbers({ decimal }: UntypedColumn): NumberReading {
  return { parse: (cell) => parseNumber(cell, decimal), what: 'a number' }
}

/** A column of numbers, NaN where one is missing. */
export function numberColumn(column: UntypedColumn, reading: NumberReading): NumberColumn {
  const { name, cells, named } = column
  const { parse, asked } = reading
  const values = new Float64Array(cells.length)
  let missingCount = 0
  for (let row = 0; row < cells.length; row++) {
    // No default word for "missing" is a finite number, so most cells need not be looked up.
    const value = named && column.isMissing(row) ? NaN : parse(cells[row]!)
    if (value !== undefined && Number.isFinite(value)) values[row] = value
    else {
      values[row] = NaN
      missingCount++
      if (column.isMissing(row)) continue
      if (value === undefined) badNumber(column, row, reading)
      else if (!column.isNonFiniteMissing) {
        column.bad(row, {
          code: 'NONFINITE',
          message: `${quoted(cells[row]!)} is not a finite number.`,
          advice: 'Correct it, or count such values as missing.',
          setting: { option: 'nonFinite', value: 'missing' },
        })
      }
    }
  }
  const inexact = column.profile.firstInexact
  if (asked === 'number' && inexact >= 0) {
    column.noteCell(inexact, {
      code: 'PRECISION',
      severity: 'warning',
      message: `${quoted(cells[inexact]!)} is too large to be exact: it is rounded to ${values[inexact]}.`,
    })
  }
  return { kind: 'number', name, values, missingCount, asked }
}

const totals = /^\W*(?:grand |sub)?(?:total|sum|average|mean|count)\b/i

function badNumber(column: UntypedColumn, row: number, { what, asked, numbers }: NumberReading): void {
  const cell = column.cells[row]!
  const others =
    numbers === undefined ? '' : `, but ${numbers} of the ${presentCells(column.profile)} values of the column are`
  const problem = { code: 'TYPE', message: `${quoted(cell)} is not ${what}${others}.` } as const
  if (asked === 'number' && parseStripped(cell, column.decimal) !== undefined) {
    column.bad(row, { ...problem, setting: column.setType('number:strip') })
  } else if (totals.test(cell)) {
    column.bad(row, { ...problem, advice: 'It looks like a row of totals: take it out.' })
  } else if (asked === undefined) {
    column.bad(row, {
      ...problem,
      advice: 'Correct it, name it in na if it means "missing", or keep the column as text.',
      setting: column.setType('category'),
    })
  } else {
    column.bad(row, { ...problem, advice: 'Correct it, or name it in na if it means "missing".' })
  }
}
