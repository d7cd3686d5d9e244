import { describe, expect, test } from 'vitest'
import { readCsvFile } from '../csv/read-csv-file.ts'
import { columnNames } from './table.ts'
import { planTarget } from './target.ts'

/** A table of two exam marks and admission, 100 rows without names: not part of this repository. */
const path = process.env['METAGRAD_MARKS']

describe.skipIf(path === undefined)('the table of exam marks (set METAGRAD_MARKS to its path to run)', () => {
  test('has no header: that is said, and either reading can be asked for', async () => {
    await expect(readCsvFile(path!)).rejects.toMatchObject({ code: 'HEADER', line: 1 })
    const table = await readCsvFile(path!, { header: false })
    expect(table.rowCount).toBe(100)
    expect(columnNames(table)).toEqual(['column_1', 'column_2', 'column_3'])
    expect(planTarget(table, 'column_3')).toMatchObject({ task: 'binary', classes: ['0', '1'] })
    const forced = await readCsvFile(path!, { header: true })
    expect(forced.rowCount).toBe(99)
  })
})
if (path === undefined) console.log('skipped the table of exam marks: METAGRAD_MARKS is not set to its path')
