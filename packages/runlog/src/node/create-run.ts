import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { RunlogError } from '../errors.ts'
import { RunHistory } from '../history.ts'
import { stringifyJson } from '../json-number.ts'
import type { RunManifest } from '../manifest.ts'
import { manifestSchema, runFormat } from '../manifest.ts'
import { checkSchema } from '../schema-error.ts'
import { ioError, isMissing } from './io-error.ts'
import { takeLock } from './lock.ts'
import { ManifestFile } from './manifest-file.ts'
import type { CreatedDirectory } from './new-directory.ts'
import { createDirectory } from './new-directory.ts'
import { readManifest } from './read-run.ts'
import type { RunTarget, RunTuning } from './run.ts'
import { Run } from './run.ts'

/** What is known of a run before it starts. */
export interface CreateRunOptions
  extends RunTuning, Pick<RunManifest, 'command' | 'versions' | 'device' | 'seed' | 'data'> {
  /** Folder of all runs, such as `runs`; made at the start when it does not exist. */
  readonly root: string
  /** Ends the run's folder name, as a slug: often the name of the data file. */
  readonly name: string
  /** Every option after merging: the content of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>
  /** `process.cwd()` by default. */
  readonly cwd?: string | undefined
}

/**
 * Prepares a new run. Nothing is written before its `start`, so a training that fails on the way there leaves no trace.
 *
 * @throws {RunlogError} ARGUMENT when an option is not valid; IO when `root` cannot be a folder.
 * @example
 * const data = [await describeFile('examples/data/admissions.csv')]
 * const facts = { command: process.argv, versions: { node: process.version }, device: 'cpu', seed: 1, data }
 * const run = await createRun({ root: 'runs', name: 'admissions', config: { epochs: 2 }, ...facts })
 * run.directory // -> throws RunlogError: directory: ...
 */
export async function createRun(options: CreateRunOptions): Promise<Run> {
  const { root, name, cwd = process.cwd(), command, versions, device, seed, data } = options
  const facts = { command, cwd, versions, device, seed, data }
  const manifestFor = (id: string, time: Date): RunManifest => ({
    format: runFormat,
    id,
    status: 'running',
    attempt: 1,
    started: time.toISOString(),
    ...facts,
    files: [],
  })
  const checked = checkSchema(manifestSchema, manifestFor('id', new Date(0)))
  if (!checked.ok) throw new RunlogError(`createRun: option is not valid: ${checked.text}.`, 'ARGUMENT')
  const config = encodeConfig('createRun', options.config)
  await checkRoot(root)

  let created: CreatedDirectory | undefined
  const target: RunTarget = {
    attempt: 1,
    firstSeq: 0,
    history: new RunHistory(),
    open: async (time) => {
      const fill = async (staging: string, id: string): Promise<void> => {
        await takeLock(staging)
        await new ManifestFile(staging, manifestFor(id, time)).writeOwnFile('config.json', config)
      }
      created = await createDirectory({ root, time, name, fill })
      return new ManifestFile(created.directory, await readManifest(created.directory))
    },
    undo: async () => created?.discard(),
  }
  return new Run(target, options)
}

/** The text of `config.json`. */
export function encodeConfig(operation: string, config: Readonly<Record<string, unknown>>): string {
  try {
    return `${stringifyJson(config, 2)}\n`
  } catch (cause) {
    throw new RunlogError(`${operation}: config cannot be written as JSON. Use plain values only.`, 'ARGUMENT', {
      cause,
    })
  }
}

// Better now than after the data was read.
async function checkRoot(root: string): Promise<void> {
  try {
    if ((await stat(root)).isDirectory()) return
  } catch (error) {
    if (isMissing(error)) return
    throw ioError('createRun', root, error)
  }
  throw new RunlogError(`createRun: ${join(root)} is not a folder. Choose another one for the runs.`, 'IO')
}
