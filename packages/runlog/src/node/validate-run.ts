import { readdir } from 'node:fs/promises'
import { EventReader } from '../event-reader.ts'
import type { FileEntry } from '../file-entry.ts'
import type { Problem } from '../problem.ts'
import { EventValidator, incompleteLine } from '../validate.ts'
import { readEntries } from './event-log.ts'
import { describeFile } from './file-hash.ts'
import { resolveInside } from './inside.ts'
import { ioError } from './io-error.ts'
import { readConfig, readManifest } from './read-run.ts'

/**
 * Every problem of a run directory: manifest, options, log with its side files, and each listed file's size and SHA-256.
 *
 * @throws {RunlogError} IO when the directory itself cannot be read.
 * @example
 * const facts = { command: process.argv, versions: { node: process.version }, device: 'cpu', seed: 1, data: [] }
 * const run = await createRun({ root: 'runs', name: 'iris', config: { epochs: 1 }, ...facts })
 * await run.start({ totals: { rows: { train: 120 } }, task: 'classification', metrics: [] })
 * await run.end({ status: 'done', exitCode: 0 })
 *
 * const problems = await validateRun(run.directory) // -> []
 */
export async function validateRun(directory: string): Promise<Problem[]> {
  try {
    await readdir(directory)
  } catch (cause) {
    throw ioError('validateRun', directory, cause)
  }
  const files = await problemsOf('run.json', async () => {
    const manifest = await readManifest(directory)
    return (await Promise.all(manifest.files.map((file) => checkFile(directory, file)))).flat()
  })
  const config = await problemsOf('config.json', async () => {
    await readConfig(directory)
    return []
  })
  return [...files, ...config, ...(await checkLog(directory))]
}

async function problemsOf(file: string, check: () => Promise<Problem[]>): Promise<Problem[]> {
  try {
    return await check()
  } catch (error) {
    return [{ code: 'FILE', severity: 'error', file, text: error instanceof Error ? error.message : String(error) }]
  }
}

function checkFile(directory: string, { path, bytes, sha256 }: FileEntry): Promise<Problem[]> {
  return problemsOf(path, async () => {
    const found = await describeFile(await resolveInside('validateRun', directory, path))
    if (found.sha256 === sha256) return []
    const text =
      found.bytes === bytes ? 'its content differs from run.json' : `it has ${found.bytes} bytes, expected ${bytes}`
    return [{ code: 'FILE', severity: 'error', file: path, text }]
  })
}

async function checkLog(directory: string): Promise<Problem[]> {
  const reader = new EventReader()
  const validator = new EventValidator()
  const problems: Problem[] = []
  for await (const entries of readEntries(directory, reader)) {
    for (const entry of entries) problems.push(...validator.push(entry))
  }
  return [...problems, ...incompleteLine(reader)]
}
