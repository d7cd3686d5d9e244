import { parseNumber } from './number.ts'
import type { CsvOptions } from './options.ts'
import { quoted } from './printable.ts'
import type { ProblemLog } from './problem.ts'
import type { CsvRecord } from './scan.ts'

/** The names of a table's columns. */
export interface Header {
  readonly names: readonly string[]
  /** The cells of the header as they are in the file; undefined without a header row. */
  readonly cells: readonly string[] | undefined
  /** Which columns have no name in the file. */
  readonly unnamed: readonly boolean[]
}

const placeName = (place: number): string => `column_${place + 1}`

const isNumber = (cell: string): boolean => parseNumber(cell, '.') !== undefined || parseNumber(cell, ',') !== undefined

/** The header that the first record of a table is, or that stands in for it. @throws {TableError} */
export function readHeader(op: string, log: ProblemLog, options: CsvOptions, { cells, line }: CsvRecord): Header {
  if (options.header === false) {
    return { names: cells.map((_, place) => placeName(place)), cells: undefined, unnamed: cells.map(() => true) }
  }
  const numbers = cells.filter(isNumber)
  const shown = numbers.slice(0, 3).map(quoted).join(', ')
  if (options.header === undefined && numbers.length === cells.length) {
    log.fail(op, {
      code: 'HEADER',
      line,
      value: cells[0]!,
      message: `the first row holds numbers (${shown}), not names.`,
      advice: 'Put a row of names first, or say that there is none.',
      setting: { option: 'header', value: false },
    })
  }
  const trimmed = cells.map((cell) => trimmedName(log, line, cell))
  if (numbers.length > 0) {
    log.add({
      code: 'HEADER_NUMERIC',
      severity: 'note',
      line,
      message: `the first row is taken for names, although ${shown} ${numbers.length === 1 ? 'is a number' : 'are numbers'}.`,
      setting: { option: 'header', value: false },
    })
  }
  const names = distinctNames(log, line, trimmed, options.dedupe ?? false)
  log.throwErrors(op)
  return { names, cells, unnamed: trimmed.map((name) => name === '') }
}

function trimmedName(log: ProblemLog, line: number, cell: string): string {
  const name = cell.trim()
  if (cell !== name && name !== '') {
    log.add({
      code: 'NAME_TRIMMED',
      severity: 'warning',
      line,
      column: name,
      value: cell,
      message: `the spaces around the name ${quoted(cell)} were taken off.`,
    })
  }
  return name
}

/** A name per column. With `dedupe`, repeated ones are numbered; else they are errors. */
function distinctNames(log: ProblemLog, line: number, given: readonly string[], dedupe: boolean): readonly string[] {
  const places = new Map<string, number>()
  const others = new Set(given)
  /** The next number to try, by name. */
  const numbers = new Map<string, number>()
  return given.map((name, place) => {
    const base = name === '' ? placeName(place) : name
    const before = places.get(base)
    let unique = base
    if (before !== undefined) {
      if (dedupe || name === '') {
        let k = numbers.get(base) ?? 2
        for (; places.has(unique) || others.has(unique); k++) unique = `${base}_${k}`
        numbers.set(base, k)
      } else {
        log.add({
          code: 'DUP_COLUMN',
          severity: 'error',
          line,
          column: name,
          message: `columns ${before + 1} and ${place + 1} have the same name.`,
          advice: 'Rename one, or have the later one renamed.',
          setting: { option: 'dedupe', value: true },
        })
      }
    }
    places.set(unique, place)
    return unique
  })
}
