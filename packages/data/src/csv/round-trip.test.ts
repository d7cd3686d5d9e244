import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellText } from '../table/table.ts'
import { TableError } from './problem.ts'
import { parseCsv, readCsv } from './read-csv.ts'
import { formatCsvRecord } from './write-csv.ts'

const special = fc.constantFrom(
  '"',
  ',',
  ';',
  '\t',
  '|',
  '\n',
  '\r',
  ' ',
  '=',
  '#',
  '<',
  'x',
  'NA',
  'é',
  '😀',
  '\u2028',
  "'",
)
/** A letter first, so that no column turns into numbers, dates or yes and no. */
const word = fc.string({ unit: special, maxLength: 8 }).map((text) => `w${text}`)
const cells = fc.record({
  rows: fc.integer({ min: 1, max: 12 }),
  numbers: fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), { minLength: 12, maxLength: 12 }),
  whole: fc.array(fc.integer(), { minLength: 12, maxLength: 12 }),
  words: fc.array(fc.option(word), { minLength: 12, maxLength: 12 }),
  booleans: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
})
const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  lineEnd: fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const),
  decimal: fc.constantFrom('.' as const, ',' as const),
  mark: fc.boolean(),
  pieceLength: fc.integer({ min: 1, max: 64 }),
})

test('a random table, written in a random dialect, reads back identical', async () => {
  await fc.assert(
    fc.asyncProperty(cells, word, dialect, async (table, name, { delimiter, lineEnd, decimal, mark, pieceLength }) => {
      const numberText = (value: number): string => String(value).replace('.', decimal)
      const header = ['n', `${name.trim()}!`, 'i', 'b']
      const rows = Array.from({ length: table.rows }, (_, row) => [
        table.numbers[row] === null ? '' : numberText(table.numbers[row]!),
        table.words[row] ?? '',
        String(table.whole[row]),
        table.booleans[row] ? 'yes' : 'no',
      ])
      const text = [header, ...rows].map((record) => formatCsvRecord(record, { delimiter, lineEnd })).join('')
      const bytes = new TextEncoder().encode(`${mark ? '\ufeff' : ''}${text}`)
      const pieces = (async function* (): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < bytes.length; i += pieceLength) yield bytes.subarray(i, i + pieceLength)
      })()
      const types = { n: 'number', i: 'number', [header[1]!]: 'text' } as const
      const read = await readCsv(pieces, { delimiter, decimal, types })
      expect(read.columns.map((column) => column.name)).toEqual(header)
      const [numbers, words, whole, flags] = read.columns
      for (let row = 0; row < table.rows; row++) {
        // -0 is written as 0.
        expect(cellText(numbers!, row)).toBe(table.numbers[row] === null ? undefined : String(table.numbers[row]))
        expect(cellText(words!, row)).toBe(table.words[row] ?? undefined)
        expect(cellText(whole!, row)).toBe(String(table.whole[row]))
        expect(cellText(flags!, row)).toBe(table.booleans[row] ? 'yes' : 'no')
      }
    }),
    { numRuns: 500 },
  )
})

test('the delimiter of a table of at least three rows is detected', () => {
  const simple = fc.array(fc.tuple(fc.integer(), fc.stringMatching(/^[a-z]{2,5}[,;|]?[a-z]{1,4}$/)), {
    minLength: 3,
    maxLength: 30,
  })
  fc.assert(
    fc.property(simple, fc.constantFrom(',', ';', '\t', '|'), (rows, delimiter) => {
      const records = [['id', 'word', 'more'], ...rows.map(([n, text]) => [String(n), text, 'x'])]
      const text = records.map((record) => formatCsvRecord(record, { delimiter })).join('')
      expect(parseCsv(text).dialect.delimiter).toBe(delimiter)
    }),
  )
})

test('formatCsvRecord(cells) quotes what must be', () => {
  expect(formatCsvRecord(['5" pipe', 'a,b', '', ' x', 'l\nm'])).toBe('"5"" pipe","a,b",," x","l\nm"\n')
  expect(formatCsvRecord([''], { lineEnd: '\r\n' })).toBe('""\r\n')
})

test('any text or bytes give a table or a TableError with an error in it, nothing else', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '1', '.', ',', ';', '\n', '\r', '"', ' ', '\t', '-', '#', 'NA', '='),
  })
  const options = fc.record(
    {
      header: fc.boolean(),
      delimiter: fc.constantFrom(',', ' ', '"', '#'),
      escape: fc.constantFrom('\\', '"'),
      comment: fc.constantFrom('#', '1'),
      onBadRow: fc.constantFrom('skip' as const, 'report' as const),
      skipLines: fc.nat(3),
      dedupe: fc.boolean(),
      maxRows: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: [] },
  )
  let tables = 0
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.uint8Array(),
        text.map((each) => new TextEncoder().encode(`x,y\n${each}`)),
      ),
      options,
      (input, how) => {
        fc.pre(how.delimiter !== '"')
        try {
          const table = parseCsv(input, how)
          tables++
          for (const column of table.columns) {
            expect('codes' in column ? column.codes.length : column.values.length).toBe(table.rowCount)
          }
          expect(table.lines).toHaveLength(table.rowCount)
        } catch (error) {
          const told = error instanceof TableError && error.problems.some(({ severity }) => severity === 'error')
          if (!told) throw error
        }
      },
    ),
    { numRuns: 3000 },
  )
  expect(tables).toBeGreaterThan(100)
})

test('a cell that is nearly a number is read in linear time, however long', () => {
  // Patterns that backtrack would take hours over these.
  for (const cell of [
    `${'1'.repeat(500_000)}x`,
    `1${' '.repeat(500_000)}x`,
    `1,${'1'.repeat(300_000)}x`,
    'T'.repeat(500_000),
  ]) {
    expect(parseCsv(`a;b\n${cell};1\n`, { delimiter: ';' }).columns[0]!.kind).toBe('category')
  }
})
