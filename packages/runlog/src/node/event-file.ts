import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { encodeEvent, maxLineBytes } from '../encode.ts'
import { RunlogError } from '../errors.ts'
import type { RunEvent } from '../event.ts'
import type { FileEntry } from '../file-entry.ts'
import { replaceFileSync } from './atomic-file.ts'
import { sha256 } from './file-hash.ts'
import { ioError } from './io-error.ts'

/** Name of the log inside a run directory. */
export const eventFileName = 'events.jsonl'

/** Most bytes of an event that lies in a file of its own. */
export const maxSideFileBytes: number = 64 * 1024 * 1024

/**
 * The append-only log of a run. Each event is one write, made before the call returns: what was logged survives the
 * process, and what was synced survives the machine.
 */
export class EventFile {
  readonly #directory: string
  readonly #path: string
  readonly #descriptor: number
  #isOpen = true

  /** @throws {RunlogError} IO */
  constructor(directory: string) {
    this.#directory = directory
    this.#path = join(directory, eventFileName)
    try {
      this.#descriptor = openSync(this.#path, 'a')
    } catch (cause) {
      throw ioError('EventFile', this.#path, cause)
    }
  }

  /**
   * Appends an event; one that does not fit a line goes to a file of its own, which is returned.
   * @throws {RunlogError} IO, after which the log is as before; TOO_LARGE
   */
  append(event: RunEvent): FileEntry | undefined {
    const line = Buffer.from(`${encodeEvent(event)}\n`)
    if (line.length <= maxLineBytes) {
      this.#write(line)
      return undefined
    }
    const payload = this.#writeSideFile(event, line.subarray(0, -1))
    const { v, seq, t, kind, step, epoch } = event
    this.#write(Buffer.from(`${JSON.stringify({ v, seq, t, kind, step, epoch, payload })}\n`))
    return payload
  }

  /** Waits until everything is on the disk. */
  sync(): void {
    try {
      fsyncSync(this.#descriptor)
    } catch (cause) {
      throw ioError('EventFile', this.#path, cause)
    }
  }

  /** Closes the file; a second call does nothing. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeSync(this.#descriptor)
  }

  #write(line: Buffer): void {
    try {
      const written = writeSync(this.#descriptor, line)
      if (written === line.length) return
      // A full disk took only a part; half a line would swallow the next one.
      ftruncateSync(this.#descriptor, fstatSync(this.#descriptor).size - written)
    } catch (cause) {
      throw ioError('EventFile', this.#path, cause)
    }
    throw new RunlogError(`EventFile: ${this.#path}: the disk is full. Free some space.`, 'IO')
  }

  #writeSideFile(event: RunEvent, data: Buffer): FileEntry {
    if (data.length > maxSideFileBytes) {
      throw new RunlogError(
        `${event.kind}: event has ${data.length} bytes, at most ${maxSideFileBytes} fit. Record less at once.`,
        'TOO_LARGE',
      )
    }
    const path = `events/${String(event.seq).padStart(6, '0')}-${event.kind}.json`
    const full = join(this.#directory, path)
    try {
      mkdirSync(dirname(full), { recursive: true })
    } catch (cause) {
      throw ioError('EventFile', full, cause)
    }
    replaceFileSync(full, data)
    return { path, bytes: data.length, sha256: sha256(data) }
  }
}
