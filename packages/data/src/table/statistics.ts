import { missingBoolean, type BooleanColumn, type Column, type NumberColumn, type TextColumn } from './table.ts'

/** What the numbers of a column are like; NaN throughout when all are missing. */
export interface NumberStatistics {
  readonly kind: 'number'
  readonly rows: number
  readonly missing: number
  readonly distinct: number
  /** Whether all numbers are whole. */
  readonly whole: boolean
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Of the population: the sum of squares over n, not n - 1. */
  readonly standardDeviation: number
  /** The 25, 50 and 75 % quantiles, interpolated linearly. */
  readonly quartiles: readonly [number, number, number]
}

/** How often a column says yes and no. */
export interface BooleanStatistics {
  readonly kind: 'boolean'
  readonly rows: number
  readonly missing: number
  readonly distinct: number
  readonly falseCount: number
  readonly trueCount: number
}

/** The values of a text column by frequency. */
export interface TextStatistics {
  readonly kind: 'category' | 'text'
  readonly rows: number
  readonly missing: number
  readonly distinct: number
  /** The most frequent values, at most ten, with their counts. */
  readonly top: readonly (readonly [value: string, count: number])[]
}

/** What `columnStatistics` gives for a column of any type. */
export type ColumnStatistics = NumberStatistics | BooleanStatistics | TextStatistics

/** Row numbers: those of a split, or all from 0 to n - 1. */
export type Rows = ArrayLike<number>

/** All rows of a column or table of `count` rows. */
export function allRows(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row)
}

/** Rows of a column. */
export function columnLength(column: Column): number {
  return 'codes' in column ? column.codes.length : column.values.length
}

/**
 * Describes a column, or some rows of it (those of the training split, say).
 *
 * @example
 * ```ts
 * const { columns } = parseCsv('age\n31\n54\n')
 * columnStatistics(columns[0]!) // -> { kind: 'number', ..., min: 31, max: 54, mean: 42.5, ... }
 * ```
 */
export function columnStatistics(column: Column, rows: Rows = allRows(columnLength(column))): ColumnStatistics {
  if (column.kind === 'number') return numberStatistics(column, rows)
  return column.kind === 'boolean' ? booleanStatistics(column, rows) : textStatistics(column, rows)
}

/** The value below which a share `q` of ascending numbers lies, interpolated linearly as numpy.quantile does. */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  if (ascending.length === 0) return NaN
  const place = q * (ascending.length - 1)
  const low = ascending[Math.floor(place)]!
  const high = ascending[Math.ceil(place)]!
  const part = place - Math.floor(place)
  return part === 0 ? low : low * (1 - part) + high * part
}

/** The numbers of a column that are there, ascending. */
export function presentNumbers({ values }: NumberColumn, rows: Rows): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!)
    .filter((value) => !Number.isNaN(value))
    .sort()
}

/** Describes the numbers of a column. */
export function numberStatistics(column: NumberColumn, rows: Rows): NumberStatistics {
  const ascending = presentNumbers(column, rows)
  const count = ascending.length
  let distinct = 0
  let whole = true
  // The mean is a running one, and never larger than the largest number: a plain sum could overflow.
  let mean = count === 0 ? NaN : 0
  for (let i = 0; i < count; i++) {
    const value = ascending[i]!
    if (i === 0 || value !== ascending[i - 1]) distinct++
    whole &&= Number.isInteger(value)
    mean += value / count
  }
  // Squares are taken of deviations scaled to at most 1, for the same reason.
  const largest = count === 0 ? 0 : Math.max(mean - ascending[0]!, ascending[count - 1]! - mean)
  let squares = 0
  if (largest > 0) for (const value of ascending) squares += ((value - mean) / largest) ** 2
  return {
    kind: 'number',
    rows: rows.length,
    missing: rows.length - count,
    distinct,
    whole,
    min: ascending[0] ?? NaN,
    max: ascending[count - 1] ?? NaN,
    mean,
    standardDeviation: count === 0 ? NaN : largest * Math.sqrt(squares / count),
    quartiles: [quantile(ascending, 0.25), quantile(ascending, 0.5), quantile(ascending, 0.75)],
  }
}

/** Counts yes and no. */
export function booleanStatistics({ values }: BooleanColumn, rows: Rows): BooleanStatistics {
  const counts = [0, 0]
  let missing = 0
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!
    if (value === missingBoolean) missing++
    else counts[value]!++
  }
  const [falseCount = 0, trueCount = 0] = counts
  const distinct = Number(falseCount > 0) + Number(trueCount > 0)
  return { kind: 'boolean', rows: rows.length, missing, distinct, falseCount, trueCount }
}

/** How often each value of the vocabulary is in the rows. */
export function vocabularyCounts({ codes, vocabulary }: TextColumn, rows: Rows): Uint32Array {
  const counts = new Uint32Array(vocabulary.length)
  for (let i = 0; i < rows.length; i++) {
    const code = codes[rows[i]!]!
    if (code >= 0) counts[code]!++
  }
  return counts
}

/** The values of a text column, the most frequent first; ties as they appear. Values not in the rows are left out. */
export function rankedValues(column: TextColumn, rows: Rows): (readonly [value: string, count: number])[] {
  const counts = vocabularyCounts(column, rows)
  return column.vocabulary
    .map((value, code) => [value, counts[code]!] as const)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
}

function textStatistics(column: TextColumn, rows: Rows): TextStatistics {
  const ranked = rankedValues(column, rows)
  const present = ranked.reduce((sum, [, count]) => sum + count, 0)
  return {
    kind: column.kind,
    rows: rows.length,
    missing: rows.length - present,
    distinct: ranked.length,
    top: ranked.slice(0, 10),
  }
}
