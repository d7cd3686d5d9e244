import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { RunMessage } from '../run-message.ts'
import { createRun } from './create-run.ts'
import { followRuns } from './follow-runs.ts'
import type { Run } from './run.ts'

let folder = ''
let over: AbortController

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metagrad-follow-'))
  over = new AbortController()
  onTestFinished(async () => {
    over.abort()
    await rm(folder, { recursive: true, force: true })
  })
})

async function startRun(): Promise<Run> {
  const facts = { command: [], versions: {}, device: 'cpu', seed: 1, data: [], config: { lr: 0.5 } }
  const run = await createRun({ root: join(folder, 'runs'), name: 'a', ...facts })
  await run.start({ totals: { rows: { train: 10 } }, task: 'classification', metrics: [] })
  return run
}

/** Takes messages until one fits. */
async function until(
  messages: AsyncGenerator<RunMessage>,
  fits: (message: RunMessage) => boolean,
): Promise<RunMessage[]> {
  const taken: RunMessage[] = []
  for (;;) {
    const { value, done } = await messages.next()
    if (done === true) throw new Error('The messages ended.')
    taken.push(value)
    if (fits(value)) return taken
  }
}

const linesOf = (messages: readonly RunMessage[]): string[] =>
  messages.flatMap((message) => (message.kind === 'news' ? message.lines : []))

describe('followRuns(folder, options)', () => {
  it('waits for the folder, then tells what runs record, to their end', async () => {
    const messages = followRuns(join(folder, 'runs'), { signal: over.signal })
    const first = until(messages, ({ kind }) => kind === 'news')
    const run = await startRun()
    const id = basename(run.directory)
    expect((await first).at(-1)).toMatchObject({ kind: 'news', id, config: { lr: 0.5 }, restarted: false })
    run.scalars(1, 1, { 'train/loss': 2 })
    const next = await until(messages, (message) => linesOf([message]).some((line) => line.includes('train/loss')))
    expect(next.every((message) => !('config' in message))).toBe(true)
    await run.end({ status: 'done', exitCode: 0 })
    const last = await until(messages, (message) => message.kind === 'news' && message.status === 'finished')
    expect(linesOf(last).at(-1)).toContain('"end"')
  })

  it('starts each run at its position', async () => {
    const run = await startRun()
    run.scalars(1, 1, { 'train/loss': 2 })
    await run.end({ status: 'done', exitCode: 0 })
    const id = basename(run.directory)
    const all = followRuns(join(folder, 'runs'), { signal: over.signal })
    const seen = await until(all, (message) => message.kind === 'news' && message.status === 'finished')
    const news = seen.flatMap((message) => (message.kind === 'news' ? [message] : []))
    const positions = new Map([[id, news.at(-1)!.position]])
    const rest = followRuns(join(folder, 'runs'), { positions, signal: over.signal })
    expect(linesOf(await until(rest, ({ kind }) => kind === 'news'))).toEqual([])
  })

  it('tells of folders that are no runs, of bad lines, and of runs that are gone', async () => {
    const run = await startRun()
    const broken = '20260131-090507-broken'
    await mkdir(join(folder, 'runs', broken))
    await appendFile(join(run.directory, 'events.jsonl'), 'not json\n')
    const messages = followRuns(join(folder, 'runs'), { signal: over.signal })
    const bad = (message: RunMessage): boolean => message.kind === 'news' && message.problems.length > 0
    const seen: RunMessage[] = []
    while (!seen.some(bad) || !seen.some(({ kind }) => kind === 'broken'))
      seen.push(...(await until(messages, () => true)))
    expect(seen.find(({ kind }) => kind === 'broken')).toMatchObject({
      id: broken,
      problem: expect.stringContaining('has no run.json') as string,
    })
    await run.end({ status: 'failed', exitCode: 1 })
    await rm(run.directory, { recursive: true })
    const gone = await until(messages, ({ kind }) => kind === 'gone')
    expect(gone.at(-1)).toEqual({ kind: 'gone', id: basename(run.directory) })
  })

  it('tells that a run is gone which the listener knows from before, or which never could be read', async () => {
    const broken = '20260131-090507-broken'
    await mkdir(join(folder, 'runs', broken), { recursive: true })
    const positions = new Map([['20260131-090507-old', 70]])
    const messages = followRuns(join(folder, 'runs'), { positions, signal: over.signal })
    const first = [...(await until(messages, () => true)), ...(await until(messages, () => true))]
    expect(first.map(({ kind, id }) => [kind, id])).toEqual([
      ['broken', broken],
      ['gone', '20260131-090507-old'],
    ])
    await rm(join(folder, 'runs', broken), { recursive: true })
    expect(await until(messages, () => true)).toEqual([{ kind: 'gone', id: broken }])
  })

  it('follows a run once what was wrong with it is mended', async () => {
    const run = await startRun()
    await run.end({ status: 'done', exitCode: 0 })
    const config = join(run.directory, 'config.json')
    await writeFile(config, '{"lr"')
    const messages = followRuns(join(folder, 'runs'), { signal: over.signal })
    expect(await until(messages, () => true)).toMatchObject([
      { kind: 'broken', problem: 'readConfig: config.json is not JSON.' },
    ])
    await writeFile(config, '{"lr":2}')
    expect((await until(messages, ({ kind }) => kind === 'news')).at(-1)).toMatchObject({ config: { lr: 2 } })
  })

  it('gathers for a slow listener what a run records meanwhile', async () => {
    const run = await startRun()
    const messages = followRuns(join(folder, 'runs'), { signal: over.signal })
    await until(messages, ({ kind }) => kind === 'news')
    for (let step = 1; step <= 10; step++) {
      run.scalars(step, 1, { 'train/loss': step })
      await sleep(150)
    }
    await run.end({ status: 'done', exitCode: 0 })
    const rest = await until(messages, (message) => message.kind === 'news' && message.status === 'finished')
    expect(linesOf(rest).filter((line) => line.includes('"scalar"'))).toHaveLength(10)
    expect(rest.length).toBeLessThan(5)
  })

  it('ends when told to', async () => {
    const messages = followRuns(join(folder, 'runs'), { signal: over.signal })
    const next = messages.next()
    over.abort()
    expect((await next).done).toBe(true)
  })
})
