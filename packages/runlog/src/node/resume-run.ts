import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { RunlogError } from '../errors.ts'
import type { RunManifest } from '../manifest.ts'
import { encodeConfig } from './create-run.ts'
import { eventFileName } from './event-file.ts'
import { ioError, isMissing } from './io-error.ts'
import { releaseLock, takeLock } from './lock.ts'
import { ManifestFile } from './manifest-file.ts'
import { readBytes } from './read-bytes.ts'
import { maxManifestBytes, readHistory, readManifest } from './read-run.ts'
import type { RunTarget, RunTuning } from './run.ts'
import { Run } from './run.ts'

/** What may differ from the attempts before; what is left out stays as it was. */
export interface ResumeRunOptions
  extends RunTuning, Partial<Pick<RunManifest, 'command' | 'cwd' | 'versions' | 'device'>> {
  /** Replaces `config.json`. */
  readonly config?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Takes up a run that has stopped, or one that ended and is to go on. Locks it at once and writes nothing before its
 * `start`, which must say from which step it goes on; `abort` lets go of it unchanged.
 *
 * @throws {RunlogError} NOT_A_RUN; LOCKED when another process writes it; FORMAT; ARGUMENT; IO
 * @example
 * const facts = { command: process.argv, versions: { node: process.version }, device: 'cpu', seed: 1, data: [] }
 * const first = await createRun({ root: 'runs', name: 'iris', config: { epochs: 1 }, ...facts })
 * const start = { totals: { rows: { train: 120 } }, task: 'classification', metrics: [] }
 * await first.start(start)
 * first.scalars(8, 1, { 'train/loss': 1.1 })
 * await first.end({ status: 'interrupted', exitCode: 130 })
 *
 * const run = await resumeRun(first.directory)
 * await run.start({ ...start, toStep: 8 })
 * await run.end({ status: 'done', exitCode: 0 })
 * run.attempt // -> 2
 */
export async function resumeRun(directory: string, options: ResumeRunOptions = {}): Promise<Run> {
  const config = options.config && encodeConfig('resumeRun', options.config)
  await readManifest(directory) // Only a run is locked.
  await takeLock(directory)
  try {
    return new Run(await resumeTarget(directory, options, config), options)
  } catch (error) {
    await releaseLock(directory)
    throw error
  }
}

async function resumeTarget(
  directory: string,
  options: ResumeRunOptions,
  config: string | undefined,
): Promise<RunTarget> {
  const before = await readManifest(directory)
  const { history, lastSeq, end } = await readHistory(directory)
  const attempt = Math.max(before.attempt, history.attempt) + 1
  const path = join(directory, eventFileName)
  const configBefore = config && (await readBytes('resumeRun', join(directory, 'config.json'), maxManifestBytes))
  let opened: ManifestFile | undefined
  return {
    attempt,
    firstSeq: lastSeq + 1,
    history,
    open: async () => {
      await cutLog(path, end) // Half a line at the end would swallow the next one.
      opened = new ManifestFile(directory, before)
      const { command = before.command, cwd = before.cwd, versions = before.versions, device = before.device } = options
      const ended = { ended: undefined, exitCode: undefined }
      await opened.update({ status: 'running', attempt, command, cwd, versions, device, ...ended })
      if (config !== undefined) await opened.writeOwnFile('config.json', config)
      return opened
    },
    undo: async () => {
      if (opened !== undefined) {
        await cutLog(path, end)
        if (configBefore !== undefined) await opened.writeOwnFile('config.json', configBefore)
        await opened.update(before)
      }
      await releaseLock(directory)
    },
  }
}

async function cutLog(path: string, end: number): Promise<void> {
  try {
    await truncate(path, end)
  } catch (cause) {
    if (!isMissing(cause)) throw ioError('resumeRun', path, cause)
    if (end > 0) {
      throw new RunlogError(`resumeRun: ${path}.gz is compressed. Decompress it with gunzip first.`, 'FORMAT', {
        cause,
      })
    }
  }
}
