import { quoted } from '../printable.ts'
import type { Problem, Setting } from '../problem.ts'
import { numbersUnder, presentCells, type Profile } from './profile.ts'
import type { RawColumn } from './raw-column.ts'

/** A column with decimal commas where other numbers have a point. */
export interface MixedColumn {
  readonly name: string
  /** The first cell with a comma, and its line. */
  readonly value: string
  readonly line: number | undefined
  /** How many cells have a comma. */
  readonly count: number
  /** Where the first point is. */
  readonly point: string
}

/** The decimal mark of a table, and what is to be said about it. */
export interface DecimalMark {
  /** Undefined where numbers have none, or not the same: then it is read as a point. */
  readonly mark: '.' | ',' | undefined
  readonly remark?: Problem
  /** Not empty where the marks are mixed. */
  readonly mixed: readonly MixedColumn[]
}

/** The option that asks for decimal commas. */
export const decimalComma: Setting = { option: 'decimal', value: ',' }

/** Whether most cells could be numbers under one decimal mark or the other. */
function mostlyNumbers(profile: Profile): boolean {
  const numbers = numbersUnder('.', profile) + profile.comma + profile.thousands
  return numbers > presentCells(profile) / 2
}

/** The decimal mark of a table: the one that its columns of numbers agree on. */
export function detectDecimal(
  columns: readonly RawColumn[],
  profiles: readonly Profile[],
  lines: ArrayLike<number>,
): DecimalMark {
  const numeric = profiles
    .map((profile, i) => ({ profile, column: columns[i]! }))
    .filter(({ profile }) => mostlyNumbers(profile))
  const commas = numeric
    .filter(({ profile }) => profile.comma > 0)
    .map(({ profile: { firstComma, comma, thousands }, column: { name, cells } }) => ({
      name,
      value: cells[firstComma]!,
      line: lines[firstComma],
      count: comma + thousands,
    }))
  const [first] = commas
  const points = numeric.find(({ profile }) => profile.point > 0)
  if (first === undefined) return { mark: points && '.', mixed: [] }
  if (points === undefined) return { mark: ',', remark: commaRemark(first), mixed: [] }
  const { firstPoint } = points.profile
  const { name, cells } = points.column
  const point = `${quoted(cells[firstPoint]!)} in line ${lines[firstPoint]}, column ${quoted(name)}`
  return { mark: undefined, mixed: commas.map((column) => ({ ...column, point })) }
}

function commaRemark({ name, value, line }: Omit<MixedColumn, 'point'>): Problem {
  return {
    code: 'DECIMAL',
    severity: 'warning',
    line,
    column: name,
    value,
    message: `${quoted(value)} is read as a number with a decimal comma.`,
    setting: decimalComma,
  }
}
