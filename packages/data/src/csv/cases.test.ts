import { ArgumentError } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import { parseCsv, readCsv, readCsvBatches } from './read-csv.ts'
import type { ColumnTypeName, CsvOptions } from './options.ts'
import { formatProblem, TableError, type ProblemCode } from './problem.ts'
import { formatCsvRecord } from './write-csv.ts'
import { cellText, columnNames, columnOf, problemsOf, type Table } from '../table/table.ts'

/*
 * The bad files that a reader meets, by number: what is an error (with code, line and column), what a warning, and what
 * is read in silence. Those about targets and splits are in ../table/cases.test.ts, those about files beside them.
 */

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? Array.from(new TextEncoder().encode(part)) : part)),
  )

const utf16 = (text: string, bigEndian = false): number[] =>
  Array.from(text).flatMap((character) => {
    const unit = character.charCodeAt(0)
    return bigEndian ? [unit >> 8, unit & 255] : [unit & 255, unit >> 8]
  })

function failure(input: string | Uint8Array, options?: CsvOptions): TableError {
  try {
    parseCsv(input, options)
  } catch (error) {
    if (error instanceof TableError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const rowsOf = (table: Table): (string | undefined)[][] =>
  Array.from({ length: table.rowCount }, (_, row) => table.columns.map((column) => cellText(column, row)))

const codes = (table: Table): ProblemCode[] => table.report.problems.map(({ code }) => code)

async function gzip(input: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(input)]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

describe('bytes and encodings', () => {
  test.each(['', '\n\n', ' \r\n\t\n', '\ufeff'])('case 2: an empty or blank file %j is an error', (text) => {
    expect(failure(text).message).toMatchInlineSnapshot(`"parseCsv: there is no table: the file is empty or blank."`)
    expect(failure(bytes(text)).code).toBe('EMPTY')
  })

  test('case 3: a header alone is an error', () => {
    expect(failure('a,b\n').code).toBe('NO_ROWS')
    expect(failure('a,b').code).toBe('NO_ROWS')
    expect(failure('a,b\n,\n\n').code).toBe('NO_ROWS')
  })

  test('case 5: a UTF-8 byte order mark is not part of the first name', () => {
    expect(columnNames(parseCsv(bytes([0xef, 0xbb, 0xbf], 'a,b\n1,2\n')))).toEqual(['a', 'b'])
    expect(columnNames(parseCsv('\ufeff"a",b\n1,2\n'))).toEqual(['a', 'b'])
  })

  test('case 6: UTF-16 with a byte order mark is decoded and noted', () => {
    for (const bigEndian of [false, true]) {
      const table = parseCsv(bytes(utf16('\ufeffnäme,b\nx,2\n', bigEndian)))
      expect(rowsOf(table)).toEqual([['x', '2']])
      expect(columnNames(table)).toEqual(['näme', 'b'])
      expect(codes(table)).toEqual(['ENCODING_NOTED'])
      expect(table.dialect.encoding).toBe(bigEndian ? 'utf-16be' : 'utf-16le')
    }
  })

  test('case 7: UTF-16 without a byte order mark is an error that names the encoding', () => {
    expect(failure(bytes(utf16('a,b\n1,2\n'))).message).toMatchInlineSnapshot(
      `"parseCsv: line 1: every other byte is NUL, so this looks like UTF-16 without a byte order mark. Set encoding: "utf-16le"."`,
    )
    expect(failure(bytes(utf16('a,b\n1,2\n', true))).problems[0]?.setting?.value).toBe('utf-16be')
    expect(rowsOf(parseCsv(bytes(utf16('a,b\n1,2\n')), { encoding: 'utf-16le' }))).toEqual([['1', '2']])
  })

  test('case 8: bytes that are not UTF-8 are an error with offset and line', async () => {
    const latin = bytes('a,b\nx,1\ncaf', [0xe9], ',2\n')
    expect(failure(latin).message).toMatchInlineSnapshot(
      `"parseCsv: line 3: byte 11 (0xE9) is not UTF-8. Older Windows programs write windows-1252. Set encoding: "windows-1252"."`,
    )
    expect(rowsOf(parseCsv(latin, { encoding: 'windows-1252' }))[1]).toEqual(['café', '2'])
    expect(failure(latin, { encoding: 'klingon' }).code).toBe('ENCODING')
    // Far behind the first piece, and with characters that pieces cut in two.
    const long = bytes('a,b\n', 'ä€😀,1\r\n'.repeat(40_000), 'caf', [0xe9], ',2\n')
    const pieces = (async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < long.length; i += 4099) yield long.subarray(i, i + 4099)
    })()
    const fault = await readCsv(pieces).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(TableError)
    expect((fault as TableError).line).toBe(40_002)
    expect((fault as TableError).message).toContain(`byte ${long.length - 4} `)
  })

  test('case 8: a forged UTF-8 sequence (overlong, surrogate, beyond Unicode) is an error', () => {
    for (const forged of [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80]]) {
      expect(failure(bytes('a,b\n', forged, ',1\n')).message).toContain('byte 4 ')
    }
  })

  test('case 9: a NUL is an error with its line', () => {
    expect(failure('a,b\r\n1,2\r\n3,\0\r\n').line).toBe(3)
    expect(failure(bytes('a,b\n1,2\n3,\0\n')).code).toBe('NUL')
  })

  test('case 10: other formats are told by their first bytes', () => {
    const message = (...parts: (string | number[])[]): string => failure(bytes(...parts)).message
    expect(message('PK\x03\x04abc')).toContain('Excel workbook (.xlsx)')
    expect(message('PAR1')).toContain('Parquet')
    expect(message('%PDF-1.7')).toContain('PDF')
    expect(message('<!DOCTYPE html><html>')).toMatchInlineSnapshot(
      `"parseCsv: this is an HTML page, not CSV. It is probably an error or login page: look at it in a browser and download the data again."`,
    )
    expect(message('{"a": 1}\n')).toContain('JSON')
    expect(message([0x1f, 0x8b, 8])).toContain('readCsv')
    expect(failure('<html><body>').code).toBe('NOT_CSV')
  })

  test('case 10: gzip is unpacked', async () => {
    expect(rowsOf(await readCsv(await gzip(bytes('a,b\n1,x\n'))))).toEqual([['1', 'x']])
  })

  test('case 55: gzip that is cut short is an error', async () => {
    const whole = await gzip(bytes('a,b\n', '1,x\n2,y\n'.repeat(5000)))
    await expect(readCsv(whole.subarray(0, whole.length - 9))).rejects.toMatchObject({ code: 'TRUNCATED' })
  })

  test('case 55: a file that ends within a row or a character is an error', () => {
    expect(failure('a,b,c\n1,2,3\n4,5').message).toMatchInlineSnapshot(
      `"parseCsv: line 3: the row has 2 cells, the header 3: the file ends within the row. It was probably cut short: get it again."`,
    )
    expect(failure(bytes('a,b\n1,caf', [0xc3])).code).toBe('TRUNCATED')
  })

  test('the first pieces may be of any length', async () => {
    const pieces = async function* (...all: Uint8Array[]): AsyncGenerator<Uint8Array> {
      yield* all
    }
    const long = bytes(',b\n', '1,x\n'.repeat(100_000))
    expect((await readCsv(pieces(bytes('a'), long))).rowCount).toBe(100_000)
    const zipped = await gzip(bytes('a,b\n1,x\n'))
    const start = Array.from({ length: 3 }, (_, i) => zipped.subarray(i, i + 1))
    expect((await readCsv(pieces(new Uint8Array(0), ...start, zipped.subarray(3)))).rowCount).toBe(1)
  })

  test('batches of a long text come before its end is read', async () => {
    const batches = readCsvBatches(`a,b\n${'1,x\n'.repeat(100_000)}"`, { batchRows: 1000 })
    expect((await batches.next()).value).toMatchObject({ rowCount: 1000 })
    const rest = async (): Promise<void> => {
      for await (const batch of batches) expect(batch.rowCount).toBe(1000)
    }
    await expect(rest()).rejects.toMatchObject({ code: 'QUOTE_OPEN', line: 100_002 })
  })

  test('an input that fails to read passes its own error on', async () => {
    const broken = async function* (start: Uint8Array): AsyncGenerator<Uint8Array> {
      yield start
      throw new Error('disk on fire')
    }
    await expect(readCsv(broken(bytes('a,b\n')))).rejects.toThrow('disk on fire')
    await expect(readCsv(broken((await gzip(bytes('a,b\n1,2\n'))).subarray(0, 10)))).rejects.toThrow('disk on fire')
  })
})

describe('lines and quotes', () => {
  test.each(['\n', '\r\n', '\r'])('case 11: line end %j', (end) => {
    const table = parseCsv(['a,b', '1,x', '2,y', ''].join(end))
    expect(rowsOf(table)).toEqual([
      ['1', 'x'],
      ['2', 'y'],
    ])
    expect([...table.lines]).toEqual([2, 3])
    expect(codes(table)).toEqual([])
  })

  test('case 12: mixed line ends are read, with one warning', () => {
    const table = parseCsv('a,b\r\n1,2\n3,4\r5,6\r\n7,8\n')
    expect(rowsOf(table)).toHaveLength(4)
    expect(codes(table)).toEqual(['LINE_ENDS'])
    expect(table.report.problems[0]?.line).toBe(2)
  })

  test('case 13: the last line needs no end', () => {
    expect(rowsOf(parseCsv('a,b\n1,x'))).toEqual([['1', 'x']])
    expect(rowsOf(parseCsv('a,b\n1,"x"'))).toEqual([['1', 'x']])
    expect(rowsOf(parseCsv('a,b\n1,'))).toEqual([['1', undefined]])
  })

  test('case 14: quoted line breaks, delimiters and quotes; lines stay those of the file', () => {
    const table = parseCsv('a,b\r\n"x\r\ny",1\r\n"p,""q""",2\r\n')
    expect(rowsOf(table)).toEqual([
      ['x\r\ny', '1'],
      ['p,"q"', '2'],
    ])
    expect([...table.lines]).toEqual([2, 4])
    expect(failure('a,b\r\n"x\r\ny",1\r\nz\r\n').line).toBe(4)
  })

  test('case 15: a quote that is never closed is an error where it opens', () => {
    expect(failure('a,b\n1,2\n"x\n\n,3\n4,5\n6,7\n').message).toMatchInlineSnapshot(
      `"parseCsv: line 3, column "a": the quote that opens here, before "x\\n\\n,3\\n4,5\\n6,7\\n", is never closed. Close it, or double it where it is part of the text."`,
    )
  })

  test('case 16: text after a closing quote is an error', () => {
    expect(failure('a,b\n1,"x"y\n')).toMatchObject({ code: 'QUOTE_CLOSE', line: 2, column: 'b' })
    expect(failure('a,b\n"x\ny"z,1\n').line).toBe(3)
    const backslashes = 'a,b\n1,"say \\"hi\\", or C:\\dir"\n'
    expect(failure(backslashes).problems[0]?.setting).toEqual({ option: 'escape', value: '\\' })
    expect(rowsOf(parseCsv(backslashes, { escape: '\\' }))).toEqual([['1', 'say "hi", or C:\\dir']])
  })

  test('case 17: a quote inside an unquoted cell is text, with a warning', () => {
    const table = parseCsv('part,n\n5" pipe,1\n6" pipe,2\n')
    expect(rowsOf(table)[0]).toEqual(['5" pipe', '1'])
    expect(table.report.problems.map((problem) => formatProblem(problem))).toMatchInlineSnapshot(`
      [
        "line 2, column "part": a quote inside the unquoted cell "5" pipe" is read as text; there are 2 such places.",
      ]
    `)
  })

  test('case 18: spaces around a quoted cell go, with a warning', () => {
    const table = parseCsv('a,b\n1, "x,y" \n2, z\n')
    expect(rowsOf(table)).toEqual([
      ['1', 'x,y'],
      ['2', ' z'],
    ])
    expect(codes(table)).toContain('QUOTE_SPACE')
  })

  test('case 53: a cell or a row beyond the limits is an error', () => {
    const lost = `a,b\n1,2\n"x,${'3\n4,5\n'.repeat(400_000)}`
    expect(failure(lost)).toMatchObject({ code: 'FIELD_TOO_LONG', line: 3 })
    expect(failure(`a,b\n1,${'x'.repeat(100)}\n`, { maxFieldLength: 99 })).toMatchObject({ line: 2, column: 'b' })
    expect(failure(`${'a,'.repeat(10_000)}a\n`).code).toBe('TOO_WIDE')
  })
})

describe('the shape of the table', () => {
  test('case 19: a row too short is an error, and all such rows are listed', () => {
    const error = failure('a,b,c\n1,2,3\n4,5\n6\n')
    expect(error.problems.map((problem) => formatProblem(problem))).toMatchInlineSnapshot(`
      [
        "line 3: the row has 2 cells, the header 3. Fill it up with empty cells.",
        "line 4: the row has 1 cells, the header 3. Fill it up with empty cells.",
      ]
    `)
    expect(error.message).toContain('(and 1 more error)')
  })

  test('case 19: ten examples are kept, the rest is counted', () => {
    const error = failure(`a,b\n1,2\n${'1\n'.repeat(25)}`)
    expect(error.problems).toHaveLength(10)
    expect(error.counts.get('RAGGED')).toBe(25)
    expect(error.message).toContain('(and 24 more errors)')
  })

  test('case 19: an empty tail as spreadsheets write it is fine', () => {
    const table = parseCsv('a,b,,\n1,2\n3,4,,\n,,,\n,,,\n')
    expect(rowsOf(table)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ])
    expect(codes(table)).not.toContain('BLANK_LINES')
  })

  test('case 20: a row too long is an error, or a warning if only empty cells are too many', () => {
    expect(failure('a,b\n1,2\n3,4,5\n').message).toMatchInlineSnapshot(
      `"parseCsv: line 3: the row has 3 cells, the header 2. Put quotes around cells that hold a comma."`,
    )
    const table = parseCsv('a,b\n1,2\n3,4,,\n')
    expect(rowsOf(table)[1]).toEqual(['3', '4'])
    expect(codes(table)).toEqual(['RAGGED'])
  })

  test('case 21: a delimiter at the end of every line makes no column', () => {
    const table = parseCsv('a,b,\n1,2,\n3,4,\n')
    expect(columnNames(table)).toEqual(['a', 'b'])
    expect(codes(table)).toEqual(['EMPTY_COLUMN'])
  })

  test.each([';', '\t', '|'])('case 22: the delimiter %j is detected', (delimiter) => {
    const text = 'name,a;b\n"x;y",1;2\n"p|q",3;4\n'.replaceAll(/[,;](?![^"]*",)/g, delimiter)
    const table = parseCsv(text)
    expect(table.dialect.delimiter).toBe(delimiter)
    expect(table.columns).toHaveLength(3)
  })

  test('case 22: what stands in quotes does not count, and a tie goes to the comma', () => {
    expect(parseCsv('a,b\n"1;2;3;4",x\n"5;6;7;8",y\n').dialect.delimiter).toBe(',')
    expect(parseCsv('a,b;c\n1,2;3\n').dialect.delimiter).toBe(',')
    // Decimal commas split the rows but not the header.
    expect(parseCsv('a;b\n1,5;2,5\n3,5;4,5\n').dialect.delimiter).toBe(';')
    // One ragged row does not turn a file over.
    expect(failure('a,b\n1;1,2\n1;1,2,3\n1;1,2\n').code).toBe('RAGGED')
  })

  test('case 23: without a delimiter there is one column, unless another sign splits every line', () => {
    expect(rowsOf(parseCsv('size\n1\n2\n'))).toEqual([['1'], ['2']])
    expect(rowsOf(parseCsv('full name\nJane\nJohn Q Public\n'))).toHaveLength(2)
    const error = failure('a b c\n1 2 3\n4 5 6\n')
    expect(error.message).toMatchInlineSnapshot(
      `"parseCsv: line 1: no delimiter was found (tried comma, semicolon, tab, bar), but space splits every line alike. Set delimiter: " "."`,
    )
    expect(rowsOf(parseCsv('a b c\n1 2 3\n', { delimiter: ' ' }))).toEqual([['1', '2', '3']])
    expect(codes(parseCsv('a,b\n1,2\n', { delimiter: ';' }))).toContain('DELIMITER')
  })

  test('case 26: a first row of numbers is an error, settled by header', () => {
    const text = '34.6,78.0,0\n30.2,43.8,0\n'
    expect(failure(text).message).toMatchInlineSnapshot(
      `"parseCsv: line 1: the first row holds numbers ("34.6", "78.0", "0"), not names. Put a row of names first, or say that there is none. Set header: false."`,
    )
    expect(rowsOf(parseCsv(text, { header: false }))).toHaveLength(2)
    expect(columnNames(parseCsv(text, { header: false }))).toEqual(['column_1', 'column_2', 'column_3'])
    expect(columnNames(parseCsv(text, { header: true }))).toEqual(['34.6', '78.0', '0'])
  })

  test('case 27: names that are numbers are noted', () => {
    expect(codes(parseCsv('city,2019,2020\nOslo,1,2\n'))).toEqual(['HEADER_NUMERIC'])
  })

  test('case 28: a name used twice is an error, or renamed', () => {
    expect(failure('a,b,a\n1,2,3\n').message).toMatchInlineSnapshot(
      `"parseCsv: line 1, column "a": columns 1 and 3 have the same name. Rename one, or have the later one renamed. Set dedupe: true."`,
    )
    expect(columnNames(parseCsv('a,b,a,a_2\n1,2,3,4\n', { dedupe: true }))).toEqual(['a', 'b', 'a_3', 'a_2'])
  })

  test('case 28: names used very often are renamed too', () => {
    const text = `${'a,'.repeat(9998)}a_3\n${'1,'.repeat(9998)}1\n`
    const names = columnNames(parseCsv(text, { dedupe: true }))
    expect(names.slice(0, 4)).toEqual(['a', 'a_2', 'a_4', 'a_5'])
    expect(new Set(names).size).toBe(9999)
  })

  test('case 28: names of what every object has are names like others', () => {
    const types: Record<string, ColumnTypeName> = JSON.parse('{ "__proto__": "text" }')
    const table = parseCsv('__proto__,constructor,toString\n1,2,x\n3,4,y\n', { types })
    expect(columnNames(table)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(table.columns.map(({ kind }) => kind)).toEqual(['text', 'number', 'category'])
    expect(rowsOf(table)[1]).toEqual(['3', '4', 'y'])
  })

  test('case 29: a column without a name gets one, and spaces around names go', () => {
    const table = parseCsv(' a ,b,\n1,2,3\n')
    expect(columnNames(table)).toEqual(['a', 'b', 'column_3'])
    expect(codes(table).sort()).toEqual(['NAME_EMPTY', 'NAME_TRIMMED'])
    expect(columnNames(parseCsv('column_2,,x\n1,2,3\n'))).toEqual(['column_2', 'column_2_2', 'x'])
  })

  test('case 30: title lines are an error that says how many to skip', () => {
    const text = 'Sales report\nfor 2024\na,b,c\n1,2,3\n4,5,6\n'
    expect(failure(text).message).toMatchInlineSnapshot(
      `"parseCsv: line 1: the table seems to start in line 3, which has 3 cells; "Sales report" before it has 1. Set skipLines: 2."`,
    )
    const table = parseCsv(text, { skipLines: 2 })
    expect(columnNames(table)).toEqual(['a', 'b', 'c'])
    expect([...table.lines]).toEqual([4, 5])
    const commented = '# made by hand\na,b\n1,2\n# more\n3,4\n'
    expect(failure(commented).problems[0]?.setting).toEqual({ option: 'comment', value: '#' })
    expect([...parseCsv(commented, { comment: '#' }).lines]).toEqual([3, 5])
  })

  test('case 30: lines are skipped however many, and wherever the pieces end', async () => {
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 20_000; i++) yield bytes('a title, not a table\r')
      yield bytes('\n')
      yield bytes('a,b\n1,2\n')
    }
    const table = await readCsv(pieces(), { skipLines: 20_000 })
    expect(columnNames(table)).toEqual(['a', 'b'])
    expect([...table.lines]).toEqual([20_002])
    expect(failure('a,b\n1,2\n', { skipLines: 2 }).code).toBe('EMPTY')
  })

  test('case 30: a sep= line sets the delimiter', () => {
    const table = parseCsv('sep=|\r\na|b,c\r\n1|2,5\r\n')
    expect(columnNames(table)).toEqual(['a', 'b,c'])
    expect([...table.lines]).toEqual([3])
  })

  test('case 31: blank lines in the middle are skipped, with a count', () => {
    const table = parseCsv('a,b\n1,2\n\n \n,\n3,4\n\n\n')
    expect(table.rowCount).toBe(2)
    expect([...table.lines]).toEqual([2, 6])
    expect(table.report.problems.map((problem) => formatProblem(problem))).toEqual([
      'line 3: 3 blank lines were skipped, the first one here.',
    ])
  })

  test('case 32: a header inside the table is an error, or skipped', () => {
    const text = 'a,b\n1,2\na,b\n3,4\n'
    expect(failure(text)).toMatchObject({ code: 'REPEATED_HEADER', line: 3 })
    expect(rowsOf(parseCsv(text, { repeatedHeader: 'skip' }))).toHaveLength(2)
  })

  test('case 33: a row of totals is an error at its line', () => {
    expect(failure('n,price\n1,5\n2,6\n3,7\nTotal,18\n').message).toMatchInlineSnapshot(
      `"parseCsv: line 5, column "n": "Total" is not a number, but 3 of the 4 values of the column are. It looks like a row of totals: take it out."`,
    )
  })

  test('onBadRow: skip leaves bad rows out up to a share; report leaves them out and keeps the errors', () => {
    const text = `a,b\n${'1,2\n'.repeat(200)}3\nx,4\n`
    expect(failure(text, { onBadRow: 'skip', maxBadRows: 0.005 }).problems.at(-1)?.code).toBe('BAD_ROWS')
    const skipped = parseCsv(text, { onBadRow: 'skip' })
    expect(skipped.rowCount).toBe(200)
    expect(skipped.report.errorCount).toBe(0)
    expect(codes(skipped)).toEqual(['RAGGED', 'TYPE'])
    const reported = parseCsv(text, { onBadRow: 'report' })
    expect(reported.rowCount).toBe(200)
    expect(reported.report.errorCount).toBe(2)
  })

  test('maxRows ends the reading', () => {
    expect(parseCsv('a,b\n1,2\n3,4\n5\n', { maxRows: 2 }).rowCount).toBe(2)
  })
})

describe('types and values', () => {
  const kindOf = (cells: readonly string[], options?: CsvOptions): string => {
    const table = parseCsv(`x;y\n${cells.map((cell) => `${cell};k\n`).join('')}`, { delimiter: ';', ...options })
    return table.columns[0]!.kind
  }
  const valuesOf = (text: string, name: string, options?: CsvOptions): (string | undefined)[] => {
    const table = parseCsv(text, options)
    const column = columnOf(table, name)
    return Array.from({ length: table.rowCount }, (_, row) => cellText(column, row))
  }

  test('case 24: a decimal comma is detected for the file, with a warning', () => {
    const table = parseCsv('a;b\n1,5;2\n3;4,25\n')
    expect(rowsOf(table)).toEqual([
      ['1.5', '2'],
      ['3', '4.25'],
    ])
    expect(table.dialect.decimal).toBe(',')
    expect(codes(table)).toEqual(['DECIMAL'])
  })

  test.each(['skip', 'report'] as const)(
    'case 24: a decimal comma is said once, bad cells or not, with onBadRow: %s',
    async (onBadRow) => {
      // The first comma stands in the row of the bad cell, and the last one in another batch.
      const text = `a;b;c\n1,5;oops;NA\n${'2,5;2;NA\n'.repeat(2)}4;3;x\n7,5;4;x\n`
      const options = { onBadRow, maxBadRows: 1 }
      const table = parseCsv(text, options)
      expect(codes(table)).toEqual(['DECIMAL', 'TYPE', 'MISSING_WORD'])
      expect(table.report.problems[0]).toMatchObject({ severity: 'warning', line: 2, column: 'a', value: '1,5' })
      expect(table.dialect.decimal).toBe(',')
      expect(rowsOf(table).map(([a]) => a)).toEqual(['2.5', '2.5', '4', '7.5'])
      const batches: Table[] = []
      for await (const batch of readCsvBatches(text, { ...options, batchRows: 4 })) batches.push(batch)
      expect(batches.flatMap(rowsOf)).toEqual(rowsOf(table))
      expect(codes(batches.at(-1)!)).toEqual(['DECIMAL', 'TYPE', 'MISSING_WORD'])
    },
  )

  test('case 24: a cell with the other mark is a bad cell that can be left out; marks that stay mixed are an error once', () => {
    const skip = { onBadRow: 'skip', maxBadRows: 1 } as const
    const left = parseCsv('a;b\n1.5;1\n2,5;2\n3.5;3\n', skip)
    expect(codes(left)).toEqual(['TYPE'])
    expect(left.dialect.decimal).toBe('.')
    const mixed = failure('a;b;c\n1,5;2.5;1\n3,5;4.5;2\n5,5;6.5;oops\n7,5;8.5;4\n', skip)
    expect(mixed.problems.map(({ code }) => code).filter((code) => code.startsWith('DECIMAL'))).toEqual([
      'DECIMAL_MIXED',
    ])
  })

  test('case 24: decimal commas and points mixed are an error', () => {
    expect(failure('a;b\n1,5;2.5\n3,5;4.5\n').message).toMatchInlineSnapshot(
      `"parseCsv: line 2, column "a": "1,5" and 1 more have a decimal comma, but "2.5" in line 2, column "b", has a point. Write all numbers alike, or say which mark is meant. Set decimal: ","."`,
    )
  })

  test('case 24: a comma that may separate thousands does not make it a decimal comma', () => {
    const table = parseCsv('a;b\n1,234;2\n5,678;4\n')
    expect(codes(table)).toEqual(['NUMBER_AS_TEXT'])
    expect(parseCsv('a;b\n1,234;2\n5,678;4\n', { decimal: ',' }).columns[0]).toMatchObject({ kind: 'number' })
  })

  test('case 25: amounts with units stay text; asked for numbers, the cells are named', () => {
    const text = 'price,n\n"$1,200.50",1\n$3,2\n(4.00),3\n'
    const table = parseCsv(text)
    expect(table.columns[0]!.kind).toBe('category')
    expect(codes(table)).toEqual(['NUMBER_AS_TEXT'])
    expect(failure(text, { types: { price: 'number' } }).message).toMatchInlineSnapshot(
      `"parseCsv: line 2, column "price": "$1,200.50" is not a number. Set types: { "price": "number:strip" }. (and 2 more errors)"`,
    )
    expect(valuesOf(text, 'price', { types: { price: 'number:strip' } })).toEqual(['1200.5', '3', '-4'])
    expect(valuesOf('w\n5 kg\n-12%\n€7\n', 'w', { types: { w: 'number:strip' } })).toEqual(['5', '-12', '7'])
  })

  test('case 41: words for "missing" are missing in numeric columns, and text in text columns', () => {
    const text = 'n,country\n1,NA\nNA,DE\n?,\n-,NA\n#N/A,FR\n2,FR\n'
    const table = parseCsv(text)
    expect(valuesOf(text, 'n')).toEqual(['1', undefined, undefined, undefined, undefined, '2'])
    expect(valuesOf(text, 'country')).toEqual(['NA', 'DE', undefined, 'NA', 'FR', 'FR'])
    expect(codes(table)).toEqual(['MISSING_WORD'])
    expect(table.report.problems[0]?.line).toBe(2)
    expect(valuesOf(text, 'country', { na: ['NA', '?', '-', '#N/A'] })[0]).toBeUndefined()
  })

  test('case 41: a quoted NA is always data', () => {
    expect(valuesOf('c,n\n"NA",1\nNA,2\nx,3\n', 'c', { na: ['NA'] })).toEqual(['NA', undefined, 'x'])
    expect(failure('n,k\n1,a\n2,b\n"NA",c\n')).toMatchObject({ code: 'TYPE', line: 4, column: 'n' })
  })

  test('case 42: infinite and not-a-number values are an error, or missing', () => {
    for (const cell of ['Infinity', '-inf', 'nan', '1e400']) {
      const text = `a,b\n1,2\n${cell},3\n4,5\n`
      expect(failure(text)).toMatchObject({ code: 'NONFINITE', line: 3, column: 'a' })
      expect(valuesOf(text, 'a', { nonFinite: 'missing' })).toEqual(['1', undefined, '4'])
    }
  })

  test('case 43: a word in a numeric column is an error at the cell, however late', () => {
    const error = failure(`n,k\n${'1.5,a\n'.repeat(30_000)}oops,b\n${'2,c\n'.repeat(5)}`)
    expect(error).toMatchObject({ code: 'TYPE', line: 30_002, column: 'n' })
    expect(error.message).toMatchInlineSnapshot(
      `"parseCsv: line 30002, column "n": "oops" is not a number, but 30005 of the 30006 values of the column are. Correct it, name it in na if it means "missing", or keep the column as text. Set types: { "n": "category" }."`,
    )
    expect(formatProblem(error.problems[0]!, 'flags')).toContain('Use --types n=category.')
  })

  test('case 43: a column with fewer numbers than words is text', () => {
    expect(kindOf(['12', 'A1', 'B7', 'C'])).toBe('category')
  })

  test('case 44: whole numbers too large to be exact stay text', () => {
    const table = parseCsv('id,n\n9007199254740993,1\n12,2\n')
    expect(valuesOf('id,n\n9007199254740993,1\n12,2\n', 'id')).toEqual(['9007199254740993', '12'])
    expect(codes(table)).toEqual(['PRECISION'])
    expect(kindOf(['9007199254740993'], { types: { x: 'number' } })).toBe('number')
    expect(kindOf(['0.12345678901234567890'])).toBe('number')
  })

  test('case 45: leading zeros make a column text', () => {
    const table = parseCsv('zip,n\n01234,1\n98765,2\n')
    expect(table.columns[0]!.kind).toBe('category')
    expect(codes(table)).toEqual(['LEADING_ZERO'])
    expect(kindOf(['0', '0.5', '-0.25', '0e3', '10'])).toBe('number')
  })

  test('case 46: booleans in many spellings; a mix is a warning', () => {
    for (const [no, yes] of [
      ['false', 'true'],
      ['No', 'YES'],
      ['n', 'y'],
      ['F', 'T'],
      ['off', 'on'],
    ] as const) {
      const table = parseCsv(`b,k\n${yes},1\n${no},2\n,3\n`)
      expect(table.columns[0]).toMatchObject({ kind: 'boolean', labels: [no, yes], missingCount: 1 })
      expect([...(table.columns[0]!.kind === 'boolean' ? table.columns[0]!.values : [])]).toEqual([1, 0, 255])
      expect(codes(table)).toEqual([])
    }
    expect(codes(parseCsv('b\nyes\n0\ntrue\nno\n'))).toEqual(['BOOLEAN_MIXED'])
    expect(kindOf(['0', '1', '1'])).toBe('number')
    expect(kindOf(['yes', 'no', 'maybe'])).toBe('category')
    expect(failure('b\nyes\nmaybe\n', { types: { b: 'boolean' } })).toMatchObject({ code: 'TYPE', line: 3 })
  })

  test('case 47: dates are text, until asked for; then they must be clear', () => {
    const table = parseCsv('d,n\n2024-02-29,1\n2024-03-01,2\n')
    expect(table.columns[0]!.kind).toBe('category')
    expect(codes(table)).toEqual(['DATE_AS_TEXT'])
    expect(valuesOf('d\n1970-01-02\n1971-01-01T12:00\n', 'd', { types: { d: 'date' } })).toEqual(['1', '365.5'])
    expect(valuesOf('d\n02.01.1970\n31.01.1970\n', 'd', { types: { d: 'date' } })).toEqual(['1', '30'])
    expect(valuesOf('d\n01/02/1970\n01/31/1970\n', 'd', { types: { d: 'date' } })).toEqual(['1', '30'])
    expect(failure('d\n01/02/1970\n03/04/1970\n', { types: { d: 'date' } }).message).toMatchInlineSnapshot(
      `"parseCsv: line 2, column "d": "01/02/1970" may have the day or the month first, and no other date of the column tells. Set types: { "d": "date:dmy" }."`,
    )
    expect(valuesOf('d\n01/02/1970\n', 'd', { types: { d: 'date:mdy' } })).toEqual(['1'])
    expect(failure('d\n30.02.2024\n', { types: { d: 'date:dmy' } })).toMatchObject({ code: 'TYPE', line: 2 })
  })

  test('case 40: labels that differ only by case or spaces are listed, or joined', () => {
    const text = 'c,n\ngood,1\nGood,2\n"good ",3\ngood,4\nbad,5\n'
    const table = parseCsv(text)
    expect(table.report.problems.map((problem) => formatProblem(problem))).toMatchInlineSnapshot(`
      [
        "column "c": "good" (2), "Good" (1), "good " (1) differ only by case or spaces: they count as different labels. Set normalizeLabels: true.",
      ]
    `)
    expect(valuesOf(text, 'c', { normalizeLabels: true })).toEqual(['good', 'good', 'good', 'good', 'bad'])
  })

  test('case 40: of many spellings the most frequent are listed', () => {
    const spelling = (bits: number): string =>
      Array.from('abcdefgh', (letter, i) => ((bits >> i) & 1 ? letter.toUpperCase() : letter)).join('')
    const rows = Array.from({ length: 512 }, (_, i) => `${spelling(i % 256)},${i}\n`)
    const { message } = problemsOf(parseCsv(`c,n\n${rows.join('')}`).report, 'LABEL_SPELLING')[0]!
    expect(message).toMatch(/^"abcdefgh" \(2\), .* \(2\), 250 more differ only by case/)
    expect(message.length).toBeLessThan(200)
  })

  test('case 59: a name with terminal codes is escaped in the flag that is suggested, and where names are listed', () => {
    const error = failure('\u001b[31mn,k\n1,a\n2,b\nx,c\n')
    expect(formatProblem(error.problems[0]!, 'flags')).toContain("Use --types '\\x1b[31mn=category'.")
    expect(failure('\u202ename,b\n1,2\n', { types: { nothing: 'number' } }).message).toContain('"\\u202ename"')
  })

  test('case 59: control characters and terminal codes are escaped in messages, and formulas on writing if asked', () => {
    const error = failure('n,k\n1,a\n2,b\n"\u001b[31mred\u0007\u202e",c\n')
    expect(error.message).toContain('"\\x1b[31mred\\x07\\u202e"')
    expect(error.problems[0]?.value).toBe('\\x1b[31mred\\x07\\u202e')
    expect([...failure(`n,k\n1,a\n2,b\n${'😀'.repeat(100)},c\n`).problems[0]!.value!]).toHaveLength(60)
    expect(formatCsvRecord(['=1+1', '-5', '@x'], { escapeFormulas: true })).toBe("'=1+1,-5,'@x\n")
    expect(formatCsvRecord(['=1+1'])).toBe('=1+1\n')
  })

  test('case 60: names in any script are kept', () => {
    const names = ['العمر', '😀', 'e\u0301te', '名前']
    const table = parseCsv(`${names.join(',')}\n1,2,3,x\n`)
    expect(columnNames(table)).toEqual(names)
  })

  test('types that name no column, or are none, are errors', () => {
    expect(failure('age,b\n1,2\n', { types: { agge: 'number' } }).message).toMatchInlineSnapshot(
      `"parseCsv: types names "agge", but there is no such column. Did you mean "age"?"`,
    )
    expect(() => parseCsv('a\n1\n', { delimiter: ',,' })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: parseCsv: delimiter must be one character: got ",,".]`,
    )
    expect(columnNames(parseCsv('a,b\n1,oops\n', { types: { b: 'ignore' } }))).toEqual(['a'])
  })

  test('a type that does not exist is an error, whether a record or a function gives it', () => {
    const types: Record<string, ColumnTypeName> = JSON.parse('{ "a": "numbr" }')
    const message = 'parseCsv: column "a" cannot be of type "numbr". Did you mean "number"?'
    expect(() => parseCsv('a\n1\n', { types })).toThrow(new ArgumentError(message))
    expect(() => parseCsv('a\n1\n', { types: (name) => types[name] })).toThrow(new ArgumentError(message))
  })
})
