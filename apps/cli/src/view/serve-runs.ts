import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { serve } from '@hono/node-server'
import { RunlogError, runIdPattern } from '@metagrad/runlog'
import { followRuns, listRuns, readRunFile } from '@metagrad/runlog/node'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { streamSSE } from 'hono/streaming'
import { join } from 'node:path'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Asset } from './page.ts'

/** What to serve, and where. */
export interface ServeRunsOptions {
  /** Folder that holds run directories; it may be made later. */
  readonly runs: string
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number
  /** The files of the page by URL path, as `readPage` gives them. */
  readonly page: ReadonlyMap<string, Asset>
  /** Secret of the URL; random by default. */
  readonly token?: string
}

/** A running server. */
export interface ServedRuns {
  /** What to open: holds the token. */
  readonly url: string
  readonly port: number
  readonly close: () => Promise<void>
}

const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/**
 * Serves the page and the runs of a folder on 127.0.0.1, read only. Whoever has the token of `url` gets in; requests
 * under another host's name are refused, so that no web page can reach the server through the browser.
 *
 * @throws CliError when the port cannot be used.
 */
export async function serveRuns(options: ServeRunsOptions): Promise<ServedRuns> {
  const { runs, port, page, token = randomBytes(16).toString('hex') } = options
  const ending = new AbortController()
  let bound = port
  const app = new Hono()
  const cookie = (): string => `metagrad-${bound}`
  const key = new TextEncoder().encode(token)
  const isToken = (text = ''): boolean => {
    const given = new TextEncoder().encode(text)
    return given.length === key.length && timingSafeEqual(given, key)
  }

  app.use(async (context, next) => {
    const host = context.req.header('host')
    if (host !== `127.0.0.1:${bound}` && host !== `localhost:${bound}`) {
      return context.text('This server answers to its own name only.', 403)
    }
    const given = context.req.query('token')
    if (given !== undefined && isToken(given) && context.req.path === '/') {
      // The token leaves the address, where it would be seen and copied.
      setCookie(context, cookie(), token, { httpOnly: true, sameSite: 'Strict', path: '/' })
      return context.redirect('/')
    }
    if (!isToken(given) && !isToken(getCookie(context, cookie()))) {
      return context.text('Open the URL that metagrad view printed: it holds the key.', 401)
    }
    for (const [name, value] of Object.entries(headers)) context.header(name, value)
    await next()
    return undefined
  })

  app.get('/api/runs', async (context) => {
    const listed = await listRuns(runs)
    return context.json(
      listed.map((run) =>
        'manifest' in run
          ? { id: run.manifest.id, status: run.status, manifest: run.manifest }
          : { id: run.directory, problem: run.problem.message },
      ),
    )
  })

  app.get('/api/run/:id/file', (context) => readFile(context, runs))

  app.get('/api/events', (context) => {
    // The header is the browser's own, after a break; the page gives `from` when it begins a stream itself.
    const positions = positionsOf(context.req.header('last-event-id') ?? context.req.query('from') ?? '')
    return streamSSE(context, async (stream) => {
      const over = new AbortController()
      const end = (): void => over.abort()
      stream.onAbort(end)
      ending.signal.addEventListener('abort', end)
      await stream.writeSSE({ event: 'open', data: '' })
      for await (const message of followRuns(runs, { positions: new Map(positions), signal: over.signal })) {
        if (message.kind === 'news') positions.set(message.id, message.position)
        if (message.kind === 'gone') positions.delete(message.id)
        await stream.writeSSE({ event: 'run', id: idOf(positions), data: JSON.stringify(message) })
      }
      ending.signal.removeEventListener('abort', end)
    })
  })

  app.get('*', (context) => {
    const asset = page.get(context.req.path === '/' ? '/index.html' : context.req.path)
    if (asset === undefined) return context.text('Not found.', 404)
    return context.body(asset.content, 200, { 'content-type': asset.type })
  })

  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port })
  try {
    await once(server, 'listening')
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
    const why = isTaken ? 'is in use' : 'cannot be used'
    throw new CliError(`view: port ${port} ${why}. Give another, or none for a free one.`, exitCodes.io, { cause })
  }
  let closed: Promise<void> | undefined
  const end = async (): Promise<void> => {
    ending.abort()
    const isOver = once(server, 'close')
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
    await isOver
  }
  const address = server.address()
  if (typeof address === 'object' && address !== null) bound = address.port
  return {
    url: `http://127.0.0.1:${bound}/?token=${token}`,
    port: bound,
    close: () => (closed ??= end()),
  }
}

async function readFile(context: Context, runs: string): Promise<Response> {
  const id = context.req.param('id') ?? ''
  const path = context.req.query('path') ?? ''
  if (!runIdPattern.test(id)) return context.text('Not the id of a run.', 400)
  try {
    const content = await readRunFile(join(runs, id), path)
    return context.body(Uint8Array.from(content), 200, { 'content-type': 'application/octet-stream' })
  } catch (error) {
    if (error instanceof RunlogError) return context.text(error.message, 404)
    throw error
  }
}

/** Id of an event: how far the page is in each run, `run:offset,run:offset`. */
const idOf = (positions: ReadonlyMap<string, number>): string =>
  Array.from(positions, ([run, position]) => `${run}:${position}`).join(',')

/** What {@link idOf} wrote; what is none of it is passed over. */
function positionsOf(id: string): Map<string, number> {
  const positions = new Map<string, number>()
  for (const entry of id.split(',')) {
    const at = entry.lastIndexOf(':')
    const position = Number(entry.slice(at + 1))
    if (at > 0 && Number.isSafeInteger(position) && position >= 0) positions.set(entry.slice(0, at), position)
  }
  return positions
}
