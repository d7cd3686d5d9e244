import { type Table } from '../table/table.ts'
import { isGzip, joined, StrictDecoder } from './decode.ts'
import type { CsvOptions } from './options.ts'
import { ProblemLog } from './problem.ts'
import { TableReader } from './table-reader.ts'

/** What CSV can be read from. */
export type CsvInput = string | Uint8Array | AsyncIterable<Uint8Array>

/**
 * Reads CSV that is in memory into a typed table.
 *
 * The dialect (delimiter, decimal comma, byte order mark, `sep=` line) is detected, and every cell of every row is
 * checked: what cannot be read without a guess is an error with its line and column, what looks odd is a warning in
 * `table.report`.
 *
 * @throws {TableError} with all problems found; `code` is the first one's.
 * @example
 * ```ts
 * const table = parseCsv('age,city\n31,Oslo\n54,Rome\n')
 * table.columns.map(({ name, kind }) => `${name}: ${kind}`) // -> ['age: number', 'city: category']
 * ```
 */
export function parseCsv(input: string | Uint8Array, options: CsvOptions = {}): Table {
  const log = new ProblemLog()
  const reader = new TableReader('parseCsv', log, options)
  if (typeof input === 'string') {
    reader.push(StrictDecoder.text('parseCsv', log, input))
    return reader.end(undefined)[0]!
  }
  const decoder = new StrictDecoder('parseCsv', log, options.encoding)
  reader.push(decoder.push(input))
  reader.push(decoder.end())
  return reader.end(decoder.encoding)[0]!
}

/**
 * Reads CSV into a typed table: text, bytes, or bytes in pieces (a file, a `fetch` body), gzip included. See `parseCsv`.
 *
 * @throws {TableError} with all problems found; `code` is the first one's.
 * @example
 * ```ts
 * const table = await readCsv(new Blob(['age,city\n31,Oslo\n54,Rome\n']).stream())
 * table.rowCount // -> 2
 * ```
 */
export async function readCsv(input: CsvInput, options: CsvOptions = {}): Promise<Table> {
  let table: Table | undefined
  for await (const batch of batches('readCsv', input, options, Infinity)) table = batch
  return table!
}

/**
 * Reads CSV as tables of at most `batchRows` rows, in constant memory: for predicting over files of any size. Columns
 * are typed batch by batch, so `options.types` should name the type of each (see `readingOptions`).
 *
 * @throws {TableError} as soon as a batch has errors.
 * @example
 * ```ts
 * const counts: number[] = []
 * const batches = readCsvBatches('age\n31\n54\n20\n', { batchRows: 2, types: { age: 'number' } })
 * for await (const { rowCount } of batches) counts.push(rowCount)
 * counts // -> [2, 1]
 * ```
 */
export async function* readCsvBatches(
  input: CsvInput,
  options: CsvOptions & { readonly batchRows?: number } = {},
): AsyncGenerator<Table, void, undefined> {
  yield* batches('readCsvBatches', input, options, options.batchRows ?? 4096)
}

async function* batches(op: string, input: CsvInput, options: CsvOptions, batchRows: number): AsyncGenerator<Table> {
  const log = new ProblemLog()
  const reader = new TableReader(op, log, options, batchRows)
  let last: string | undefined
  for await (const [text, encoding] of texts(op, log, input, options)) {
    if (reader.done) break
    reader.push(text)
    yield* reader.takeBatches(encoding)
    last = encoding
  }
  yield* reader.end(last)
}

/** Characters or bytes of what is in memory that are read at a time. */
const pieceLength = 1 << 18

/** The decoded pieces of an input, each with the encoding it was in. */
async function* texts(
  op: string,
  log: ProblemLog,
  input: CsvInput,
  options: CsvOptions,
): AsyncGenerator<[text: string, encoding: string | undefined]> {
  if (typeof input === 'string') {
    const text = StrictDecoder.text(op, log, input)
    for (let start = 0; start < text.length; start += pieceLength) {
      yield [text.slice(start, start + pieceLength), undefined]
    }
    return
  }
  const decoder = new StrictDecoder(op, log, options.encoding)
  for await (const bytes of unzipped(op, log, input instanceof Uint8Array ? piecesOf(input) : input)) {
    yield [decoder.push(bytes), decoder.encoding]
  }
  yield [decoder.end(), decoder.encoding]
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceLength) yield bytes.subarray(start, start + pieceLength)
}

/** Passes bytes on, unpacked if they start as gzip does. */
async function* unzipped(op: string, log: ProblemLog, input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = input[Symbol.asyncIterator]()
  try {
    let head: Uint8Array = new Uint8Array(0)
    let ended = false
    while (head.length < 2 && !ended) {
      const next = await pieces.next()
      ended = next.done === true
      if (next.done !== true) head = joined(head, next.value)
    }
    const rest = async function* (): AsyncGenerator<Uint8Array> {
      if (head.length > 0) yield head
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value
    }
    yield* isGzip(head) ? gunzip(op, log, rest()) : rest()
  } finally {
    await pieces.return?.()
  }
}

async function* gunzip(op: string, log: ProblemLog, input: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream('gzip')
  const writer = stream.writable.getWriter()
  const reader = stream.readable.getReader()
  let inputFault: { error: unknown } | undefined
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* input
    } catch (error) {
      inputFault = { error }
      throw error
    }
  }
  const writing = (async (): Promise<void> => {
    try {
      for await (const bytes of watched()) await writer.write(new Uint8Array(bytes))
      await writer.close()
    } catch (error) {
      // The reading side rejects too, and reports it.
      await writer.abort(error).catch(() => {})
    }
  })()
  try {
    for (;;) {
      const next = await reader.read()
      if (next.done) break
      yield next.value
    }
    await writing
  } catch {
    if (inputFault) throw inputFault.error
    log.fail(op, {
      code: 'TRUNCATED',
      message: 'the gzip data is cut short or damaged.',
      advice: 'Get the file again, or test it with gzip -t.',
    })
  } finally {
    await reader.cancel().catch(() => {})
  }
}
