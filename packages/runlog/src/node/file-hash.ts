import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { DataFile } from '../manifest.ts'
import { ioError } from './io-error.ts'

/** Lower-case hexadecimal SHA-256 of bytes or of a text in UTF-8. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex')
}

/**
 * Path, size and SHA-256 of a file of any size, as `run.json` records data files.
 * @throws {RunlogError} IO
 * @example
 * await describeFile('examples/data/admissions.csv') // -> { path: '...', bytes: ..., sha256: '...' }
 */
export async function describeFile(path: string): Promise<DataFile> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(path)) {
      if (!(chunk instanceof Uint8Array)) continue
      hash.update(chunk)
      bytes += chunk.length
    }
  } catch (cause) {
    throw ioError('describeFile', path, cause)
  }
  return { path, bytes, sha256: hash.digest('hex') }
}
