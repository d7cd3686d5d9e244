import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { maxLineBytes } from '../encode.ts'
import { EventReader } from '../event-reader.ts'
import { eventFileName } from './event-file.ts'
import { ioError, isMissing } from './io-error.ts'

/** Enough of an event to tell whether its run is alive. */
export interface LastEvent {
  readonly kind: string
  /** Milliseconds since 1970. */
  readonly t: number
}

/** The last complete line of a log, found in its last bytes; undefined when there is none. */
export async function lastEvent(directory: string): Promise<LastEvent | undefined> {
  const path = join(directory, eventFileName)
  try {
    const file = await open(path, 'r')
    try {
      // An incomplete line may follow the last complete one.
      const { size } = await file.stat()
      const bytes = new Uint8Array(Math.min(size, 2 * maxLineBytes))
      const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length)
      const last = new EventReader().push(bytes.subarray(0, bytesRead)).findLast(({ type }) => type !== 'problem')
      if (last === undefined || last.type === 'problem') return undefined
      return last.type === 'event' ? last.event : last
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw ioError('lastEvent', path, error)
  }
}
