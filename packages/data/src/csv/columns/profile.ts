import { booleanWord } from '../boolean.ts'
import { dateParts } from '../date.ts'
import { hasLeadingZero, isInexact, numberShape } from '../number.ts'
import { missingWords, type CsvOptions } from '../options.ts'
import type { RawColumn } from './raw-column.ts'

/** What the cells of a column look like, before it has a type. */
export interface Profile {
  readonly rows: number
  /** Empty cells, and cells that `na` names. */
  empty: number
  /** Unquoted default words for "missing". */
  words: number
  whole: number
  point: number
  comma: number
  thousands: number
  nonFinite: number
  booleanWords: number
  zeroOne: number
  dates: number
  firstWord: number
  firstComma: number
  firstPoint: number
  firstLeadingZero: number
  firstInexact: number
}

/** What `na` is by default: words that are missing in columns of numbers and booleans. */
export const defaultWords: ReadonlySet<string> = new Set(missingWords)

export const isEmpty = (cell: string): boolean => cell === '' || cell.trim() === ''

/** Looks at every cell of a column. */
export function profileOf(column: RawColumn, na: CsvOptions['na']): Profile {
  const { cells, quotedWords } = column
  const named = na && new Set(na)
  const profile: Profile = {
    rows: cells.length,
    empty: 0,
    words: 0,
    whole: 0,
    point: 0,
    comma: 0,
    thousands: 0,
    nonFinite: 0,
    booleanWords: 0,
    zeroOne: 0,
    dates: 0,
    firstWord: -1,
    firstComma: -1,
    firstPoint: -1,
    firstLeadingZero: -1,
    firstInexact: -1,
  }
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row]!
    if (named?.has(cell) && !quotedWords.has(row)) {
      profile.empty++
      continue
    }
    const shape = numberShape(cell)
    if (
      (shape === 'none' || shape === 'word') &&
      named === undefined &&
      defaultWords.has(cell) &&
      !quotedWords.has(row)
    ) {
      if (profile.words++ === 0) profile.firstWord = row
      continue
    }
    if (shape === 'none') {
      if (isEmpty(cell)) profile.empty++
      else if (booleanWord(cell) !== undefined) profile.booleanWords++
      else if (dateParts(cell)) profile.dates++
      continue
    }
    if (shape === 'word') {
      profile.nonFinite++
      continue
    }
    if (profile[shape]++ === 0) {
      if (shape === 'point') profile.firstPoint = row
      if ((shape === 'comma' || shape === 'thousands') && profile.firstComma < 0) profile.firstComma = row
    }
    if (cell === '0' || cell === '1') profile.zeroOne++
    else if (profile.firstLeadingZero < 0 && hasLeadingZero(cell)) profile.firstLeadingZero = row
    if (cell.length > 15 && profile.firstInexact < 0 && isInexact(cell)) profile.firstInexact = row
  }
  return profile
}

/** Cells that hold something. */
export const presentCells = ({ rows, empty, words }: Profile): number => rows - empty - words

/** Numbers under one decimal mark; with a comma, 1,234 is one too. */
export function numbersUnder(decimal: '.' | ',', { whole, point, comma, thousands, nonFinite }: Profile): number {
  return whole + nonFinite + (decimal === '.' ? point : comma + thousands)
}
