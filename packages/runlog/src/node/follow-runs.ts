import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeEvent } from '../encode.ts'
import { formatProblem } from '../problem.ts'
import type { RunMessage } from '../run-message.ts'
import { followRun } from './follow.ts'
import type { ListedRun } from './list-runs.ts'
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
  const watching = watchFolder(folder, { followed, reached: new Map(positions), broken: new Map(), push }, signal)
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

/** What is known of the runs of a folder, by id. */
interface Watched {
  readonly followed: Map<string, AbortController>
  /** Where the listener stands in each log, in bytes. */
  readonly reached: Map<string, number>
  /** Why a run could not be read when it was last tried. */
  readonly broken: Map<string, string>
  readonly push: Push
}

async function watchFolder(folder: string, watched: Watched, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A folder that cannot be read at this moment tells nothing of its runs.
    const listed = await listRuns(folder).catch(() => undefined)
    if (listed !== undefined) look(listed, watched)
    await sleep(lookMs, undefined, { signal }).catch(() => undefined)
  }
}

function look(listed: readonly ListedRun[], watched: Watched): void {
  const { followed, reached, broken, push } = watched
  for (const run of listed) {
    const id = basename(run.directory)
    if ('problem' in run) tellBroken(id, run.problem, watched)
    else if (!followed.has(id)) void follow(run.directory, watched)
  }
  const present = new Set(listed.map(({ directory }) => basename(directory)))
  for (const id of new Set([...reached.keys(), ...followed.keys(), ...broken.keys()])) {
    if (present.has(id)) continue
    followed.get(id)?.abort()
    for (const known of [followed, reached, broken]) known.delete(id)
    void push({ kind: 'gone', id })
  }
}

function tellBroken(id: string, error: unknown, { broken, push }: Watched): void {
  const problem = error instanceof Error ? error.message : String(error)
  if (broken.get(id) !== problem) void push({ kind: 'broken', id, problem })
  broken.set(id, problem)
}

async function follow(directory: string, watched: Watched): Promise<void> {
  const { followed, reached, broken, push } = watched
  const id = basename(directory)
  const follower = new AbortController()
  const { signal } = follower
  followed.set(id, follower)
  try {
    let config: Readonly<Record<string, unknown>> | undefined = await readConfig(directory)
    for await (const update of followRun(directory, { position: reached.get(id), signal })) {
      if (signal.aborted) return
      reached.set(id, update.position)
      broken.delete(id)
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
    if (signal.aborted) return
    // The next look tries again: it may be mended by then.
    followed.delete(id)
    tellBroken(id, error, watched)
  }
}
