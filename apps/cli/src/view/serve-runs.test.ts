import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import type { OutgoingHttpHeaders } from 'node:http'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunMessage } from '@metagrad/runlog'
import type { Run } from '@metagrad/runlog/node'
import { createRun } from '@metagrad/runlog/node'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { readPage } from './page.ts'
import type { ServedRuns } from './serve-runs.ts'
import { serveRuns } from './serve-runs.ts'

let folder = ''
let runs = ''
let served: ServedRuns

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metagrad-view-'))
  runs = join(folder, 'runs')
  await mkdir(join(folder, 'page/assets'), { recursive: true })
  await writeFile(join(folder, 'page/index.html'), '<!doctype html><head><title>page</title></head>')
  await writeFile(join(folder, 'page/assets/main.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'secret')
  served = await serveRuns({ runs, port: 0, page: await readPage(join(folder, 'page')), token: 'k'.repeat(32) })
  onTestFinished(async () => {
    await served.close()
    await rm(folder, { recursive: true, force: true })
  })
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

/** Asks as a browser that has the key, unless other headers say otherwise; the path goes out as it stands. */
function get(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = served
    const cookie = `metagrad-${port}=${'k'.repeat(32)}`
    const sent = request({ host: '127.0.0.1', port, path, headers: { cookie, ...headers } }, (response) => {
      let text = ''
      response.on('data', (data) => (text += String(data)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** The events that a stream brings until some hold, and the id of the last. */
async function streamUntil(
  enough: (messages: readonly RunMessage[]) => boolean,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ messages: RunMessage[]; last: string }> {
  const over = new AbortController()
  const response = await fetch(`http://127.0.0.1:${served.port}/api/events?token=${'k'.repeat(32)}`, {
    headers,
    signal: over.signal,
  })
  const messages: RunMessage[] = []
  let last = ''
  let text = ''
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    const blocks = text.split('\n\n')
    text = blocks.pop()!
    for (const block of blocks) {
      const field = (name: string): string | undefined => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1]
      if (field('event') !== 'run') continue
      messages.push(JSON.parse(field('data')!) as RunMessage)
      last = field('id')!
    }
    if (enough(messages)) break
  }
  over.abort()
  return { messages, last }
}

async function startRun(name: string): Promise<Run> {
  const facts = { command: ['metagrad', 'train'], versions: {}, device: 'cpu', seed: 1, data: [] }
  const run = await createRun({ root: runs, name, config: { lr: 0.1 }, ...facts })
  await run.start({ totals: { rows: { train: 10 } }, task: 'classification', metrics: [] })
  return run
}

const steps = (messages: readonly RunMessage[], id: string): number[] =>
  messages.flatMap((message) =>
    message.kind === 'news' && message.id === id
      ? message.lines.flatMap((line) => (line.includes('"scalar"') ? [Number(/"step":(\d+)/.exec(line)![1])] : []))
      : [],
  )

describe('serveRuns(options)', () => {
  it('lets in who has the key, takes the key out of the address, and nobody else', async () => {
    const first = await get(new URL(served.url).pathname + new URL(served.url).search, { cookie: '' })
    expect(first.status).toBe(302)
    expect(first.headers).toMatchObject({ location: '/' })
    expect(String(first.headers['set-cookie'])).toMatch(/^metagrad-\d+=k{32}; Path=\/; HttpOnly; SameSite=Strict$/)
    expect((await get('/')).text).toContain('<meta name="metagrad-server"')
    const wrong = ['x'.repeat(32), 'k', '', '%C3%A9'.repeat(32), '%FF'.repeat(32)].map((text) => `/?token=${text}`)
    for (const path of ['/', '/assets/main.js', '/api/runs', '/api/events', ...wrong])
      expect((await get(path, { cookie: '' })).status, path).toBe(401)
  })

  it.each(['evil.example', `evil.example:80`, '127.0.0.1', '127.0.0.1:1', 'localhost.evil.example'])(
    'answers to no host of the name "%s", key or not',
    async (host) => {
      for (const path of ['/', '/api/runs', `/${new URL(served.url).search}`])
        expect((await get(path, { host })).status).toBe(403)
    },
  )

  it('sends its own files with headers that keep strangers out', async () => {
    const { status, headers } = await get('/assets/main.js')
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['content-security-policy']).toContain("default-src 'self'")
  })

  it('sends files of a run, and no file beside it', async () => {
    const run = await startRun('files')
    const id = run.directory.split('/').at(-1)!
    await symlink(join(folder, 'secret.txt'), join(run.directory, 'link.txt'))
    expect((await get(`/api/run/${id}/file?path=config.json`)).text).toContain('0.1')
    const hostile = [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets/../../secret.txt',
      '/assets/%00',
      `/api/run/${id}/file?path=../../secret.txt`,
      `/api/run/${id}/file?path=..%2f..%2fsecret.txt`,
      `/api/run/${id}/file?path=${encodeURIComponent(join(folder, 'secret.txt'))}`,
      `/api/run/${id}/file?path=link.txt`,
      `/api/run/${id}/file?path=`,
      `/api/run/..%2f..%2f/file?path=secret.txt`,
      `/api/run/%2e%2e/file?path=secret.txt`,
      `/api/run/20260131-090507-none/file?path=run.json`,
    ]
    for (const path of hostile) {
      const { status, text } = await get(path)
      expect(status, path).toBeOneOf([400, 404])
      expect(text, path).not.toContain('secret\n')
    }
    await run.end({ status: 'done', exitCode: 0 })
  })

  it('lists runs, and says of a broken one what is wrong', async () => {
    const run = await startRun('fine')
    await run.end({ status: 'done', exitCode: 0 })
    await mkdir(join(runs, '20260131-090507-broken'), { recursive: true })
    const listed: unknown = JSON.parse((await get('/api/runs')).text)
    expect(listed).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ status: 'finished' }),
        expect.objectContaining({ problem: expect.stringContaining('has no run.json') as string }),
      ]),
    )
  })

  it('streams what runs record, and goes on after a break where it was', async () => {
    const [one, two] = [await startRun('one'), await startRun('two')]
    const ids = [one, two].map(({ directory }) => directory.split('/').at(-1)!)
    for (let step = 1; step <= 3; step++) for (const run of [one, two]) run.scalars(step, 1, { 'train/loss': 1 / step })
    const first = await streamUntil((messages) => ids.every((id) => steps(messages, id).length === 3))
    expect(first.messages).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'news', status: 'running', config: { lr: 0.1 } })]),
    )
    for (let step = 4; step <= 5; step++) for (const run of [one, two]) run.scalars(step, 1, { 'train/loss': 1 / step })
    const next = await streamUntil((messages) => ids.every((id) => steps(messages, id).includes(5)), {
      'last-event-id': first.last,
    })
    for (const id of ids) expect(steps(next.messages, id)).toEqual([4, 5])
    await one.end({ status: 'done', exitCode: 0 })
    const third = await streamUntil(
      (messages) => messages.some((message) => message.kind === 'news' && message.status === 'finished'),
      { 'last-event-id': next.last },
    )
    expect(steps(third.messages, ids[0]!)).toEqual([])
    const odd = await streamUntil((messages) => ids.every((id) => steps(messages, id).includes(5)), {
      'last-event-id': `${ids[0]}:-1,${ids[1]}:x,:,,nobody:3`,
    })
    expect(steps(odd.messages, ids[0]!)).toEqual([1, 2, 3, 4, 5])
    await two.end({ status: 'done', exitCode: 0 })
  })

  it('ends open streams when it closes', async () => {
    const waiting = streamUntil(() => false).then(
      () => 'ended',
      () => 'cut',
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    await served.close()
    expect(await waiting).toBeOneOf(['ended', 'cut'])
    await served.close()
  })

  it('refuses a port that is in use', async () => {
    await expect(serveRuns({ runs, port: served.port, page: new Map() })).rejects.toThrow(
      `view: port ${served.port} is in use. Give another, or none for a free one.`,
    )
  })
})

describe('readPage(folder)', () => {
  it('says how to build a page that is not there', async () => {
    await expect(readPage(join(folder, 'none'))).rejects.toThrow(
      /^view: the page is not built: there is no .*none.index\.html\. Run pnpm build:viz\.$/,
    )
  })
})
