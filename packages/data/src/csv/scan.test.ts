import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordScanner, ScanFault, type CsvRecord, type ScanOptions } from './scan.ts'

const plain: ScanOptions = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  comment: undefined,
  maxFieldLength: 1 << 20,
  maxColumns: 10_000,
  maxRecordLength: 1 << 27,
  firstLine: 1,
}

function scan(pieces: readonly string[], options: Partial<ScanOptions> = {}): CsvRecord[] {
  const records: CsvRecord[] = []
  const scanner = new RecordScanner({ ...plain, ...options }, { record: (each) => records.push(each), remark() {} })
  for (const piece of pieces) scanner.push(piece)
  scanner.end()
  return records
}

const cellsOf = (records: readonly CsvRecord[]): string[][] => records.map(({ cells }) => cells)

/** Text in which all that matters to CSV is frequent. */
const messy = fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', ' ', '\t', '\\', 'a', '1', 'é', '😀') })

describe('RecordScanner', () => {
  test('gives cells, the quoted ones, and physical lines', () => {
    expect(scan(['a,"b\n\nc",d\r\n"",\n'])).toEqual([
      { cells: ['a', 'b\n\nc', 'd'], quoted: [1], line: 1, ended: true },
      { cells: ['', ''], quoted: [0], line: 4, ended: true },
    ])
  })

  test('skips comment lines, and counts them', () => {
    expect(scan(['# x, "\na\n#\nb # c'], { comment: '#' })).toMatchObject([
      { cells: ['a'], line: 2 },
      { cells: ['b # c'], line: 4 },
    ])
  })

  test('passes comments of any length, and line ends that pieces cut in two', () => {
    const pieces = ['#', 'x'.repeat(50), 'y'.repeat(50), '\r', '\na\r', '\n#z', '\r', 'b']
    expect(scan(pieces, { comment: '#', maxFieldLength: 20 })).toMatchObject([
      { cells: ['a'], line: 2 },
      { cells: ['b'], line: 4 },
    ])
  })

  test('reads a record in linear time, in however many pieces or with however many escapes', () => {
    // Scanning it anew with each piece, or looking for its end after each escape, would take minutes.
    expect(cellsOf(scan(Array.from({ length: 9000 }, () => `"${'x'.repeat(2000)}",`)))[0]).toHaveLength(9001)
    const escaped = scan([`"${'\\\\'.repeat(500_000)}"`], { escape: '\\' })
    expect(escaped[0]!.cells[0]).toHaveLength(500_000)
  })

  test('a record that does not end is an error before it is longer than memory', () => {
    const cells = Array.from({ length: 200 }, () => '"0123456789",')
    expect(() => scan(['a,b\n1,2\n', ...cells, '\n'], { maxRecordLength: 1000 })).toThrow(
      expect.objectContaining({ code: 'ROW_TOO_LONG', line: 3 }),
    )
    expect(cellsOf(scan([...cells, '\n'], { maxRecordLength: 2000 }))[0]).toHaveLength(201)
  })

  test('any record is found again from the start of its line', () => {
    fc.assert(
      fc.property(messy, (text) => {
        let records: CsvRecord[]
        try {
          records = scan([text])
        } catch (error) {
          if (error instanceof ScanFault) return
          throw error
        }
        const starts = [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), ({ 0: end, index }) => index + end.length)]
        records.forEach(({ line }, i) => {
          expect(scan([text.slice(starts[line - 1])], { firstLine: line })).toEqual(records.slice(i))
        })
      }),
      { numRuns: 2000 },
    )
  })

  test('spaces around a cell count for its length', () => {
    const spaces = Array.from({ length: 30 }, () => ' ')
    for (const start of ['a,', 'a,"b"']) {
      expect(() => scan(['x\n', start, ...spaces], { maxFieldLength: 20 })).toThrow(
        expect.objectContaining({ code: 'FIELD_TOO_LONG', line: 2, column: 1 }),
      )
    }
  })

  test('an escape before other characters is text', () => {
    expect(cellsOf(scan(['"C:\\dir\\\\","\\"x\\""'], { escape: '\\' }))).toEqual([['C:\\dir\\', '"x"']])
  })

  test('text in pieces of any length reads as text in one piece', () => {
    const attempt = (pieces: readonly string[], options: Partial<ScanOptions>): unknown => {
      try {
        return scan(pieces, options)
      } catch (error) {
        if (error instanceof ScanFault) return [error.code, error.line, error.column]
        throw error
      }
    }
    fc.assert(
      fc.property(messy, fc.integer({ min: 1, max: 4 }), fc.constantFrom('"', '\\'), (text, length, escape) => {
        const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, i) =>
          text.slice(i * length, (i + 1) * length),
        )
        const options = { escape, comment: ';' }
        expect(attempt(pieces, options)).toEqual(attempt([text], options))
      }),
      { numRuns: 2000 },
    )
  })

  test('any text that csv-parse accepts reads the same here', () => {
    let accepted = 0
    fc.assert(
      fc.property(messy, fc.constantFrom(',', ';', '\t'), (text, delimiter) => {
        let expected: string[][]
        try {
          expected = parse(text, {
            delimiter,
            record_delimiter: ['\r\n', '\n', '\r'],
            relax_column_count: true,
            skip_empty_lines: false,
          })
        } catch {
          return
        }
        // Where csv-parse keeps quotes as text (after a space), it errs; so all that it accepts is plain.
        accepted++
        expect(cellsOf(scan([text], { delimiter }))).toEqual(expected)
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(500)
  })
})
