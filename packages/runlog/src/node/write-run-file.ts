import type { FileEntry } from '../file-entry.ts'
import { releaseLock, takeLock } from './lock.ts'
import { ManifestFile } from './manifest-file.ts'
import { readManifest } from './read-run.ts'

/**
 * Adds a file, such as a plot or an evaluation, to a run that nobody is writing, and lists it in `run.json`.
 *
 * @throws {RunlogError} NOT_A_RUN; LOCKED; FILE_NAME when the name is unsafe or kept by the run itself; IO
 * @example
 * const facts = { command: process.argv, versions: { node: process.version }, device: 'cpu', seed: 1, data: [] }
 * const run = await createRun({ root: 'runs', name: 'iris', config: { epochs: 1 }, ...facts })
 * await run.start({ totals: { rows: { train: 120 } }, task: 'classification', metrics: [] })
 * await run.end({ status: 'done', exitCode: 0 })
 *
 * await writeRunFile(run.directory, 'plots/loss.svg', '<svg/>')
 * // -> { path: 'plots/loss.svg', bytes: 6, sha256: '...' }
 */
export async function writeRunFile(directory: string, path: string, data: Uint8Array | string): Promise<FileEntry> {
  await readManifest(directory) // Only a run is locked.
  await takeLock(directory)
  try {
    return await new ManifestFile(directory, await readManifest(directory)).writeFile(path, data)
  } finally {
    await releaseLock(directory)
  }
}
