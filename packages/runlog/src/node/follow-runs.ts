import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeEvent } from '../encode.ts'
import { formatProblem } from '../problem.ts'
import type { RunMessage } from '../run-message.ts'
import { followRun } from './follow.ts'
import { listRuns } from './list-runs.ts'
import { readConfig } from './read-run.ts'

/** Milliseconds between two looks for new runs. */
const lookMs = 1000

/** How to follow the runs of a folder. */
export interface FollowRunsOptions {
  /** What the listener has already, in bytes of the log by run. */
  readonly positions?: ReadonlyMap<string, number> | undefined
  /** Ends the following. */
  readonly signal: AbortSignal
}

/**
 * Everything that the runs of a folder record, past and to come, and the coming and going of runs. The folder may be made
 * later.
 *
 * @example
 * ```ts fragment
 * for await (const message of followRuns('runs', { signal })) send(message)
 * ```
 */
export async function* followRuns(
  folder: string,
  { positions = new Map(), signal }: FollowRunsOptions,
): AsyncGenerator<RunMessage> {
  const queue: { readonly message: RunMessage; readonly taken: () => void }[] = []
  let wake = (): void => undefined
  const push: Push = (message) =>
    new Promise((taken) => {
      if (signal.aborted) return taken()
      queue.push({ message, taken })
      return wake()
    })
  signal.addEventListener('abort', () => wake())
  const followed = new Map<string, AbortController>()
  const watching = watchFolder(folder, followed, positions, push, signal)
  try {
    while (!signal.aborted) {
      const [next] = queue
      if (next === undefined) {
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      yield next.message
      queue.shift()
      next.taken()
    }
  } finally {
    for (const { taken } of queue) taken()
    for (const follower of followed.values()) follower.abort()
    await watching
  }
}

/** Hands a message over, and resolves when it was taken: who waits for that never runs ahead of a slow listener. */
type Push = (message: RunMessage) => Promise<void>

async function watchFolder(
  folder: string,
  followed: Map<string, AbortController>,
  positions: ReadonlyMap<string, number>,
  push: Push,
  signal: AbortSignal,
): Promise<void> {
  const broken = new Map<string, string>()
  while (!signal.aborted) {
    const listed = await listRuns(folder).catch(() => [])
    const present = new Set(listed.map(({ directory }) => basename(directory)))
    for (const run of listed) {
      const id = basename(run.directory)
      if ('problem' in run) {
        if (broken.get(id) !== run.problem.message) void push({ kind: 'broken', id, problem: run.problem.message })
        broken.set(id, run.problem.message)
      } else if (!followed.has(id)) {
        const follower = new AbortController()
        followed.set(id, follower)
        void follow(run.directory, positions.get(id) ?? 0, push, follower.signal)
      }
    }
    for (const [id, follower] of followed) {
      if (present.has(id)) continue
      follower.abort()
      followed.delete(id)
      void push({ kind: 'gone', id })
    }
    await sleep(lookMs, undefined, { signal }).catch(() => undefined)
  }
}

async function follow(directory: string, position: number, push: Push, signal: AbortSignal): Promise<void> {
  const id = basename(directory)
  try {
    let config: Readonly<Record<string, unknown>> | undefined = await readConfig(directory)
    for await (const update of followRun(directory, { position, signal })) {
      await push({
        kind: 'news',
        id,
        status: update.status,
        lines: update.events.map(encodeEvent),
        problems: update.problems.map(formatProblem),
        position: update.position,
        restarted: update.restarted,
        ...(config === undefined ? {} : { config }),
      })
      config = undefined
    }
  } catch (error) {
    if (!signal.aborted)
      void push({ kind: 'broken', id, problem: error instanceof Error ? error.message : String(error) })
  }
}
