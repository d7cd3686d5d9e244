import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { RunlogError } from '../errors.ts'
import { ioError, isMissing, systemCode } from './io-error.ts'

const lockFile = 'run.lock'

const holderSchema = z.object({ pid: z.int(), host: z.string(), since: z.number() })
type Holder = z.infer<typeof holderSchema>

/**
 * Makes this process the only writer of a run. A lock left by a process of this machine that is gone is taken over.
 * @throws {RunlogError} LOCKED when another writer holds it.
 */
export async function takeLock(directory: string): Promise<void> {
  const path = join(directory, lockFile)
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), since: Date.now() } satisfies Holder)
  for (;;) {
    try {
      return await writeFile(path, mine, { flag: 'wx' })
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw ioError('takeLock', path, error)
    }
    const text = await readText(path)
    if (text === undefined) continue // Released just now.
    const holder = parseHolder(text)
    if (holder === undefined || isAlive(holder)) throw lockedError(path, holder)
    await removeStale(path, text)
  }
}

/** Lets others write the run again. */
export async function releaseLock(directory: string): Promise<void> {
  await rm(join(directory, lockFile), { force: true })
}

/** Whether the writer of a run is known to be gone without having released its lock. */
export async function isLockAbandoned(directory: string): Promise<boolean> {
  const text = await readText(join(directory, lockFile))
  const holder = text === undefined ? undefined : parseHolder(text)
  return holder !== undefined && !isAlive(holder)
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw ioError('takeLock', path, error)
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function isAlive({ pid, host, since }: Holder): boolean {
  if (host !== hostname()) return true // Nothing can be known about another machine.
  // A container that restarts gives the same process id again: then the lock is older than this process.
  if (pid === process.pid) return since >= Date.now() - process.uptime() * 1000 - 1000
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}

/** A take-over takes milliseconds: one that left its mark for longer did not end. */
const takeOverMs = 10_000

/**
 * Removes a lock whose holder is gone. Many may find it at once: only who makes the mark beside it may remove it, and looks
 * again first, so that no new holder's lock is ever touched. The others come back when it is gone.
 */
async function removeStale(path: string, text: string): Promise<void> {
  const mark = `${path}.takeover`
  try {
    await writeFile(mark, '', { flag: 'wx' })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw ioError('takeLock', mark, error)
    const since = await stat(mark).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    )
    if (Date.now() - since > takeOverMs) await rm(mark, { force: true })
    await new Promise((resolve) => setTimeout(resolve, 2))
    return
  }
  try {
    if ((await readText(path)) === text) await rm(path, { force: true })
  } finally {
    await rm(mark, { force: true })
  }
}

function lockedError(path: string, holder: Holder | undefined): RunlogError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`
  return new RunlogError(
    `takeLock: ${who} is writing this run. Wait for its end, or delete ${path} when you are sure that it is gone.`,
    'LOCKED',
  )
}
