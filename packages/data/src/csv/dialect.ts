import { RecordScanner, ScanFault, type CsvRecord, type ScanOptions } from './scan.ts'

/** How a file turned out to be written. */
export interface Dialect {
  readonly delimiter: string
  readonly quote: string
  readonly escape: string
  readonly decimal: '.' | ','
  readonly header: boolean
  /** As TextDecoder names it; undefined for text that was decoded already. */
  readonly encoding: string | undefined
}

/** Delimiters that are looked for, in the order that settles ties. */
export const delimiters: readonly string[] = [',', ';', '\t', '|']

/** Names of delimiters, for messages. */
export function delimiterName(delimiter: string): string {
  const names: Readonly<Record<string, string>> = {
    ',': 'comma',
    ';': 'semicolon',
    '\t': 'tab',
    '|': 'bar',
    ' ': 'space',
  }
  return names[delimiter] ?? JSON.stringify(delimiter)
}

const sampleRecords = 1000

/** Thrown to stop scanning a sample. */
class Enough extends Error {}

/**
 * The first complete records of a sample, blank lines left out, under one delimiter. When the text breaks the rules of
 * CSV under it, those before the fault.
 */
export function sampleOf(text: string, whole: boolean, options: ScanOptions): { records: CsvRecord[]; fault: boolean } {
  const records: CsvRecord[] = []
  const scanner = new RecordScanner(options, {
    record(record) {
      if (!isBlank(record)) records.push(record)
      if (records.length >= sampleRecords) throw new Enough()
    },
    remark() {},
  })
  try {
    scanner.push(text)
    if (whole || records.length === 0) scanner.end()
  } catch (error) {
    if (error instanceof Enough) return { records, fault: false }
    if (!(error instanceof ScanFault)) throw error
    // A sample may end within a quoted cell; that says nothing about the delimiter.
    return { records, fault: whole || error.code !== 'QUOTE_OPEN' }
  }
  return { records, fault: false }
}

/** Whether a record is a blank line, or nothing but delimiters. */
export function isBlank({ cells, quoted }: CsvRecord): boolean {
  if (quoted !== undefined) return false
  for (const cell of cells) if (cell !== '' && cell.trim() !== '') return false
  return true
}

/** The most frequent width; the greater one where two are as frequent. */
export function commonWidth(records: readonly CsvRecord[]): number {
  const counts = new Map<number, number>()
  for (const { cells } of records) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  return [...counts].sort(([w1, n1], [w2, n2]) => n2 - n1 || w2 - w1)[0]?.[0] ?? 0
}

/**
 * The delimiter under which most records are as wide as the first one, which is taken for the header; if no delimiter
 * splits the first record, the one under which the records agree most (there are title lines). Ties go to the comma.
 * Undefined: none splits anything.
 */
export function detectDelimiter(
  text: string,
  whole: boolean,
  options: Omit<ScanOptions, 'delimiter'>,
): string | undefined {
  const candidates = delimiters
    .filter((delimiter) => text.includes(delimiter))
    .map((delimiter) => {
      const { records, fault } = sampleOf(text, whole, { ...options, delimiter })
      const share = (width: number): number =>
        width < 2 ? 0 : records.filter(({ cells }) => cells.length === width).length / records.length
      return { delimiter, fault, likeFirst: share(records[0]?.cells.length ?? 0), agreed: share(commonWidth(records)) }
    })
  const best = (score: 'likeFirst' | 'agreed'): string | undefined =>
    candidates
      .filter((each) => each[score] > 0)
      .sort((a, b) => Number(a.fault) - Number(b.fault) || b[score] - a[score])[0]?.delimiter
  return best('likeFirst') ?? best('agreed')
}

/** Separators that are not tried by themselves but would split every line of a one-column file evenly, if any. */
export function unusualDelimiter(lines: readonly string[]): string | undefined {
  if (lines.length < 2) return undefined
  return [' ', ':', '^', '~', '#', '\u0001'].find((delimiter) => {
    const widths = lines.map((line) => line.trim().split(delimiter).length)
    return widths[0]! > 1 && widths.every((width) => width === widths[0])
  })
}
