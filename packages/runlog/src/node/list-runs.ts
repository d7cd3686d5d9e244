import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunlogError } from '../errors.ts'
import type { RunManifest } from '../manifest.ts'
import { runIdPattern } from '../run-id.ts'
import type { RunStatus } from '../status.ts'
import { runStatus } from '../status.ts'
import { ioError, isMissing } from './io-error.ts'
import { lastEvent } from './last-event.ts'
import { isLockAbandoned } from './lock.ts'
import { readManifest } from './read-run.ts'

/** A run in a list, read without its whole log. */
export type ListedRun =
  | { readonly directory: string; readonly manifest: RunManifest; readonly status: RunStatus }
  /** A folder that has a run's name and cannot be read. */
  | { readonly directory: string; readonly problem: RunlogError }

/**
 * The runs in a folder, the latest first. A folder that does not exist has none; other folders in it are passed over.
 *
 * @throws {RunlogError} IO
 * @example
 * for (const run of await listRuns('runs')) if ('manifest' in run) console.log(run.manifest.id, run.status)
 */
export async function listRuns(root: string, { now = Date.now() }: { now?: number } = {}): Promise<ListedRun[]> {
  const names = await runNames(root)
  return Promise.all(names.map((name) => listRun(join(root, name), now)))
}

async function runNames(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true })
    const names = entries
      .filter((entry) => entry.isDirectory() && runIdPattern.test(entry.name))
      .map(({ name }) => name)
    const numeric = new Intl.Collator('en', { numeric: true })
    return names.sort((a, b) => numeric.compare(b, a))
  } catch (error) {
    if (isMissing(error)) return []
    throw ioError('listRuns', root, error)
  }
}

async function listRun(directory: string, now: number): Promise<ListedRun> {
  try {
    const manifest = await readManifest(directory)
    return { directory, manifest, status: await quickStatus(directory, manifest, now) }
  } catch (error) {
    return { directory, problem: ioError('listRuns', directory, error) }
  }
}

async function quickStatus(directory: string, manifest: RunManifest, now: number): Promise<RunStatus> {
  if (manifest.status !== 'running') return 'finished'
  const last = await lastEvent(directory)
  const status = runStatus({ ended: last?.kind === 'end', lastEventAt: last?.t, now })
  return status === 'running' && (await isLockAbandoned(directory)) ? 'stale' : status
}
