import { appendFile, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCsvFile, readCsvFileBatches } from './read-csv-file.ts'

describe('readCsvFile(path)', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'metagrad-data-'))
    await writeFile(join(folder, 'iris.csv'), 'a,b\n1,x\n2,y\n')
    await writeFile(join(folder, 'iris.csv.gz'), gzipSync('a,b\n1,x\n2,y\n'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const messageOf = async (path: string): Promise<string> => {
    const fault: unknown = await readCsvFile(path).catch((error: unknown) => error)
    if (!(fault instanceof Error)) throw new Error('nothing was thrown')
    return fault.message.replaceAll(folder, '')
  }

  test('reads a file, and a gzip file by its first bytes', async () => {
    expect((await readCsvFile(join(folder, 'iris.csv'))).rowCount).toBe(2)
    expect((await readCsvFile(join(folder, 'iris.csv.gz'))).rowCount).toBe(2)
  })

  test('case 1: a missing file is an error with the names nearby', async () => {
    expect(await messageOf(join(folder, 'irsi.csv'))).toMatchInlineSnapshot(
      `"readCsvFile: there is no file "/irsi.csv". Did you mean "iris.csv"?"`,
    )
    expect(await messageOf(join(folder, 'nowhere', 'x.csv'))).toContain('does not exist either')
    await expect(readCsvFile(join(folder, 'irsi.csv'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('case 1: a directory is an error that names what is in it', async () => {
    expect(await messageOf(folder)).toMatchInlineSnapshot(
      `"readCsvFile: "" is a directory. Name a file in it: "iris.csv", "iris.csv.gz"."`,
    )
    await expect(readCsvFile(folder)).rejects.toMatchObject({ code: 'IS_DIRECTORY' })
  })

  test('case 1: a file that may not be read is an error', async (context) => {
    // root reads everything.
    if (process.getuid?.() === 0 || process.platform === 'win32') context.skip('file permissions do not bind this user')
    const path = join(folder, 'secret.csv')
    await writeFile(path, 'a\n1\n')
    await chmod(path, 0)
    await expect(readCsvFile(path)).rejects.toMatchObject({ code: 'NO_PERMISSION' })
  })

  test('case 55: a file that grows while it is read is an error', async () => {
    const path = join(folder, 'growing.csv')
    await writeFile(path, `a,b\n${'1,x\n'.repeat(100_000)}`)
    const reading = async (): Promise<number> => {
      let rows = 0
      for await (const batch of readCsvFileBatches(path, { batchRows: 1000 })) {
        if (rows === 0) await appendFile(path, '2,y\n')
        rows += batch.rowCount
      }
      return rows
    }
    await expect(reading()).rejects.toMatchObject({ code: 'IO_CHANGED' })
  })

  test('a file in batches has the same rows', async () => {
    const path = join(folder, 'long.csv')
    await writeFile(path, `a,b\n${Array.from({ length: 2500 }, (_, i) => `${i},x\n`).join('')}`)
    const values: number[] = []
    const sizes: number[] = []
    for await (const { columns, rowCount } of readCsvFileBatches(path, { batchRows: 1000 })) {
      sizes.push(rowCount)
      if (columns[0]!.kind === 'number') values.push(...columns[0]!.values)
    }
    expect(sizes).toEqual([1000, 1000, 500])
    expect(values).toEqual(Array.from({ length: 2500 }, (_, i) => i))
  })
})
