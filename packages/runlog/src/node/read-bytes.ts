import { open } from 'node:fs/promises'
import { RunlogError } from '../errors.ts'
import { ioError } from './io-error.ts'

/**
 * Reads a whole file that came from elsewhere.
 * @throws {RunlogError} TOO_LARGE before anything is read; IO
 */
export async function readBytes(operation: string, path: string, maxBytes: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size <= maxBytes) return await file.readFile()
      throw new RunlogError(`${operation}: ${path} has ${size} bytes, at most ${maxBytes} are read.`, 'TOO_LARGE')
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw ioError(operation, path, cause)
  }
}
