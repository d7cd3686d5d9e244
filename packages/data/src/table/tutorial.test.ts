import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readCsvFile } from '../csv/read-csv-file.ts'
import { columnNames } from './table.ts'
import { planTarget } from './target.ts'

// A table of two exam marks and admission, 100 rows without names. It is not ours to publish: a folder beside the repository has
// it, or the one that a variable names.
const folder =
  process.env['METAGRAD_TUTORIAL_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url))
const path = join(folder, 'marks.txt')

test('the table of exam marks has no header: that is said, and either reading can be asked for', async ({ skip }) => {
  if (!existsSync(path)) skip(`${path} is not here; METAGRAD_TUTORIAL_DATA may name its folder`)
  await expect(readCsvFile(path)).rejects.toMatchObject({ code: 'HEADER', line: 1 })
  const table = await readCsvFile(path, { header: false })
  expect(table.rowCount).toBe(100)
  expect(columnNames(table)).toEqual(['column_1', 'column_2', 'column_3'])
  expect(planTarget(table, 'column_3')).toMatchObject({ task: 'binary', classes: ['0', '1'] })
  const forced = await readCsvFile(path, { header: true })
  expect(forced.rowCount).toBe(99)
})
