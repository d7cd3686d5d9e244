import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isLockAbandoned, releaseLock, takeLock } from './lock.ts'

const lockedBy = async (holder: unknown): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'runlog-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  if (holder !== undefined) await writeFile(join(folder, 'run.lock'), JSON.stringify(holder))
  return folder
}
const deadProcess = (): number => spawnSync(process.execPath, ['--version']).pid

describe('takeLock(directory)', () => {
  it('lets one of many take it', async () => {
    const folder = await lockedBy(undefined)
    const taken = await Promise.allSettled(Array.from({ length: 10 }, () => takeLock(folder)))
    expect(taken.filter(({ status }) => status === 'fulfilled').length).toBe(1)
    await releaseLock(folder)
    expect(await readdir(folder)).toEqual([])
  })

  it('takes over from a process that is gone, one of many', async () => {
    const folder = await lockedBy({ pid: deadProcess(), host: hostname(), since: 0 })
    expect(await isLockAbandoned(folder)).toBe(true)
    const taken = await Promise.allSettled(Array.from({ length: 10 }, () => takeLock(folder)))
    expect(taken.filter(({ status }) => status === 'fulfilled').length).toBe(1)
    expect(await readdir(folder)).toEqual(['run.lock'])
    expect(JSON.parse(await readFile(join(folder, 'run.lock'), 'utf8'))).toMatchObject({ pid: process.pid })
    expect(await isLockAbandoned(folder)).toBe(false)
  })

  it('takes over from an earlier process that had the same id, as in a restarted container', async () => {
    const folder = await lockedBy({
      pid: process.pid,
      host: hostname(),
      since: Date.now() - process.uptime() * 1000 - 9000,
    })
    await expect(takeLock(folder)).resolves.toBeUndefined()
  })

  it.each([
    ['a live process', { pid: process.ppid, host: hostname(), since: 0 }],
    ['another machine', { pid: 1, host: `not-${hostname()}`, since: 0 }],
    ['nobody knows', 'torn'],
  ])('respects the lock of %s', async (_title, holder) => {
    const folder = await lockedBy(holder)
    await expect(takeLock(folder)).rejects.toMatchObject({ code: 'LOCKED' })
    expect(await isLockAbandoned(folder)).toBe(false)
  })
})
