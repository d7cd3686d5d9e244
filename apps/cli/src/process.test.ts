import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatProblem } from '@metagrad/runlog'
import { readManifest, validateRun } from '@metagrad/runlog/node'
import { loadSafetensors } from 'metagrad'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'

// What only a process shows: signals, pipes, terminals. Everything else is in cli.test.ts.
const main = fileURLToPath(new URL('main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')
const node = ['--import', tsx, '--conditions=@metagrad/source', main]
const environment = { PATH: process.env['PATH'], TSX_DISABLE_CACHE: '1' }
const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metagrad-process-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const rows = Array.from({ length: 50 }, (_, i) => `${Math.sin(i).toFixed(3)},${Math.cos(i).toFixed(3)},${i % 2}`)
  await writeFile(join(folder, 'data.csv'), `x,y,label\n${rows.join('\n')}\n`)
})

const endless = ['train', 'data.csv', '--target', 'label', '--epochs', '1000000', '--batch-size', 'full', '--val', '0']

const train = ['train', 'data.csv', '--target', 'label', '--epochs', '3']

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

function start(args: readonly string[], more: NodeJS.ProcessEnv = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...node, ...args], { cwd: folder, env: { ...environment, ...more } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (data) => (texts[name] += String(data)))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...texts })))
  return { child, ended }
}

const runFolders = async (): Promise<string[]> => {
  const root = join(folder, 'runs')
  return existsSync(root) ? (await readdir(root)).map((name) => join(root, name)) : []
}

/** Waits until training has recorded an epoch. */
async function training(): Promise<string> {
  for (;;) {
    const [run] = await runFolders()
    const log = run && join(run, 'events.jsonl')
    if (run !== undefined && log !== undefined && existsSync(log)) {
      if ((await readFile(log, 'utf8')).includes('"scalar"')) return run
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('a metagrad process', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('finishes its step, saves and ends the run on %s', async (signal, code) => {
    const { child, ended } = start(endless)
    const run = await training()
    child.kill(signal)
    const result = await ended
    expect(result.code).toBe(code)
    expect(result.stderr).toContain(`warning: ${signal}: saving after this step. A second one stops at once.`)
    expect(result.stdout).toMatch(/^interrupted after [\d,]+ epochs? /)
    const { status, exitCode } = await readManifest(run)
    expect({ status, exitCode }).toEqual({ status: 'interrupted', exitCode: code })
    expect((await validateRun(run)).map(formatProblem)).toEqual([])
    const { metadata } = loadSafetensors(await readFile(join(run, 'checkpoints/last.safetensors')))
    expect(Number(metadata['step'])).toBeGreaterThan(0)
    expect(await readFile(join(run, 'events.jsonl'), 'utf8')).toContain('"reason":"signal"')
  })

  it('stops at once on the second SIGINT', async () => {
    const { child, ended } = start(endless)
    await training()
    // Both are there when the process looks next.
    child.kill('SIGINT')
    await new Promise((resolve) => child.stderr?.once('data', resolve))
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
  })

  it('leaves nothing when a signal comes before training', async () => {
    const { child, ended } = start([...endless, '--progress', 'line'])
    await new Promise((resolve) => setTimeout(resolve, 100))
    child.kill('SIGTERM')
    expect(await ended).toEqual({ code: null, stdout: '', stderr: '' })
    expect(await runFolders()).toEqual([])
  })

  it('trains on the cpu where there is no GPU, and says why in one line', async () => {
    // A driver that is not there: no machine's GPU is found.
    const { child, ended } = start([...train, '--device', 'webgpu', '--json'], { VK_DRIVER_FILES: '/nowhere.json' })
    const [{ code, stdout, stderr }, [run]] = [await ended, await runFolders()]
    expect(child.exitCode).toBe(0)
    expect(code).toBe(0)
    const warnings = stderr.split('\n').filter((line) => line.startsWith('warning: '))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^warning: webgpu: .+ This training runs on the cpu\.$/)
    expect(JSON.parse(stdout)).toMatchObject({ device: 'cpu', status: 'done' })
    expect(await readManifest(run!)).toMatchObject({ device: 'cpu', status: 'done' })
    expect(await readFile(join(run!, 'events.jsonl'), 'utf8')).toContain('This training runs on the cpu.')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('serves runs until %s, and says where', async (signal, code) => {
    await mkdir(join(folder, 'runs'))
    await mkdir(join(folder, 'page'))
    await writeFile(join(folder, 'page/index.html'), '<!doctype html><head></head>the page')
    const { child, ended } = start(['view', '--page', 'page'])
    const [line] = await once(child.stdout!, 'data').then(([data]) => String(data).split('\n'))
    expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32}$/)
    expect((await fetch(new URL('/', line))).status).toBe(401)
    const page = await fetch(line!, { redirect: 'manual' })
    const cookie = page.headers.get('set-cookie')!.split(';', 1)[0]!
    expect(await (await fetch(new URL('/', line), { headers: { cookie } })).text()).toContain('the page')
    // A stream that is open does not hold it up.
    const stream = await fetch(new URL('/api/events', line), { headers: { cookie } })
    expect(stream.status).toBe(200)
    child.kill(signal)
    const { code: got, stdout, stderr } = await ended
    expect({ got, stdout, stderr }).toEqual({
      got: code,
      stdout: `${line}\n`,
      stderr: '0 runs in runs, followed as they grow. Ctrl-C ends this.\n',
    })
    await stream.body?.cancel().catch(() => undefined)
  })

  it('opens the browser when asked to', async () => {
    await mkdir(join(folder, 'runs'))
    await mkdir(join(folder, 'page'))
    await writeFile(join(folder, 'page/index.html'), '')
    await mkdir(join(folder, 'bin'))
    for (const opener of ['xdg-open', 'open'])
      await writeFile(join(folder, 'bin', opener), '#!/bin/sh\necho "$1" > opened\n', { mode: 0o755 })
    const PATH = `${join(folder, 'bin')}:${process.env['PATH']}`
    const { child, ended } = start(['view', '--open', '--page', 'page', '--json', '--quiet'], { ...environment, PATH })
    const [line] = await once(child.stdout!, 'data').then(([data]) => String(data).split('\n'))
    const { url, port } = JSON.parse(line!) as { url: string; port: number }
    expect(url).toContain(`:${port}/`)
    await expect
      .poll(() => readFile(join(folder, 'opened'), 'utf8').catch(() => ''), { timeout: 20_000 })
      .toBe(`${url}\n`)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130, stderr: '' })
  })

  it('ends quietly when nobody reads its output', async () => {
    const { child, ended } = start(['train', '--help'])
    child.stdout?.destroy()
    const { code, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('moves a bar in a terminal, logs above it and gives the cursor back', ({ skip }) => {
    if (!hasScript) skip('script, which makes a terminal, is not here')
    const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
    const args = [
      'train',
      'data.csv',
      '--target',
      'label',
      '--epochs',
      '150',
      '--batch-size',
      '10',
      '--log-every',
      '50',
    ]
    const command = ['stty cols 100;', quote(process.execPath), ...[...node, ...args].map(quote)].join(' ')
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { ...environment, TERM: 'xterm', NO_COLOR: '1' },
      encoding: 'utf8',
    })
    expect(status).toBe(0)
    expect(stdout).toContain('\u001B[?25l')
    expect(stdout.lastIndexOf('\u001B[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001B[?25l'))
    expect(stdout).toMatch(/epoch \d+\/150 +\d+%\|#* *\| \d+\/600 \[\d\d:\d\d<[\d:?]+, [\d.,]+ batch\/s, loss=/)
    expect(stdout).toContain('100%|')
    for (const epoch of [50, 100, 150]) expect(stdout).toContain(`Epoch ${epoch}. Train - Loss: `)
    expect(stdout).toContain('done after 150 epochs')
  })
})
