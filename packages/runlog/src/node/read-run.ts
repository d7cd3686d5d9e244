import { join } from 'node:path'
import { RunlogError } from '../errors.ts'
import { entryProblem, EventReader } from '../event-reader.ts'
import { RunHistory } from '../history.ts'
import type { RunManifest } from '../manifest.ts'
import { parseManifest } from '../manifest.ts'
import type { Problem } from '../problem.ts'
import type { RunStatus } from '../status.ts'
import { runStatus } from '../status.ts'
import { incompleteLine } from '../validate.ts'
import { readEntries } from './event-log.ts'
import { resolveInside } from './inside.ts'
import { isMissing } from './io-error.ts'
import { isLockAbandoned } from './lock.ts'
import { manifestFileName } from './manifest-file.ts'
import { readBytes } from './read-bytes.ts'

/** Most bytes of `run.json` and of `config.json`. */
export const maxManifestBytes: number = 16 * 1024 * 1024
const maxFileBytes = 2 * 1024 * 1024 * 1024

/** A run as it stands on the disk. */
export interface OpenedRun {
  readonly directory: string
  readonly manifest: RunManifest
  readonly config: Readonly<Record<string, unknown>>
  readonly history: RunHistory
  readonly status: RunStatus
  /** Lines of the log that could not be used. */
  readonly problems: readonly Problem[]
}

/**
 * Reads a whole run. Lines of its log that are not valid are left out and reported.
 *
 * @throws {RunlogError} NOT_A_RUN when there is no `run.json`; FORMAT when it or `config.json` is not valid; TOO_LARGE; IO
 * @example
 * const facts = { command: process.argv, versions: { node: process.version }, device: 'cpu', seed: 1, data: [] }
 * const run = await createRun({ root: 'runs', name: 'iris', config: { epochs: 1 }, ...facts })
 * await run.start({ totals: { rows: { train: 120 } }, task: 'classification', metrics: [] })
 * run.scalars(1, 1, { 'train/loss': 1.1 })
 * await run.end({ status: 'done', exitCode: 0 })
 *
 * const { status, history } = await openRun(run.directory)
 * status // -> finished
 * history.series('train/loss')?.values // -> [1.1]
 */
export async function openRun(directory: string, { now = Date.now() }: { now?: number } = {}): Promise<OpenedRun> {
  const manifest = await readManifest(directory)
  const config = await readConfig(directory)
  const { history, problems } = await readHistory(directory)
  return { directory, manifest, config, history, problems, status: await statusOf(directory, history, now) }
}

/**
 * Reads `run.json`.
 * @throws {RunlogError} NOT_A_RUN when there is none; FORMAT; TOO_LARGE; IO
 */
export async function readManifest(directory: string): Promise<RunManifest> {
  try {
    return parseManifest(
      (await readBytes('readManifest', join(directory, manifestFileName), maxManifestBytes)).toString(),
    )
  } catch (error) {
    if (!(error instanceof RunlogError) || !isMissing(error.cause)) throw error
    throw new RunlogError(
      `readManifest: ${directory} is not a run: it has no run.json. Give a folder such as runs/20260131-090507-iris.`,
      'NOT_A_RUN',
      { cause: error },
    )
  }
}

/**
 * Reads `config.json`.
 * @throws {RunlogError} FORMAT when it is not a JSON object; TOO_LARGE; IO
 */
export async function readConfig(directory: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readBytes('readConfig', join(directory, 'config.json'), maxManifestBytes)
  let config: unknown
  try {
    config = JSON.parse(bytes.toString())
  } catch (cause) {
    throw new RunlogError('readConfig: config.json is not JSON.', 'FORMAT', { cause })
  }
  if (isObject(config)) return config
  throw new RunlogError('readConfig: config.json is not an object of options.', 'FORMAT')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A log as far as it is complete. */
export interface ReadHistory {
  readonly history: RunHistory
  readonly problems: readonly Problem[]
  /** `seq` of the last line that has one; -1 when there is none. */
  readonly lastSeq: number
  /** Offset in bytes after the last complete line. */
  readonly end: number
}

/**
 * Reads the log of a run.
 * @throws {RunlogError} IO
 */
export async function readHistory(directory: string): Promise<ReadHistory> {
  const reader = new EventReader()
  const history = new RunHistory()
  const problems: Problem[] = []
  let lastSeq = -1
  for await (const entries of readEntries(directory, reader)) {
    for (const entry of entries) {
      const problem = entryProblem(entry)
      if (problem !== undefined) problems.push(problem)
      if (entry.type === 'event') history.push(entry.event)
      if (entry.type === 'event') lastSeq = entry.event.seq
      else if (entry.type !== 'problem') lastSeq = entry.seq
      else lastSeq += 1
    }
  }
  problems.push(...incompleteLine(reader))
  return { history, problems, lastSeq, end: reader.position }
}

/**
 * Reads a file of a run whose name may come from outside, such as from a URL.
 * @throws {RunlogError} FILE_NAME when it could lie outside the run directory; TOO_LARGE; IO
 */
export async function readRunFile(
  directory: string,
  path: string,
  { maxBytes = maxFileBytes }: { maxBytes?: number } = {},
): Promise<Uint8Array> {
  return readBytes('readRunFile', await resolveInside('readRunFile', directory, path), maxBytes)
}

/** The badge of a run, given what its log says and whether its writer is known to be gone. */
export async function statusOf(
  directory: string,
  history: RunHistory,
  now: number,
  staleMs?: number,
): Promise<RunStatus> {
  const status = runStatus({ ended: history.end !== undefined, lastEventAt: history.last?.t, now, staleMs })
  return status === 'running' && (await isLockAbandoned(directory)) ? 'stale' : status
}
