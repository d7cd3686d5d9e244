import { beforeEach, describe, expect, test, vi } from 'vitest'
import { cellText, problemsOf, type Table } from '../table/table.ts'
import { typeColumns } from './columns/type-columns.ts'
import type { CsvOptions } from './options.ts'
import { parseCsv, readCsvBatches } from './read-csv.ts'

// What the columns are typed with, so that passes can be counted.
vi.mock('./columns/type-columns.ts', async (load) => {
  const real = await load<{ readonly typeColumns: typeof typeColumns }>()
  return { typeColumns: vi.fn<typeof typeColumns>(real.typeColumns) }
})

const typing = vi.mocked(typeColumns)
beforeEach(() => {
  typing.mockClear()
})
const passes = (): number => typing.mock.calls.length

async function allBatches(text: string, options: CsvOptions, batchRows: number): Promise<Table[]> {
  const batches: Table[] = []
  for await (const batch of readCsvBatches(text, { ...options, batchRows })) batches.push(batch)
  return batches
}

const cellsOf = (table: Table, place = 0): (string | undefined)[] =>
  Array.from({ length: table.rowCount }, (_, row) => cellText(table.columns[place]!, row))

const lines = (count: number, line: (row: number) => string): string =>
  Array.from({ length: count }, (_, row) => `${line(row)}\n`).join('')

/**
 * Numbers with a leading zero make a column text; in each column the row that has it is bad by the column before. So
 * every pass finds one bad row, and leaving it out makes the next column one of numbers, with a bad cell.
 */
function chain(length: number, rows: number): string {
  const cell = (row: number, column: number): string => (row === column ? 'x' : row === column - 1 ? '01' : '7')
  const names = Array.from({ length }, (_, column) => `c${column}`)
  return `${names.join(',')}\n${lines(rows, (row) => names.map((_, column) => cell(row, column)).join(','))}`
}

describe('bad rows that are left out', () => {
  const ambiguous = `n,d\n${lines(300, (row) => `${row},01/02/1970`)}`

  test('are bad together where a column has no order of day and month', () => {
    const read = (): Table => parseCsv(ambiguous, { types: { d: 'date' }, onBadRow: 'skip' })
    expect(read).toThrow(expect.objectContaining({ code: 'BAD_ROWS', line: 2, column: 'd' }))
    expect(passes()).toBe(1)
    expect(read).toThrowErrorMatchingInlineSnapshot(
      `[TableError: parseCsv: line 2, column "d": 300 of 300 rows are bad, the first one here: more than the 1 % that may be skipped. Correct them, or raise the share. Set maxBadRows: 1.]`,
    )
  })

  test('are said once, and all left out, where the share allows it', () => {
    for (const options of [{ onBadRow: 'skip', maxBadRows: 1 }, { onBadRow: 'report' }] as const) {
      typing.mockClear()
      const { rowCount, report } = parseCsv(`${ambiguous}300,\n`, { types: { d: 'date' }, ...options })
      expect(rowCount).toBe(1)
      expect([...report.counts]).toEqual([['DATE_AMBIGUOUS', 1]])
      expect(passes()).toBe(2)
    }
  })

  test('take as many passes over a long table as over a short one', () => {
    for (const count of [1000, 100_000]) {
      typing.mockClear()
      const cells = ['31/01/1970', '7', 'yes', 'word']
      const line = (row: number): string => cells.map((cell, i) => (row % 10 === i ? 'oops' : cell)).join(',')
      const text = `d,n,b,w\n${lines(count, line)}`
      const types = { d: 'date', b: 'boolean' } as const
      const table = parseCsv(text, { types, onBadRow: 'skip', maxBadRows: 1 })
      expect(passes()).toBe(2)
      expect(table.rowCount).toBe(0.7 * count)
      expect(() => parseCsv(text, { types, onBadRow: 'skip' })).toThrow(expect.objectContaining({ code: 'BAD_ROWS' }))
      expect(passes()).toBe(3)
    }
  })

  test('count together, in whichever pass they are found', () => {
    const text = chain(3, 100)
    const table = parseCsv(text, { onBadRow: 'skip', maxBadRows: 0.03 })
    expect(table.rowCount).toBe(97)
    expect(table.columns.map(({ kind }) => kind)).toEqual(['number', 'number', 'number'])
    expect(() => parseCsv(text, { onBadRow: 'skip', maxBadRows: 0.02 })).toThrow(
      '3 of 100 rows are bad, the first one here: more than the 2 %',
    )
  })

  test('are an error where there is no end to them', () => {
    const text = chain(40, 100)
    for (const options of [{ onBadRow: 'skip', maxBadRows: 1 }, { onBadRow: 'report' }] as const) {
      typing.mockClear()
      const read = (): Table => parseCsv(text, options)
      expect(read).toThrow(
        expect.objectContaining({
          counts: new Map([
            ['TYPE', 8],
            ['BAD_ROWS', 1],
          ]),
        }),
      )
      expect(passes()).toBe(8)
      // Types that are named do not change.
      expect(parseCsv(text, { ...options, types: () => 'number' }).rowCount).toBe(60)
    }
  })

  test('count over all batches of a file', async () => {
    // One row in 200 is short: fewer than one in a hundred, but more than that of the rows of a batch after some batches.
    const short = (row: number): string => (row % 200 === 100 ? '1' : '1,2')
    const batches = await allBatches(`a,b\n${lines(2000, short)}`, { onBadRow: 'skip' }, 100)
    expect(batches.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(1990)
    // Bad cells of every batch count: the third bad row of 300 is one too many.
    const word = (row: number): string => (row % 100 === 50 ? '1,x' : '1,2')
    const read = allBatches(`a,b\n${lines(300, word)}`, { onBadRow: 'skip', maxBadRows: 0.009 }, 300)
    await expect(read).rejects.toMatchObject({ code: 'BAD_ROWS', line: 52, column: 'b' })
    const late = `a,b\n${lines(500, (row) => (row >= 497 || row === 50 ? '1,x' : '1,2'))}`
    await expect(allBatches(late, { onBadRow: 'skip', maxBadRows: 0.01 }, 100)).resolves.toHaveLength(5)
    await expect(allBatches(late, { onBadRow: 'skip', maxBadRows: 0.007 }, 100)).rejects.toMatchObject({ line: 52 })
  })
})

describe('what a file settles once', () => {
  const types = { d: 'date' } as const

  test('the order of day and month holds for the batches that follow', async () => {
    const text = 'd\n31/01/1970\n01/01/1970\n02/01/1970\n03/01/1970\n'
    expect((await allBatches(text, { types }, 2)).flatMap((batch) => cellsOf(batch))).toEqual(['30', '0', '1', '2'])
    const turned = allBatches('d\n31/01/1970\n01/01/1970\n01/31/1970\n03/01/1970\n', { types }, 2)
    await expect(turned).rejects.toMatchObject({ code: 'TYPE', line: 4, column: 'd' })
  })

  test('among dates with the year first, one with the year last is a bad cell', () => {
    const text = 'd\n1970-01-02\n1970-01-03\n13/01/1970\n1970-01-05\n'
    expect(() => parseCsv(text, { types })).toThrow(expect.objectContaining({ code: 'TYPE', line: 4 }))
    expect(cellsOf(parseCsv(text, { types, onBadRow: 'report' }))).toEqual(['1', '2', '4'])
  })

  test('the decimal mark waits for the first numbers that have one', async () => {
    const text = 'a;b\n1;2\n3;4\n2,5;1\n7;8\n9;4,5\n'
    for (const size of [1, 2, 3]) {
      const batches = await allBatches(text, { types: () => 'number' }, size)
      expect(batches.flatMap((batch) => cellsOf(batch))).toEqual(['1', '3', '2.5', '7', '9'])
      expect(batches[0]!.report.problems).toMatchObject([{ code: 'DECIMAL', line: 4, column: 'a' }])
    }
    const turned = allBatches(text.replace('3;4', '3;4.5'), { types: () => 'number' }, 2)
    await expect(turned).rejects.toMatchObject({ code: 'TYPE', line: 4, column: 'a' })
  })

  test('mixed decimal marks are reported once per column, with the first place and how many there are', async () => {
    const text = `a;b;c;d\n${lines(6, (row) => `1,5;2.5;${row + 4},25;x`)}`
    const mixed = ({ report }: Table): unknown =>
      problemsOf(report, 'DECIMAL_MIXED').map(({ severity, line, column, value, message }) => [
        severity,
        line,
        column,
        value,
        message,
      ])
    const point = 'but "2.5" in line 2, column "b", has a point.'
    const expected = [
      ['error', 2, 'a', '1,5', `"1,5" and 5 more have a decimal comma, ${point}`],
      ['error', 2, 'c', '4,25', `"4,25" and 5 more have a decimal comma, ${point}`],
    ]
    expect(mixed(parseCsv(text, { onBadRow: 'report' }))).toEqual(expected)
    for (const size of [2, 3, 5]) {
      const batches = await allBatches(text, { onBadRow: 'report' }, size)
      expect(mixed(batches.at(-1)!)).toEqual(expected)
      expect(batches[0]!.report.errorCount).toBe(2)
    }
  })
})
