import { randomUUID } from 'node:crypto'
import { lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RunlogError } from '../errors.ts'
import { runId } from '../run-id.ts'
import { ioError, isMissing, systemCode } from './io-error.ts'

const maxOccurrences = 1000
const takenCodes: ReadonlySet<string> = new Set(['EEXIST', 'ENOTEMPTY', 'EPERM'])

/** What {@link createDirectory} needs. */
export interface NewDirectory {
  readonly root: string
  readonly time: Date
  readonly name: string
  /** Writes the first files into a folder that will become `id`. */
  readonly fill: (directory: string, id: string) => Promise<void>
}

/** A directory that was made. */
export interface CreatedDirectory {
  readonly id: string
  readonly directory: string
  /** Removes it, and the root when that was made for it. */
  readonly discard: () => Promise<void>
}

/**
 * Makes a run directory that never was there before and appears complete: it is filled under a hidden name and renamed.
 * When anything fails nothing is left.
 * @throws {RunlogError} IO
 */
export async function createDirectory({ root, time, name, fill }: NewDirectory): Promise<CreatedDirectory> {
  const isNewRoot = await makeRoot(root)
  // A root that is not empty is used by others.
  const discardRoot = async (): Promise<void> => (isNewRoot ? rmdir(root).catch(() => undefined) : undefined)
  try {
    for (let occurrence = 1; occurrence <= maxOccurrences; occurrence += 1) {
      const id = runId(time, name, occurrence)
      const directory = join(root, id)
      if (await exists(directory)) continue
      if (!(await fillAndRename(root, directory, (staging) => fill(staging, id)))) continue
      const discard = async (): Promise<void> => {
        await rm(directory, { recursive: true, force: true })
        await discardRoot()
      }
      return { id, directory, discard }
    }
    throw new RunlogError(`createRun: ${maxOccurrences} runs started in this second. Choose another name.`, 'IO')
  } catch (cause) {
    await discardRoot()
    throw ioError('createRun', root, cause)
  }
}

/** Whether the folder had to be made. */
async function makeRoot(root: string): Promise<boolean> {
  try {
    return (await mkdir(root, { recursive: true })) !== undefined
  } catch (cause) {
    throw ioError('createRun', root, cause)
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Whether the name was still free. */
async function fillAndRename(
  root: string,
  directory: string,
  fill: (staging: string) => Promise<void>,
): Promise<boolean> {
  const staging = join(root, `.staging-${randomUUID()}`)
  try {
    await mkdir(staging)
    await fill(staging)
    await rename(staging, directory)
    return true
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (takenCodes.has(systemCode(error) ?? '') && (await exists(directory))) return false
    throw error
  }
}
