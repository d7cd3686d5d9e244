import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RunlogError } from '../errors.ts'
import type { FileEntry } from '../file-entry.ts'
import { reservedFileNames } from '../file-name.ts'
import type { RunManifest } from '../manifest.ts'
import { encodeManifest } from '../manifest.ts'
import { replaceFile } from './atomic-file.ts'
import { sha256 } from './file-hash.ts'
import { resolveInside } from './inside.ts'
import { ioError } from './io-error.ts'

/** Name of the manifest inside a run directory. */
export const manifestFileName = 'run.json'

/** `run.json` and the files it lists: every change of either is on disk, in this order, when the call resolves. */
export class ManifestFile {
  readonly directory: string
  #manifest: RunManifest

  constructor(directory: string, manifest: RunManifest) {
    this.directory = directory
    this.#manifest = manifest
  }

  get manifest(): RunManifest {
    return this.#manifest
  }

  /** Changes some fields. Calls may overlap: the last one's state is what stays. */
  async update(change: Partial<RunManifest>): Promise<void> {
    this.#manifest = { ...this.#manifest, ...change }
    await replaceFile(join(this.directory, manifestFileName), encodeManifest(this.#manifest))
  }

  /** Writes a file of the user's and lists it. */
  async writeFile(path: string, data: Uint8Array | string): Promise<FileEntry> {
    if (reservedFileNames.has(path.toLowerCase())) {
      throw new RunlogError(`writeFile: ${path} is kept by the run itself. Choose another name.`, 'FILE_NAME')
    }
    return this.writeOwnFile(path, data)
  }

  /** Writes a file of the run's own, such as `metrics.csv`, and lists it. */
  async writeOwnFile(path: string, data: Uint8Array | string): Promise<FileEntry> {
    const full = await resolveInside('writeFile', this.directory, path)
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
    const entry = { path, bytes: bytes.length, sha256: sha256(bytes) }
    try {
      await mkdir(dirname(full), { recursive: true })
    } catch (cause) {
      throw ioError('writeFile', full, cause)
    }
    await replaceFile(full, bytes)
    this.list(entry)
    await this.update({})
    return entry
  }

  /** Removes a file and its entry; one that does not exist is fine. */
  async removeFile(path: string): Promise<void> {
    if (reservedFileNames.has(path.toLowerCase())) {
      throw new RunlogError(`removeFile: ${path} is kept by the run itself.`, 'FILE_NAME')
    }
    const full = await resolveInside('removeFile', this.directory, path)
    await this.update({ files: this.#manifest.files.filter((file) => file.path !== path) })
    try {
      await rm(full, { force: true })
    } catch (cause) {
      throw ioError('removeFile', full, cause)
    }
  }

  /** Lists a file that is already written; the next change saves the list. */
  list(entry: FileEntry): void {
    const others = this.#manifest.files.filter((file) => file.path !== entry.path)
    const files = [...others, entry].sort((a, b) => (a.path < b.path ? -1 : 1))
    this.#manifest = { ...this.#manifest, files }
  }
}
