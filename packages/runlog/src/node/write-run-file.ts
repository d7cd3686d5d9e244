import type { FileEntry } from '../file-entry.ts'
import { releaseLock, takeLock } from './lock.ts'
import { ManifestFile } from './manifest-file.ts'
import { readManifest } from './read-run.ts'

/**
 * Adds a file, such as a plot or an evaluation, to a run that nobody is writing, and lists it in `run.json`.
 *
 * @throws {RunlogError} NOT_A_RUN; LOCKED; FILE_NAME when the name is unsafe or kept by the run itself; IO
 * @example
 * await writeRunFile('runs/20260131-090507-iris', 'plots/loss.svg', svg)
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
