import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RunEvent } from '../event.ts'
import { formatProblem } from '../problem.ts'
import { compressEvents } from './compress-events.ts'
import type { Run, RunStart, RunTuning, RunUpdate } from './index.ts'
import { createRun, followRun, listRuns, openRun, readManifest, readRunFile, resumeRun, validateRun } from './index.ts'

const started: RunStart = { totals: { rows: {} }, task: 'regression', metrics: [] }

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'runlog-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const startRun = async (root: string, tuning: RunTuning = {}): Promise<Run> => {
  const run = await createRun({
    root,
    name: 'iris',
    config: {},
    command: [],
    versions: {},
    device: 'cpu',
    seed: 1,
    data: [],
    ...tuning,
  })
  await run.start(started)
  return run
}

const endedRun = async (): Promise<string> => {
  const run = await startRun(await temporaryFolder())
  run.scalars(1, 1, { 'train/loss': 1 })
  await run.writeFile('plots/loss.svg', '<svg/>')
  await run.end({ status: 'done', exitCode: 0 })
  return run.directory
}

describe('openRun(directory)', () => {
  it('refuses what is no run', async () => {
    const folder = await temporaryFolder()
    await expect(openRun(folder)).rejects.toMatchObject({
      code: 'NOT_A_RUN',
      message: `readManifest: ${folder} is not a run: it has no run.json. Give a folder such as runs/20260131-090507-iris.`,
    })
    await expect(openRun(join(folder, 'missing'))).rejects.toMatchObject({ code: 'NOT_A_RUN' })
    await writeFile(join(folder, 'file'), '')
    await expect(openRun(join(folder, 'file'))).rejects.toMatchObject({ code: 'NOT_A_RUN' })
  })

  it('refuses a manifest of absurd size without reading it', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'run.json'), '')
    await truncate(join(folder, 'run.json'), 1e9)
    await expect(readManifest(folder)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })

  it('refuses options that are not an object', async () => {
    const directory = await endedRun()
    await writeFile(join(directory, 'config.json'), '[]')
    await expect(openRun(directory)).rejects.toMatchObject({ code: 'FORMAT' })
  })

  it('reads a run without a log', async () => {
    const directory = await endedRun()
    await rm(join(directory, 'events.jsonl'))
    expect((await openRun(directory)).history.tags()).toEqual([])
  })

  it('leaves out and reports what it cannot read', async () => {
    const directory = await endedRun()
    await appendFile(join(directory, 'events.jsonl'), `nonsense\n${'x'.repeat(200_000)}\n{"torn`)
    const { problems, history } = await openRun(directory)
    expect(problems.map(({ code, line }) => [code, line])).toEqual([
      ['JSON', 4],
      ['TOO_LARGE', 5],
      ['INCOMPLETE', undefined],
    ])
    expect(history.end?.status).toBe('done')
  })
})

describe('readRunFile(directory, path)', () => {
  it('reads files of the run and nothing else', async () => {
    const directory = await endedRun()
    expect(new TextDecoder().decode(await readRunFile(directory, 'plots/loss.svg'))).toBe('<svg/>')
    await symlink('/etc/passwd', join(directory, 'plots/evil.svg'))
    for (const path of ['../../x', '/etc/passwd', 'plots/evil.svg', 'plots/../run.json', '..%2f/x\u0000']) {
      await expect(readRunFile(directory, path)).rejects.toMatchObject({ code: 'FILE_NAME' })
    }
    await expect(readRunFile(directory, 'plots/loss.svg', { maxBytes: 2 })).rejects.toMatchObject({ code: 'TOO_LARGE' })
    await expect(readRunFile(directory, 'plots/none.svg')).rejects.toMatchObject({ code: 'IO' })
  })
})

describe('listRuns(root)', () => {
  it('gives the latest first, with their status', async () => {
    const root = await temporaryFolder()
    let now = new Date(2026, 0, 31, 9, 0, 0).getTime()
    const clock = (): number => now
    for (let i = 0; i < 11; i += 1) await (await startRun(root, { clock })).end({ status: 'done', exitCode: 0 })
    now += 60_000
    const silent = await startRun(root, { clock })
    now += 60_000
    const live = await startRun(root, { clock })
    await appendFile(join(live.directory, 'events.jsonl'), '{"torn')
    await mkdir(join(root, 'notes'))
    await writeFile(join(root, '20260131-090000-file'), '')

    const runs = await listRuns(root, { now })
    const rows = runs.map((run) => ('manifest' in run ? [run.manifest.id, run.status] : []))
    expect(rows.slice(0, 4)).toEqual([
      ['20260131-090200-iris', 'running'],
      ['20260131-090100-iris', 'stale'],
      ['20260131-090000-iris-11', 'finished'],
      ['20260131-090000-iris-10', 'finished'],
    ])
    expect(rows.at(-1)).toEqual(['20260131-090000-iris', 'finished'])
    expect(rows.length).toBe(13)
    await silent.end({ status: 'done', exitCode: 0 })
    await live.end({ status: 'done', exitCode: 0 })
  })

  it('passes on what is wrong with one of them', async () => {
    const root = await temporaryFolder()
    await mkdir(join(root, '20260131-090000-broken'))
    await writeFile(join(root, '20260131-090000-broken/run.json'), '{}')
    expect(await listRuns(root)).toMatchObject([{ problem: { code: 'FORMAT' } }])
  })

  it('has none where there is no folder', async () => {
    expect(await listRuns(join(await temporaryFolder(), 'runs'))).toEqual([])
  })
})

describe('followRun(directory)', () => {
  it('gives the past, then news as they come, until the end', async () => {
    const run = await startRun(await temporaryFolder())
    run.scalars(1, 1, { 'train/loss': 1 })
    const updates: RunUpdate[] = []
    let step = 1
    for await (const update of followRun(run.directory, { pollMs: 20, stopAtEnd: true })) {
      updates.push(update)
      step += 1
      if (step <= 5) run.scalars(step, 1, { 'train/loss': step })
      else if (step === 6) await run.end({ status: 'done', exitCode: 0 })
    }
    const events = updates.flatMap((update) => update.events)
    expect(events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(updates.map(({ status }) => status)).toEqual([...updates.slice(1).map(() => 'running'), 'finished'])
    expect(updates.at(-1)?.position).toBe((await readFile(join(run.directory, 'events.jsonl'))).length)

    const position = updates[0]?.position
    const later: RunEvent[] = []
    for await (const update of followRun(run.directory, { position, stopAtEnd: true })) later.push(...update.events)
    expect(later.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6])
  })

  it('waits for half a line, and copes when a resume replaces it', async () => {
    const directory = await endedRun()
    const log = join(directory, 'events.jsonl')
    await appendFile(log, '{"v":1,"seq":3,"t":0,"kind":"log","level":"info","te')
    const seen: string[] = []
    let resumed: Promise<void> | undefined
    for await (const { events, problems, status } of followRun(directory, { pollMs: 20, stopAtEnd: false })) {
      expect(problems).toEqual([])
      seen.push(...events.map(({ kind, seq }) => `${seq} ${kind}`))
      if (resumed !== undefined && status === 'finished') break
      resumed ??= (async () => {
        const run = await resumeRun(directory)
        await run.start({ ...started, toStep: 1 })
        await run.end({ status: 'done', exitCode: 0 })
      })()
    }
    await resumed
    expect(seen).toEqual(['0 start', '1 scalar', '2 end', '3 start', '4 rewind', '5 end'])
  })

  it('starts again when the log became shorter', async () => {
    const run = await startRun(await temporaryFolder())
    run.log('info', 'something')
    const log = join(run.directory, 'events.jsonl')
    const [first] = (await readFile(log, 'utf8')).split('\n')
    const seen: [boolean, number][] = []
    for await (const { restarted, events } of followRun(run.directory, { pollMs: 20 })) {
      seen.push([restarted, events.length])
      if (seen.length === 1) await truncate(log, (first?.length ?? 0) + 1)
      if (seen.length === 3) break
    }
    expect(seen).toEqual([
      [false, 2],
      [true, 0],
      [false, 1],
    ])
    await run.end({ status: 'done', exitCode: 0 })
  })

  it('says when a run falls silent', async () => {
    const run = await startRun(await temporaryFolder())
    const seen: string[] = []
    for await (const { status } of followRun(run.directory, { pollMs: 20, staleMs: 300 })) {
      seen.push(status)
      if (status === 'stale') run.log('info', 'back')
      if (seen.length === 3) break
    }
    expect(seen).toEqual(['running', 'stale', 'running'])
    await run.end({ status: 'done', exitCode: 0 })
  })

  it('ends when its signal aborts', async () => {
    const directory = await endedRun()
    const controller = new AbortController()
    let updates = 0
    for await (const update of followRun(directory, { signal: controller.signal, pollMs: 60_000 })) {
      updates += update.events.length
      setTimeout(() => controller.abort(), 10)
    }
    expect(updates).toBe(3)
    for await (const _ of followRun(directory, { signal: controller.signal })) updates += 1
    expect(updates).toBe(3)
  })
})

describe('compressEvents(directory)', () => {
  it('leaves a log that is read just the same', async () => {
    const directory = await endedRun()
    const before = await openRun(directory)
    await compressEvents(directory)
    expect(await readdir(directory)).toContain('events.jsonl.gz')
    expect(await readdir(directory)).not.toContain('events.jsonl')
    expect(await openRun(directory)).toEqual(before)
    expect(await validateRun(directory)).toEqual([])
    const seen: number[] = []
    for await (const { events } of followRun(directory, { stopAtEnd: true })) seen.push(...events.map(({ seq }) => seq))
    expect(seen).toEqual([0, 1, 2])

    const run = await resumeRun(directory)
    await expect(run.start({ ...started, toStep: 1 })).rejects.toThrow(
      /is compressed\. Decompress it with gunzip first\.$/,
    )
    expect((await openRun(directory)).manifest).toEqual(before.manifest)
  })

  it('refuses a run that has not ended', async () => {
    const run = await startRun(await temporaryFolder())
    await expect(compressEvents(run.directory)).rejects.toMatchObject({ code: 'STATE' })
    await run.end({ status: 'done', exitCode: 0 })
  })

  it('reports a log that is cut', async () => {
    const directory = await endedRun()
    const whole = gzipSync(await readFile(join(directory, 'events.jsonl')))
    await rm(join(directory, 'events.jsonl'))
    await writeFile(join(directory, 'events.jsonl.gz'), whole.subarray(0, whole.length - 20))
    await expect(openRun(directory)).rejects.toMatchObject({ code: 'IO' })
  })
})

describe('validateRun(directory)', () => {
  it('reports each kind of damage', async () => {
    const directory = await endedRun()
    expect(await validateRun(directory)).toEqual([])
    await writeFile(join(directory, 'plots/loss.svg'), '<gvs/>')
    await writeFile(join(directory, 'config.json'), '{')
    await appendFile(join(directory, 'events.jsonl'), '{"v":1,"seq":9,"t":0,"kind":"beat"}\n')
    const problems = await validateRun(directory)
    expect(problems.map(formatProblem)).toEqual([
      'config.json: error FILE: it has 1 bytes, expected 3',
      'plots/loss.svg: error FILE: its content differs from run.json',
      'config.json: error FILE: readConfig: config.json is not JSON.',
      'events.jsonl:4: error SEQUENCE: seq is 9, expected 3',
      expect.stringMatching(/^events.jsonl:4: warning TIME: the clock went back by \d+ ms$/),
      'events.jsonl:4: error ORDER: beat after end, expected start',
    ])
  })

  it('reports files that are gone and a manifest that is not one', async () => {
    const directory = await endedRun()
    await rm(join(directory, 'plots/loss.svg'))
    expect(await validateRun(directory)).toMatchObject([{ code: 'FILE', file: 'plots/loss.svg' }])
    await writeFile(join(directory, 'run.json'), '{}')
    expect(await validateRun(directory)).toMatchObject([{ code: 'FILE', file: 'run.json' }])
    await expect(validateRun(join(directory, 'none'))).rejects.toMatchObject({ code: 'IO' })
  })
})
