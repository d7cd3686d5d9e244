import { open, writeFile } from 'node:fs/promises'
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { ioError } from './io-error.ts'

// The package itself trusts a single write call, which a full disk cuts short without an error. So it is handed
// nothing to write, and its temporary file is filled here by calls that go on until all is written or throw.
const nothing = ''

/**
 * Replaces a file in one step: readers see the old content or the new, and after a power cut one of the two is there.
 * @throws {RunlogError} IO; the old content is then untouched.
 */
export async function replaceFile(path: string, data: Uint8Array | string): Promise<void> {
  try {
    await writeFileAtomic(path, nothing, { tmpfileCreated: (temporary) => writeFile(temporary, data) })
    await syncDirectory(dirname(path))
  } catch (cause) {
    throw ioError('replaceFile', path, cause)
  }
}

/**
 * The same as {@link replaceFile}, blocking.
 * @throws {RunlogError} IO; the old content is then untouched.
 */
export function replaceFileSync(path: string, data: Uint8Array | string): void {
  try {
    writeFileAtomic.sync(path, nothing, { tmpfileCreated: (temporary) => writeFileSync(temporary, data) })
  } catch (cause) {
    throw ioError('replaceFile', path, cause)
  }
}

// A rename lasts through a power cut only once its directory is on disk.
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return // Windows cannot open a directory as a file.
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
