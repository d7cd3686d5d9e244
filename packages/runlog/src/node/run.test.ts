import { spawnSync } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RunlogError } from '../errors.ts'
import { readEvents } from '../event-reader.ts'
import { maxLineBytes } from '../encode.ts'
import type { CreateRunOptions, RunStart } from './index.ts'
import { createRun, openRun, resumeRun, sha256, validateRun, writeRunFile } from './index.ts'

const started: RunStart = {
  totals: { epochs: 2, rows: { train: 10 } },
  task: 'regression',
  metrics: [{ name: 'loss', better: 'lower' }],
}

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'runlog-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const optionsFor = (root: string): CreateRunOptions => ({
  root,
  name: 'iris.csv',
  config: { epochs: 2, lr: 0.1 },
  command: ['metagrad', 'train'],
  seed: 7,
  versions: { metagrad: '0.1.0' },
  device: 'cpu',
  data: [{ path: 'iris.csv', bytes: 3, sha256: sha256('abc') }],
  clock: () => new Date(2026, 0, 31, 9, 5, 7).getTime(),
})

const lines = async (directory: string): Promise<string[]> =>
  (await readFile(join(directory, 'events.jsonl'), 'utf8')).split('\n').slice(0, -1)

const kinds = async (directory: string): Promise<string[]> =>
  readEvents(await readFile(join(directory, 'events.jsonl'))).events.map(({ kind }) => kind)

/** Runs a module with this package's source; `print` writes to its stdout. */
const runChild = (code: string): { stdout: string; status: number | null; signal: NodeJS.Signals | null } => {
  const index = JSON.stringify(new URL('index.ts', import.meta.url).href)
  const script = `import { createRun, resumeRun } from ${index}\nconst started = ${JSON.stringify(started)}\n${code}`
  const flags = ['--import', 'tsx', '--conditions=@metagrad/source', '--input-type=module', '--eval', script]
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 30_000 })
  if (status !== 0 && signal !== 'SIGKILL') throw new Error(stderr)
  return { stdout, status, signal }
}

describe('createRun(options)', () => {
  it('touches no disk before start', async () => {
    const root = join(await temporaryFolder(), 'runs')
    const run = await createRun(optionsFor(root))
    expect(() => run.scalars(1, 1, { 'train/loss': 1 })).toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: scalar: the run has not started. Call await run.start(...) first.]`,
    )
    expect(() => run.directory).toThrow('the run has not started')
    expect(() => run.writeFile('x', '')).toThrow('the run has not started')
    await run.fail(3, new Error('bad data'))
    await expect(readdir(root)).rejects.toThrow('ENOENT')
    expect(() => run.log('info', '')).toThrow('the run has ended')
  })

  it('refuses options that are not valid', async () => {
    const options = optionsFor(await temporaryFolder())
    const data = [{ path: 'x', bytes: 1, sha256: 'no' }]
    await expect(createRun({ ...options, data })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: createRun: option is not valid: data.0.sha256: Invalid string: must match pattern /^[0-9a-f]{64}$/.]`,
    )
    await expect(createRun({ ...options, seed: 1.5 })).rejects.toMatchObject({ code: 'ARGUMENT' })
    await expect(createRun({ ...options, config: { big: 1n } })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: createRun: config cannot be written as JSON. Use plain values only.]`,
    )
  })

  it('refuses a root that is a file', async () => {
    const root = join(await temporaryFolder(), 'runs')
    await writeFile(root, '')
    await expect(createRun(optionsFor(root))).rejects.toMatchObject({ code: 'IO' })
  })
})

describe('Run.start(...)', () => {
  it('makes the directory, complete at once', async () => {
    const root = join(await temporaryFolder(), 'runs')
    const run = await createRun(optionsFor(root))
    await run.start(started)
    expect(run.directory).toBe(join(root, '20260131-090507-iris-csv'))
    expect(await readdir(root)).toEqual(['20260131-090507-iris-csv'])
    expect((await readdir(run.directory)).sort()).toEqual(['config.json', 'events.jsonl', 'run.json', 'run.lock'])
    expect(JSON.parse(await readFile(join(run.directory, 'config.json'), 'utf8'))).toEqual({ epochs: 2, lr: 0.1 })
    expect(run.manifest).toMatchObject({ status: 'running', attempt: 1, files: [{ path: 'config.json' }] })
    expect(await kinds(run.directory)).toEqual(['start'])
    await run.end({ status: 'done', exitCode: 0 })
  })

  it('never takes a name again, even among runs that start together', async () => {
    const root = await temporaryFolder()
    const runs = await Promise.all([1, 2, 3].map(() => createRun(optionsFor(root))))
    await Promise.all(runs.map((run) => run.start(started)))
    const names = ['20260131-090507-iris-csv', '20260131-090507-iris-csv-2', '20260131-090507-iris-csv-3']
    expect((await readdir(root)).sort()).toEqual(names)
    for (const run of runs) {
      const { id } = run.manifest
      expect(run.directory).toBe(join(root, id))
      expect(run.history.start?.run).toBe(id)
      await run.end({ status: 'done', exitCode: 0 })
    }
  })

  it('leaves nothing when it fails', async () => {
    const root = join(await temporaryFolder(), 'runs')
    const run = await createRun(optionsFor(root))
    await expect(run.start({ ...started, task: '' })).rejects.toMatchObject({ code: 'ARGUMENT' })
    await expect(readdir(root)).rejects.toThrow('ENOENT')
    const second = await createRun(optionsFor(root))
    await expect(second.start({ ...started, toStep: 3 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: start: toStep is 3, expected none for a new run.]`,
    )
    await expect(readdir(root)).rejects.toThrow('ENOENT')
  })

  it('can be called once', async () => {
    const run = await createRun(optionsFor(await temporaryFolder()))
    await run.start(started)
    await expect(run.start(started)).rejects.toMatchObject({ code: 'STATE' })
    await run.end({ status: 'done', exitCode: 0 })
  })
})

describe('Run', () => {
  it('writes a training that validates', async () => {
    const run = await createRun(optionsFor(await temporaryFolder()))
    await run.start(started)
    for (const epoch of [1, 2]) {
      run.scalars(epoch * 10, epoch, { 'train/loss': 1 / epoch })
      run.epochScalars(epoch * 10, epoch, { 'train/loss': 1 / epoch, 'val/loss': 2 / epoch })
      const path = 'checkpoints/last.safetensors'
      await run.checkpoint({ path, data: Uint8Array.of(epoch), reason: 'epoch', step: epoch * 10, epoch })
    }
    await run.snapshot({ path: 'snapshots/a', data: 'a', reason: 'interval', step: 20, epoch: 2 })
    await run.graph({ path: 'graph.json', data: '{}', reason: 'interval' })
    await run.setBest({ metric: 'val/loss', value: 1, step: 20, epoch: 2 })
    const { directory } = run
    await run.end({ status: 'done', exitCode: 0 })

    expect(await validateRun(directory)).toEqual([])
    expect(await readFile(join(directory, 'metrics.csv'), 'utf8')).toBe(
      'epoch,step,train/loss,val/loss\n1,10,1,2\n2,20,0.5,1\n',
    )
    const opened = await openRun(directory)
    expect(opened.status).toBe('finished')
    expect(opened.config).toEqual({ epochs: 2, lr: 0.1 })
    expect(opened.manifest).toMatchObject({ status: 'done', exitCode: 0, best: { metric: 'val/loss', value: 1 } })
    expect(opened.manifest.files.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['checkpoints/last.safetensors', 1],
      ['config.json', 31],
      ['graph.json', 2],
      ['metrics.csv', 51],
      ['snapshots/a', 1],
    ])
    expect(opened.history.end).toMatchObject({ status: 'done', best: { value: 1 }, durationMs: 0 })
    expect(opened.history.series('val/loss', 'epoch')?.values).toEqual([2, 1])
    expect(await readdir(directory)).not.toContain('run.lock')
  })

  it('has each event on disk, in one line, when the call returns', async () => {
    const run = await createRun(optionsFor(await temporaryFolder()))
    await run.start(started)
    run.log('info', 'line one\nline two')
    expect((await lines(run.directory)).length).toBe(2)
    await run.end({ status: 'done', exitCode: 0 })
  })

  it('puts an event that is too long for a line into a file', async () => {
    const run = await createRun(optionsFor(await temporaryFolder()))
    await run.start(started)
    run.log('info', 'x'.repeat(100_000), { step: 1 })
    const { directory } = run
    await run.end({ status: 'done', exitCode: 0 })
    const second = (await lines(directory))[1] ?? ''
    expect(second.length).toBeLessThan(maxLineBytes)
    expect(JSON.parse(second)).toMatchObject({ kind: 'log', step: 1, payload: { path: 'events/000001-log.json' } })
    const { history, problems, manifest } = await openRun(directory)
    expect(problems).toEqual([])
    expect(history.events('log')[0]?.text.length).toBe(100_000)
    expect(manifest.files.map(({ path }) => path)).toContain('events/000001-log.json')

    await writeFile(join(directory, 'events/000001-log.json'), '{}')
    expect((await openRun(directory)).problems).toMatchObject([{ code: 'FILE', line: 2 }])
  })

  it('ends once, and takes nothing afterwards', async () => {
    const run = await createRun(optionsFor(await temporaryFolder()))
    await run.start(started)
    const first = run.end({ status: 'done', exitCode: 0 })
    await expect(run.end({ status: 'done', exitCode: 0 })).rejects.toMatchObject({ code: 'STATE' })
    await first
    expect(() => run.log('info', 'late')).toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: log: the run has ended. Resume it with resumeRun(directory).]`,
    )
    expect(await kinds(run.directory)).toEqual(['start', 'end'])
  })

  it('waits at the end for files that are being written', async () => {
    const run = await createRun(optionsFor(await temporaryFolder()))
    await run.start(started)
    const writing = Array.from({ length: 8 }, (_, i) => run.writeFile(`plots/${i}.svg`, String(i)))
    await run.end({ status: 'done', exitCode: 0 })
    await Promise.all(writing)
    const { manifest } = await openRun(run.directory)
    expect(manifest.files.length).toBe(9)
    expect(await validateRun(run.directory)).toEqual([])
  })

  it('fails with the text of the error', async () => {
    const run = await createRun(optionsFor(await temporaryFolder()))
    await run.start(started)
    run.scalars(1, 1, { 'train/loss': 1 })
    await run.fail(5, new TypeError('no'))
    const { history, manifest } = await openRun(run.directory)
    expect(history.events('log')).toMatchObject([{ level: 'error', text: 'TypeError: no' }])
    expect(manifest).toMatchObject({ status: 'failed', exitCode: 5 })
  })

  it('can be taken back until it has trained', async () => {
    const root = await temporaryFolder()
    const run = await createRun(optionsFor(root))
    await run.start(started)
    run.log('info', 'about to train')
    await run.abort()
    expect(await readdir(root)).toEqual([])

    const trained = await createRun(optionsFor(root))
    await trained.start(started)
    trained.scalars(1, 1, { 'train/loss': 1 })
    await expect(trained.abort()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: abort: the run has recorded training. Use run.fail(exitCode, error) or run.end(...).]`,
    )
    await trained.end({ status: 'interrupted', exitCode: 130 })
  })
})

describe('Run.writeFile(path, data)', () => {
  it('replaces a file and its entry', async () => {
    const run = await createRun(optionsFor(await temporaryFolder()))
    await run.start(started)
    await run.writeFile('schema.json', '{}')
    const entry = await run.writeFile('schema.json', 'größe')
    expect(entry).toEqual({ path: 'schema.json', bytes: 7, sha256: sha256('größe') })
    expect(await readFile(join(run.directory, 'schema.json'), 'utf8')).toBe('größe')
    expect(run.manifest.files.filter(({ path }) => path === 'schema.json')).toEqual([entry])
    await run.removeFile('schema.json')
    await run.removeFile('never.was')
    expect(await readdir(run.directory)).not.toContain('schema.json')
    expect(run.manifest.files.map(({ path }) => path)).toEqual(['config.json'])
    await run.end({ status: 'done', exitCode: 0 })
  })

  it('refuses names that leave the directory or belong to the run', async () => {
    const root = await temporaryFolder()
    const run = await createRun(optionsFor(root))
    await run.start(started)
    await symlink(root, join(run.directory, 'elsewhere'))
    for (const path of ['../x', '/tmp/x', 'a\\..\\x', 'events.jsonl', 'RUN.JSON', 'run.lock', 'elsewhere/x']) {
      await expect(run.writeFile(path, '')).rejects.toMatchObject({ code: 'FILE_NAME' })
      await expect(run.removeFile(path)).rejects.toMatchObject({ code: 'FILE_NAME' })
    }
    expect((await readdir(root)).length).toBe(1)
    await run.end({ status: 'done', exitCode: 0 })
  })
})

describe('writeRunFile(directory, path, data)', () => {
  it('adds to a run that has ended, not to one that is being written', async () => {
    const run = await createRun(optionsFor(await temporaryFolder()))
    await run.start(started)
    await expect(writeRunFile(run.directory, 'plots/loss.svg', '<svg/>')).rejects.toMatchObject({ code: 'LOCKED' })
    await run.end({ status: 'done', exitCode: 0 })
    await writeRunFile(run.directory, 'plots/loss.svg', '<svg/>')
    const { manifest } = await openRun(run.directory)
    expect(manifest.status).toBe('done')
    expect(manifest.files.map(({ path }) => path)).toEqual(['config.json', 'plots/loss.svg'])
    expect(await readdir(run.directory)).not.toContain('run.lock')
  })

  it('does not write into a folder that is no run', async () => {
    const folder = await temporaryFolder()
    await expect(writeRunFile(folder, 'x', '')).rejects.toMatchObject({ code: 'NOT_A_RUN' })
    expect(await readdir(folder)).toEqual([])
  })
})

describe('beats', () => {
  it('show life at least every 10 s, only when nothing else does', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const run = await createRun({ ...optionsFor(await temporaryFolder()), clock: undefined })
    await run.start(started)
    vi.advanceTimersByTime(60_000)
    const events = readEvents(await readFile(join(run.directory, 'events.jsonl'))).events
    const gaps = events.slice(1).map(({ t }, i) => t - (events[i]?.t ?? 0))
    expect(events.length).toBeGreaterThan(6)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000)

    for (let second = 1; second <= 60; second += 1) {
      run.log('info', 'busy')
      vi.advanceTimersByTime(1000)
    }
    expect((await kinds(run.directory)).filter((kind) => kind === 'beat').length).toBe(events.length - 1)
    await run.end({ status: 'done', exitCode: 0 })
    vi.advanceTimersByTime(60_000)
    expect((await kinds(run.directory)).at(-1)).toBe('end')
  })

  it('come from scalars that are thinned, where a loop never lets timers run', async () => {
    let now = 0
    const run = await createRun({ ...optionsFor(await temporaryFolder()), clock: () => now, pointsPerTag: 2 })
    await run.start(started)
    for (let step = 1; step <= 100; step += 1) {
      now += 1000
      run.scalars(step, 1, { 'train/loss': 1 })
    }
    const times = readEvents(await readFile(join(run.directory, 'events.jsonl'))).events.map(({ t }) => t)
    expect(Math.max(...times.slice(1).map((t, i) => t - (times[i] ?? 0)))).toBeLessThanOrEqual(10_000)
    await run.end({ status: 'done', exitCode: 0 })
  })

  it('do not keep the process alive', async () => {
    const root = await temporaryFolder()
    const { stdout, status } = runChild(`
      const run = await createRun(${JSON.stringify({ ...optionsFor(root), clock: undefined })})
      await run.start(started)
      console.log('started')`)
    expect([stdout, status]).toEqual(['started\n', 0])
  })
})

describe('resumeRun(directory)', () => {
  const trained = async (): Promise<string> => {
    const run = await createRun({ ...optionsFor(await temporaryFolder()), pointsPerTag: 4 })
    await run.start(started)
    for (let step = 1; step <= 6; step += 1) {
      run.scalars(step, Math.ceil(step / 3), { 'train/loss': step })
      if (step % 3 === 0) run.epochScalars(step, step / 3, { 'val/loss': step })
    }
    await run.end({ status: 'interrupted', exitCode: 130 })
    return run.directory
  }

  it('goes on under the next attempt and supersedes what came after the checkpoint', async () => {
    const directory = await trained()
    const run = await resumeRun(directory, { command: ['metagrad', 'resume'], config: { epochs: 3 }, pointsPerTag: 4 })
    expect(run.attempt).toBe(2)
    expect(run.history.series('train/loss')?.steps).toEqual([1, 2, 3, 4, 5])
    await run.start({ ...started, toStep: 3 })
    expect(run.manifest).toMatchObject({ status: 'running', attempt: 2, seed: 7, command: ['metagrad', 'resume'] })
    expect(run.manifest).not.toMatchObject({ exitCode: 130 })
    run.epochScalars(6, 2, { 'val/loss': 5 })
    await run.end({ status: 'done', exitCode: 0 })

    expect(await validateRun(directory)).toEqual([])
    const { history, config, manifest } = await openRun(directory)
    expect(config).toEqual({ epochs: 3 })
    expect(manifest.status).toBe('done')
    expect(history.series('train/loss')?.steps).toEqual([1, 2, 3])
    expect(history.series('val/loss', 'epoch')?.values).toEqual([3, 5])
    expect(await readFile(join(directory, 'metrics.csv'), 'utf8')).toBe('epoch,step,val/loss\n1,3,3\n2,6,5\n')
  })

  it('lets go unchanged when it is aborted or its start fails', async () => {
    const directory = await trained()
    const state = async (): Promise<string[]> =>
      Promise.all(['run.json', 'config.json', 'events.jsonl'].map((name) => readFile(join(directory, name), 'utf8')))
    const before = await state()

    await (await resumeRun(directory, { config: { epochs: 9 } })).abort()
    expect(await state()).toEqual(before)
    const run = await resumeRun(directory, { config: { epochs: 9 } })
    await expect(run.start({ ...started, task: '', toStep: 3 })).rejects.toMatchObject({ code: 'ARGUMENT' })
    expect(await state()).toEqual(before)
    expect(await readdir(directory)).not.toContain('run.lock')
  })

  it('needs the step it goes on from', async () => {
    const run = await resumeRun(await trained())
    await expect(run.start(started)).rejects.toMatchObject({ code: 'ARGUMENT' })
    await run.abort()
  })

  it('drops half a line that a crash left', async () => {
    const directory = await trained()
    await appendFile(join(directory, 'events.jsonl'), '{"v":1,"seq":9')
    const run = await resumeRun(directory)
    await run.start({ ...started, toStep: 6 })
    await run.end({ status: 'done', exitCode: 0 })
    expect(await validateRun(directory)).toEqual([])
  })

  it('refuses a second writer', async () => {
    const directory = await trained()
    const run = await resumeRun(directory)
    await expect(resumeRun(directory)).rejects.toThrow(/^takeLock: process \d+ on .+ is writing this run\./)
    await run.abort()
    await (await resumeRun(directory)).abort()
  })

  it('takes up what a killed process left, with nothing lost that was logged', async () => {
    const root = await temporaryFolder()
    const { signal, stdout } = runChild(`
      const run = await createRun(${JSON.stringify({ ...optionsFor(root), clock: undefined })})
      await run.start(started)
      for (let step = 1; step <= 500; step += 1) run.scalars(step, 1, { 'train/loss': step })
      process.stdout.write(run.directory, () => process.kill(process.pid, 'SIGKILL'))
      setInterval(() => {}, 1000)`)
    expect(signal).toBe('SIGKILL')
    const { status, history, manifest } = await openRun(stdout)
    expect([status, manifest.status]).toEqual(['stale', 'running'])
    expect(history.series('train/loss')?.values.length).toBe(500)

    const run = await resumeRun(stdout)
    await run.start({ ...started, toStep: 400 })
    await run.end({ status: 'done', exitCode: 0 })
    expect(await validateRun(stdout)).toEqual([])
    expect(run.history.series('train/loss')?.values.length).toBe(400)
  })

  it('refuses a folder that is no run, and leaves it alone', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'data'))
    await expect(resumeRun(folder)).rejects.toBeInstanceOf(RunlogError)
    expect(await readdir(folder)).toEqual(['data'])
    expect((await stat(folder)).isDirectory()).toBe(true)
  })
})
