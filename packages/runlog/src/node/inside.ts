import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { RunlogError } from '../errors.ts'
import { checkFileName } from '../file-name.ts'
import { ioError, isMissing } from './io-error.ts'

/**
 * The full path of a file inside a run directory, which need not exist.
 * @throws {RunlogError} FILE_NAME when the name is unsafe or a part of it is a symbolic link, which could lead outside.
 */
export async function resolveInside(operation: string, directory: string, path: string): Promise<string> {
  checkFileName(operation, path)
  let full = directory
  for (const part of path.split('/')) {
    full = join(full, part)
    if (await isSymbolicLink(operation, full)) {
      throw new RunlogError(
        `${operation}: ${full} is a symbolic link, which may leave the run directory. Replace it by what it points to.`,
        'FILE_NAME',
      )
    }
  }
  return full
}

async function isSymbolicLink(operation: string, path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch (error) {
    if (isMissing(error)) return false
    throw ioError(operation, path, error)
  }
}
