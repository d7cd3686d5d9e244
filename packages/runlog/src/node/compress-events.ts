import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { RunlogError } from '../errors.ts'
import { eventFileName } from './event-file.ts'
import { compressedEventFileName } from './event-log.ts'
import { ioError } from './io-error.ts'
import { releaseLock, takeLock } from './lock.ts'
import { readManifest } from './read-run.ts'

/**
 * Replaces the log of a run that has ended by `events.jsonl.gz`, about a tenth of its size; readers take either.
 * To resume the run, decompress it first.
 *
 * @throws {RunlogError} STATE when the run has not ended; NOT_A_RUN; LOCKED; IO
 */
export async function compressEvents(directory: string): Promise<void> {
  const { status } = await readManifest(directory)
  if (status === 'running')
    throw new RunlogError(`compressEvents: ${directory} has not ended. Wait for its end.`, 'STATE')
  await takeLock(directory)
  const source = join(directory, eventFileName)
  const target = join(directory, compressedEventFileName)
  const staging = `${target}.new`
  try {
    await pipeline(createReadStream(source), createGzip(), createWriteStream(staging))
    await syncFile(staging)
    await rename(staging, target)
    await rm(source)
  } catch (cause) {
    await rm(staging, { force: true })
    throw ioError('compressEvents', source, cause)
  } finally {
    await releaseLock(directory)
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
