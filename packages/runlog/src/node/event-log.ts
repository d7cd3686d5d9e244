import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import type { LogEntry } from '../event-reader.ts'
import { EventReader } from '../event-reader.ts'
import { resolveReference } from '../parse.ts'
import { eventFileName, maxSideFileBytes } from './event-file.ts'
import { sha256 } from './file-hash.ts'
import { resolveInside } from './inside.ts'
import { ioError, isMissing } from './io-error.ts'
import { readBytes } from './read-bytes.ts'

/** Name of the log of a run that was compressed after its end. */
export const compressedEventFileName = 'events.jsonl.gz'

const chunkBytes = 256 * 1024

/**
 * The entries of a run's log in groups, from wherever `reader` stands, with side files read. A run without a log has none.
 * @throws {RunlogError} IO
 */
export async function* readEntries(
  directory: string,
  reader: EventReader = new EventReader(),
): AsyncGenerator<LogEntry[]> {
  for await (const chunk of readChunks(directory, reader.position)) {
    const entries = reader.push(chunk)
    const resolved: LogEntry[] = []
    for (const entry of entries) resolved.push(await withSideFile(directory, entry))
    if (resolved.length > 0) yield resolved
  }
}

async function* readChunks(directory: string, start: number): AsyncGenerator<Uint8Array> {
  const plain = join(directory, eventFileName)
  const compressed = join(directory, compressedEventFileName)
  const isCompressed = !(await exists(plain)) && (await exists(compressed))
  const path = isCompressed ? compressed : plain
  try {
    if (!isCompressed) return yield* bytesOf(createReadStream(path, { start, highWaterMark: chunkBytes }))
    let skip = start
    for await (const chunk of bytesOf(gunzip(path))) {
      if (skip < chunk.length) yield chunk.subarray(skip)
      skip = Math.max(0, skip - chunk.length)
    }
  } catch (cause) {
    if (!isMissing(cause)) throw ioError('readEvents', path, cause)
  }
}

function gunzip(path: string): NodeJS.ReadableStream {
  const source = createReadStream(path)
  const gunzipped = createGunzip()
  source.on('error', (error) => gunzipped.destroy(error)) // `pipe` leaves errors where they are.
  return source.pipe(gunzipped)
}

async function* bytesOf(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

async function withSideFile(directory: string, entry: LogEntry): Promise<LogEntry> {
  if (entry.type !== 'reference') return entry
  const { line, end, file } = entry
  try {
    const path = await resolveInside('readEvents', directory, file.path)
    const bytes = await readBytes('readEvents', path, maxSideFileBytes)
    if (sha256(bytes) === file.sha256) return Object.assign(resolveReference(entry, bytes.toString()), { line, end })
    return { type: 'problem', code: 'FILE', text: `${file.path} has changed since it was written`, line, end }
  } catch (error) {
    return { type: 'problem', code: 'FILE', text: error instanceof Error ? error.message : String(error), line, end }
  }
}
