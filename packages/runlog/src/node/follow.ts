import { watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogEntry } from '../event-reader.ts'
import { entryProblem, EventReader } from '../event-reader.ts'
import type { RunEvent } from '../event.ts'
import type { Problem } from '../problem.ts'
import type { RunStatus } from '../status.ts'
import { runStatus } from '../status.ts'
import { eventFileName } from './event-file.ts'
import { readEntries } from './event-log.ts'
import { ioError, isMissing } from './io-error.ts'
import type { LastEvent } from './last-event.ts'
import { lastEvent } from './last-event.ts'
import { isLockAbandoned } from './lock.ts'
import { readManifest } from './read-run.ts'

/** Milliseconds after a change before it is read: what is written line by line is read in groups. */
const gatherMs = 100

/** News of a run. */
export interface RunUpdate {
  /** In order; superseded ones included, with the rewind that says so. */
  readonly events: readonly RunEvent[]
  readonly problems: readonly Problem[]
  readonly status: RunStatus
  /** Offset in bytes after the last line read: following can go on from here later. */
  readonly position: number
  /** The log became shorter than what was read of it: forget everything, it comes again from its start. */
  readonly restarted: boolean
}

/** How to follow a run. */
export interface FollowOptions {
  /** Offset in bytes of a line to start from, as an earlier update gave it; 0 by default. */
  readonly position?: number | undefined
  /** Ends the following. */
  readonly signal?: AbortSignal | undefined
  /** Time in milliseconds between looks where the system reports no change; 1000 by default. */
  readonly pollMs?: number | undefined
  /** Silence in milliseconds after which a run counts as stale; 30 000 by default. */
  readonly staleMs?: number | undefined
  /** Ends the following once the run is finished. By default it goes on, for a run that finished can be resumed. */
  readonly stopAtEnd?: boolean | undefined
}

/**
 * Everything a run records, from its past on into its future. There is an update for each group of new events and for
 * each change of status; changes are noticed through the system where it tells, and by looking once a second.
 *
 * @throws {RunlogError} NOT_A_RUN; FORMAT; IO
 * @example
 * ```ts fragment
 * for await (const { events, status } of followRun(directory, { signal })) {
 *   for (const event of events) history.push(event)
 *   show(history, status)
 * }
 * ```
 */
export async function* followRun(directory: string, options: FollowOptions = {}): AsyncGenerator<RunUpdate> {
  const { position = 0, signal, pollMs = 1000, staleMs, stopAtEnd = false } = options
  await readManifest(directory)
  const changes = watchChanges(directory, signal)
  let reader = new EventReader(position)
  let last: LastEvent | undefined = await lastEvent(directory)
  let reported: RunStatus | undefined

  const update = async (entries: readonly LogEntry[], restarted = false): Promise<RunUpdate> => {
    const events = entries.flatMap((entry) => (entry.type === 'event' ? [entry.event] : []))
    const problems = entries.flatMap((entry) => entryProblem(entry) ?? [])
    last = events.at(-1) ?? last
    reported = await statusAfter(directory, last, staleMs)
    return { events, problems, status: reported, position: reader.position, restarted }
  }

  try {
    for (;;) {
      if ((await logSize(directory, reader.position)) < reader.position) {
        reader = new EventReader()
        yield update([], true)
      }
      for await (const entries of readEntries(directory, reader)) {
        if (signal?.aborted) return
        yield update(entries)
      }
      reader.dropPartial() // It is read again, whole: its writer may have died and been resumed.
      if (signal?.aborted) return
      if ((await statusAfter(directory, last, staleMs)) !== reported) yield update([])
      if (stopAtEnd && reported === 'finished') return
      await changes.next(pollMs)
    }
  } finally {
    changes.close()
  }
}

async function statusAfter(directory: string, last: LastEvent | undefined, staleMs?: number): Promise<RunStatus> {
  const status = runStatus({ ended: last?.kind === 'end', lastEventAt: last?.t, now: Date.now(), staleMs })
  return status === 'running' && (await isLockAbandoned(directory)) ? 'stale' : status
}

/** Bytes of the log; `otherwise` when it is not there, as when it was compressed. */
async function logSize(directory: string, otherwise: number): Promise<number> {
  const path = join(directory, eventFileName)
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return otherwise
    throw ioError('followRun', path, error)
  }
}

interface Changes {
  /** Resolves a moment after a change since the last call, after `ms` milliseconds, or when the signal aborts. */
  next(ms: number): Promise<void>
  close(): void
}

function watchChanges(directory: string, signal: AbortSignal | undefined): Changes {
  let isChanged = false
  let wake = (): void => undefined
  const change = (): void => {
    isChanged = true
    wake()
  }
  const stopWatching = watchFolder(directory, change)
  signal?.addEventListener('abort', change)
  return {
    async next(ms) {
      let timer: NodeJS.Timeout | undefined
      if (!isChanged) {
        await new Promise<void>((resolve) => {
          wake = resolve
          timer = setTimeout(resolve, ms)
        })
      }
      clearTimeout(timer)
      await sleep(Math.min(gatherMs, ms), undefined, { ...(signal && { signal }) }).catch(() => undefined)
      isChanged = false
    },
    close() {
      stopWatching()
      signal?.removeEventListener('abort', change)
    },
  }
}

// Watching can fail at once or later, as on network drives; looking once in a while is then all there is.
function watchFolder(directory: string, change: () => void): () => void {
  try {
    const watcher = watch(directory, change)
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => undefined
  }
}
