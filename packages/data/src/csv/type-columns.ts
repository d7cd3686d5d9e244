import { missingBoolean, textColumn, type Column, type NumberColumn } from '../table/table.ts'
import { booleanPair, booleanWord, parseBoolean } from './boolean.ts'
import { dateParts, parseDate, type DateOrder } from './date.ts'
import { hasLeadingZero, isInexact, numberShape, parseNumber, parseStripped } from './number.ts'
import { missingWords, type ColumnTypeName } from './options.ts'
import { quoted } from './printable.ts'
import type { Problem, ProblemLog, Severity } from './problem.ts'

/** A column as it was read: one text per row. */
export interface RawColumn {
  readonly name: string
  cells: string[]
  /** Rows in which a word for "missing" stood in quotes, and so is data. */
  quotedWords: Set<number>
}

/** What typing needs to know beside the cells. */
export interface TypingOptions {
  /** Words that are missing in columns of every type; undefined: `missingWords`, in numeric and boolean ones. */
  readonly na: readonly string[] | undefined
  readonly nonFinite: 'error' | 'missing'
  readonly normalizeLabels: boolean
  /** How bad cells are logged. */
  readonly severity: Severity
}

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

const defaultWords: ReadonlySet<string> = new Set(missingWords)

const isEmpty = (cell: string): boolean => cell === '' || cell.trim() === ''

/** Looks at every cell of a column. */
export function profileOf(column: RawColumn, options: TypingOptions): Profile {
  const { cells, quotedWords } = column
  const named = options.na && new Set(options.na)
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

const withComma = (profile: Profile): number => profile.comma + profile.thousands

/** Whether most cells could be numbers under one decimal mark or the other. */
function mostlyNumbers(profile: Profile): boolean {
  const numbers = profile.whole + profile.point + withComma(profile) + profile.nonFinite
  return numbers > (profile.rows - profile.empty - profile.words) / 2
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

/** Gives one column its type. Bad cells go to `badLog`, their rows to `badRows`. */
export class ColumnTyper {
  readonly #column: RawColumn
  readonly #profile: Profile
  readonly #lines: ArrayLike<number>
  readonly #options: TypingOptions
  readonly #decimal: '.' | ','
  readonly #log: ProblemLog
  readonly #badLog: ProblemLog
  readonly #badRows: Set<number>
  readonly #named: ReadonlySet<string> | undefined

  constructor(
    column: RawColumn,
    profile: Profile,
    lines: ArrayLike<number>,
    decimal: '.' | ',',
    options: TypingOptions,
    log: ProblemLog,
    badLog: ProblemLog,
    badRows: Set<number>,
  ) {
    this.#column = column
    this.#profile = profile
    this.#lines = lines
    this.#decimal = decimal
    this.#options = options
    this.#log = log
    this.#badLog = badLog
    this.#badRows = badRows
    this.#named = options.na && new Set(options.na)
  }

  /** The column under the type asked for, or else under the one that all its cells allow. */
  type(asked: ColumnTypeName | undefined): Column {
    if (asked === undefined) return this.#inferred()
    if (asked === 'category' || asked === 'text' || asked === 'ignore') return this.#text(asked)
    if (asked === 'boolean') return this.#boolean(asked)
    if (asked === 'number') return this.#numbers((cell) => parseNumber(cell, this.#decimal), 'a number', asked)
    if (asked === 'number:strip') return this.#numbers((cell) => parseStripped(cell, this.#decimal), 'a number', asked)
    const order =
      asked === 'date'
        ? this.#dateOrder()
        : ({ 'date:dmy': 'dmy', 'date:mdy': 'mdy', 'date:ymd': 'ymd' } as const)[asked]
    return this.#numbers((cell) => parseDate(cell, order), `a date in the order ${order}`, asked)
  }

  #inferred(): Column {
    const { rows, empty, words, whole, point, nonFinite, booleanWords, zeroOne, dates } = this.#profile
    const present = rows - empty - words
    const numbers = whole + nonFinite + (this.#decimal === '.' ? point : withComma(this.#profile))
    if (present === 0) return this.#numbers((cell) => parseNumber(cell, this.#decimal), 'a number')
    if (booleanWords > 0 && booleanWords + zeroOne === present) return this.#boolean()
    const asCode = this.#codeRow()
    if (numbers > present / 2 && asCode === undefined) {
      if (numbers === present || !this.#readsAsAmounts(numbers)) {
        return this.#numbers((cell) => parseNumber(cell, this.#decimal), 'a number', undefined, numbers)
      }
    }
    if (asCode) this.#note(asCode)
    else if (numbers < present && this.#amounts()) {
      const row = this.#firstPresent((cell) => parseNumber(cell, this.#decimal) === undefined)
      this.#note({
        code: 'NUMBER_AS_TEXT',
        severity: 'warning',
        line: this.#lines[row],
        value: this.#column.cells[row]!,
        message: `${quoted(this.#column.cells[row]!)} looks like a number with a unit or separators: the column is kept as text.`,
        setting: { option: 'types', value: 'number:strip', column: this.#column.name },
      })
    } else if (dates === present) {
      const row = this.#firstPresent(() => true)
      this.#note({
        code: 'DATE_AS_TEXT',
        severity: 'note',
        line: this.#lines[row],
        value: this.#column.cells[row]!,
        message: `${quoted(this.#column.cells[row]!)} looks like a date: the column is kept as text.`,
        setting: { option: 'types', value: 'date', column: this.#column.name },
      })
    }
    return this.#text()
  }

  #note(problem: Problem): void {
    this.#log.add({ ...problem, column: this.#column.name })
  }

  /** Why a column of numbers is kept as text, if it is: leading zeros, or more digits than a double holds. */
  #codeRow(): Problem | undefined {
    const { firstLeadingZero, firstInexact, whole } = this.#profile
    if (whole === 0) return undefined
    const row = firstLeadingZero >= 0 ? firstLeadingZero : firstInexact
    if (row < 0) return undefined
    const value = this.#column.cells[row]!
    const setting = { option: 'types', value: 'number', column: this.#column.name } as const
    const place = { line: this.#lines[row], value, setting }
    return firstLeadingZero >= 0
      ? {
          ...place,
          code: 'LEADING_ZERO',
          severity: 'note',
          message: `${quoted(value)} has a leading zero: the column is kept as text.`,
        }
      : {
          ...place,
          code: 'PRECISION',
          severity: 'warning',
          message: `${quoted(value)} is too large to be exact: the column is kept as text.`,
        }
  }

  /** Whether all cells that are no plain numbers are amounts (12 kg, $5), and these are more than a few. */
  #readsAsAmounts(numbers: number): boolean {
    const present = this.#profile.rows - this.#profile.empty - this.#profile.words
    return numbers < 0.9 * present && this.#amounts()
  }

  #amounts(): boolean {
    const { cells } = this.#column
    let any = false
    for (let row = 0; row < cells.length; row++) {
      if (this.#missing(row, true)) continue
      if (parseStripped(cells[row]!, this.#decimal) === undefined) return false
      any = true
    }
    return any
  }

  #firstPresent(test: (cell: string) => boolean): number {
    return this.#column.cells.findIndex((cell, row) => !this.#missing(row, true) && test(cell))
  }

  #missing(row: number, wordsCount: boolean): boolean {
    const cell = this.#column.cells[row]!
    if (isEmpty(cell)) return true
    const words = this.#named ?? (wordsCount ? defaultWords : undefined)
    return words !== undefined && words.has(cell) && !this.#column.quotedWords.has(row)
  }

  #bad(row: number, problem: Omit<Problem, 'severity' | 'line' | 'column' | 'value'>): void {
    this.#badRows.add(row)
    this.#badLog.add({
      severity: this.#options.severity,
      line: this.#lines[row],
      column: this.#column.name,
      value: this.#column.cells[row]!,
      ...problem,
    })
  }

  #numbers(
    parse: (cell: string) => number | undefined,
    what: string,
    asked?: ColumnTypeName,
    numbers?: number,
  ): NumberColumn {
    const { cells, name } = this.#column
    const values = new Float64Array(cells.length)
    let missingCount = 0
    for (let row = 0; row < cells.length; row++) {
      // No default word for "missing" is a finite number, so most cells need not be looked up.
      const value = this.#named && this.#missing(row, true) ? NaN : parse(cells[row]!)
      if (value !== undefined && Number.isFinite(value)) values[row] = value
      else {
        values[row] = NaN
        missingCount++
        if (this.#missing(row, true)) continue
        if (value === undefined) this.#badNumber(row, what, asked, numbers)
        else if (this.#options.nonFinite === 'error') {
          this.#bad(row, {
            code: 'NONFINITE',
            message: `${quoted(cells[row]!)} is not a finite number.`,
            advice: 'Correct it, or count such values as missing.',
            setting: { option: 'nonFinite', value: 'missing' },
          })
        }
      }
    }
    if (asked === 'number' && this.#profile.firstInexact >= 0) {
      const row = this.#profile.firstInexact
      this.#note({
        code: 'PRECISION',
        severity: 'warning',
        line: this.#lines[row],
        value: cells[row]!,
        message: `${quoted(cells[row]!)} is too large to be exact: it is rounded to ${values[row]}.`,
      })
    }
    return { kind: 'number', name, values, missingCount, asked }
  }

  #badNumber(row: number, what: string, asked: ColumnTypeName | undefined, numbers: number | undefined): void {
    const cell = this.#column.cells[row]!
    const { name } = this.#column
    const present = this.#profile.rows - this.#profile.empty - this.#profile.words
    const others = numbers === undefined ? '' : `, but ${numbers} of the ${present} values of the column are`
    const message = `${quoted(cell)} is not ${what}${others}.`
    if (asked === 'number' && parseStripped(cell, this.#decimal) !== undefined) {
      this.#bad(row, { code: 'TYPE', message, setting: { option: 'types', value: 'number:strip', column: name } })
    } else if (/^\W*(?:grand |sub)?(?:total|sum|average|mean|count)\b/i.test(cell)) {
      this.#bad(row, { code: 'TYPE', message, advice: 'It looks like a row of totals: take it out.' })
    } else if (asked === undefined) {
      this.#bad(row, {
        code: 'TYPE',
        message,
        advice: 'Correct it, name it in na if it means "missing", or keep the column as text.',
        setting: { option: 'types', value: 'category', column: name },
      })
    } else {
      this.#bad(row, { code: 'TYPE', message, advice: 'Correct it, or name it in na if it means "missing".' })
    }
  }

  #boolean(asked?: ColumnTypeName): Column {
    const { cells, name } = this.#column
    const values = new Uint8Array(cells.length)
    const spellings: [Map<string, number>, Map<string, number>] = [new Map(), new Map()]
    let missingCount = 0
    for (let row = 0; row < cells.length; row++) {
      const cell = cells[row]!
      const value = this.#missing(row, true) ? undefined : parseBoolean(cell)
      values[row] = value ?? missingBoolean
      if (value === undefined) {
        missingCount++
        if (!this.#missing(row, true)) {
          this.#bad(row, {
            code: 'TYPE',
            message: `${quoted(cell)} says neither yes nor no.`,
            advice: 'Write true or false.',
          })
        }
        continue
      }
      const text = cell.trim()
      spellings[value].set(text, (spellings[value].get(text) ?? 0) + 1)
    }
    const ranked = spellings.map((counts) => [...counts].sort((a, b) => b[1] - a[1]).map(([text]) => text))
    const [no = [], yes = []] = ranked
    const pairs = new Set([...no, ...yes].map(booleanPair))
    if (pairs.size > 1) {
      this.#note({
        code: 'BOOLEAN_MIXED',
        severity: 'warning',
        message: `yes and no are spelt in several ways (${[...no, ...yes].slice(0, 6).map(quoted).join(', ')}): all are read as one.`,
      })
    }
    return { kind: 'boolean', name, values, labels: [no[0] ?? 'false', yes[0] ?? 'true'], missingCount, asked }
  }

  #text(asked?: ColumnTypeName): Column {
    const { cells, name } = this.#column
    const { words, firstWord } = this.#profile
    if (words > 0) {
      this.#note({
        code: 'MISSING_WORD',
        severity: 'warning',
        line: this.#lines[firstWord],
        value: cells[firstWord]!,
        message: `${quoted(cells[firstWord]!)} is kept as text; ${words} cell${words === 1 ? ' holds' : 's hold'} such a word.`,
        advice: 'If it means "missing", name it.',
        setting: { option: 'na', value: cells[firstWord]! },
      })
    }
    const column = textColumn(
      name,
      cells.map((cell, row) => (this.#missing(row, false) ? undefined : cell)),
      asked,
    )
    return column.kind === 'category' ? this.#joinSpellings(column.vocabulary, column) : column
  }

  /** Reports labels that differ only by case or spaces; with `normalizeLabels`, joins them. */
  #joinSpellings(vocabulary: readonly string[], column: Column): Column {
    if (column.kind === 'number' || column.kind === 'boolean' || vocabulary.length > 10_000) return column
    const counts = new Uint32Array(vocabulary.length)
    for (const code of column.codes) if (code >= 0) counts[code]!++
    const groups = new Map<string, number[]>()
    vocabulary.forEach((label, code) => {
      const key = label.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase()
      groups.set(key, [...(groups.get(key) ?? []), code])
    })
    const best = new Map<number, string>()
    for (const codes of groups.values()) {
      const ranked = codes.sort((a, b) => counts[b]! - counts[a]! || a - b)
      const label = vocabulary[ranked[0]!]!
      if (ranked.length > 1) {
        this.#note({
          code: 'LABEL_SPELLING',
          severity: 'warning',
          value: label,
          message: `${ranked.map((code) => `${quoted(vocabulary[code]!)} (${counts[code]})`).join(', ')} differ only by case or spaces: ${this.#options.normalizeLabels ? `all are read as ${quoted(label.trim())}` : 'they count as different labels'}.`,
          setting: this.#options.normalizeLabels ? undefined : { option: 'normalizeLabels', value: true },
        })
      }
      for (const code of ranked) best.set(code, label.trim())
    }
    if (!this.#options.normalizeLabels) return column
    const labels = Array.from(column.codes, (code) => (code < 0 ? undefined : best.get(code)))
    return textColumn(column.name, labels, column.asked)
  }

  #dateOrder(): DateOrder {
    const parts = this.#column.cells.map((cell, row) => (this.#missing(row, true) ? undefined : dateParts(cell)))
    const yearLast = parts.findIndex((part) => part?.yearFirst === false)
    if (yearLast < 0) return 'ymd'
    if (parts.some((part) => part?.yearFirst === false && part.numbers[0] > 12)) return 'dmy'
    if (parts.some((part) => part?.yearFirst === false && part.numbers[1] > 12)) return 'mdy'
    const cell = this.#column.cells[yearLast]!
    this.#bad(yearLast, {
      code: 'DATE_AMBIGUOUS',
      message: `${quoted(cell)} may have the day or the month first, and no other date of the column tells.`,
      setting: { option: 'types', value: 'date:dmy', column: this.#column.name },
    })
    return 'dmy'
  }
}
