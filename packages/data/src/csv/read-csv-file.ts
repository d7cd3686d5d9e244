import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Table } from '../table/table.ts'
import type { CsvOptions } from './options.ts'
import { quoted } from './printable.ts'
import { ProblemLog, type Problem } from './problem.ts'
import { readCsv, readCsvBatches } from './read-csv.ts'
import { similarNames } from './similar.ts'

/**
 * Reads a CSV file, gzip-compressed or not, into a typed table. See `parseCsv`.
 *
 * @throws {TableError} `NOT_FOUND` (with the names nearby), `IS_DIRECTORY`, `NO_PERMISSION` or `IO` when the file
 * cannot be read, `IO_CHANGED` when it is written to meanwhile, and with what `parseCsv` throws.
 * @example
 * ```ts
 * const table = await readCsvFile('examples/data/admissions.csv', { types: { admitted: 'category' } })
 * columnNames(table) // -> ['exam1', 'exam2', 'admitted']
 * ```
 */
export async function readCsvFile(path: string, options: CsvOptions = {}): Promise<Table> {
  return readCsv(await fileBytes('readCsvFile', path), options)
}

/**
 * Reads a CSV file as tables of at most `batchRows` rows, in constant memory. See `readCsvBatches`.
 *
 * @throws {TableError} as `readCsvFile`.
 */
export async function* readCsvFileBatches(
  path: string,
  options: CsvOptions & { readonly batchRows?: number } = {},
): AsyncGenerator<Table, void, undefined> {
  yield* readCsvBatches(await fileBytes('readCsvFileBatches', path), options)
}

function fail(op: string, problem: Omit<Problem, 'severity'>): never {
  return new ProblemLog().fail(op, problem)
}

/** The bytes of a file, which is checked now. */
async function fileBytes(op: string, path: string): Promise<AsyncIterable<Uint8Array>> {
  const before = await stat(path).catch((error: unknown) => ioFault(op, path, error))
  if (before.isDirectory()) {
    const names = (await readdir(path).catch(() => [])).filter((name) => /\.(?:csv|tsv|txt)(?:\.gz)?$/i.test(name))
    fail(op, {
      code: 'IS_DIRECTORY',
      message: `${quoted(path)} is a directory.`,
      advice: names.length > 0 ? `Name a file in it: ${names.slice(0, 5).map(quoted).join(', ')}.` : 'Name a file.',
    })
  }
  return (async function* (): AsyncGenerator<Uint8Array> {
    let length = 0
    try {
      for await (const bytes of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>) {
        length += bytes.length
        yield bytes
      }
    } catch (error) {
      ioFault(op, path, error)
    }
    // A pipe or a device has no length, and nothing to compare.
    if (!before.isFile()) return
    const after = await stat(path).catch((error: unknown) => ioFault(op, path, error))
    if (after.mtimeMs !== before.mtimeMs || after.size !== length || after.ino !== before.ino) {
      fail(op, {
        code: 'IO_CHANGED',
        message: `${quoted(path)} changed while it was read: ${before.size} bytes before, ${after.size} after.`,
        advice: 'Wait until it is written, or copy it first.',
      })
    }
  })()
}

async function nearby(path: string): Promise<string> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => undefined)
  if (names === undefined) return `The folder ${quoted(folder)} does not exist either.`
  const similar = similarNames(basename(path), names)
  if (similar.length > 0) return `Did you mean ${similar.map(quoted).join(' or ')}?`
  const tables = names.filter((name) => /\.(?:csv|tsv)(?:\.gz)?$/i.test(name)).slice(0, 5)
  return tables.length > 0 ? `The folder has ${tables.map(quoted).join(', ')}.` : 'Check the path.'
}

async function ioFault(op: string, path: string, error: unknown): Promise<never> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return fail(op, { code: 'NOT_FOUND', message: `there is no file ${quoted(path)}.`, advice: await nearby(path) })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return fail(op, {
      code: 'NO_PERMISSION',
      message: `${quoted(path)} may not be read.`,
      advice: 'Check its permissions.',
    })
  }
  if (!(error instanceof Error)) throw error
  return fail(op, { code: 'IO', message: `${quoted(path)} cannot be read: ${error.message}.` })
}
