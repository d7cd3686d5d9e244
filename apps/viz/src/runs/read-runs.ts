import type { RunEvent } from '@metagrad/runlog'
import { EventReader, formatProblem, parseLine, parseManifest, resolveReference, runStatus } from '@metagrad/runlog'
import type { Problem, RunMessage } from '@metagrad/runlog'
import type { RunNews } from './runs-state.ts'

/** A file that was opened, and its path below what was opened. */
export interface OpenedFile {
  readonly path: string
  readonly bytes: () => Promise<Uint8Array<ArrayBuffer>>
}

/** The runs in some files, and why others are none. */
export interface ReadRuns {
  readonly runs: readonly RunNews[]
  readonly problems: readonly string[]
}

const logName = /(?:^|\/)([^/]*\.jsonl)(?:\.gz)?$/

/** Finds and reads the logs among the files of a folder: each `events.jsonl` is a run, named by its folder. */
export async function readRuns(files: readonly OpenedFile[]): Promise<ReadRuns> {
  const logs = files.filter(({ path }) => logName.test(path))
  if (logs.length === 0) {
    const what = files.length === 1 ? files[0]!.path : `${files.length} files`
    return {
      runs: [],
      problems: [
        `There is no run in ${what}: a run's folder holds events.jsonl. Open a folder such as runs/20260131-090507-iris.`,
      ],
    }
  }
  const runs: RunNews[] = []
  const problems: string[] = []
  for (const log of logs) {
    try {
      runs.push(await readRun(log, files))
    } catch (error) {
      problems.push(`${log.path}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { runs, problems }
}

async function readRun(log: OpenedFile, files: readonly OpenedFile[]): Promise<RunNews> {
  const folder = log.path.slice(0, Math.max(0, log.path.lastIndexOf('/')))
  const beside = (name: string): OpenedFile | undefined =>
    files.find(({ path }) => path === (folder === '' ? name : `${folder}/${name}`))
  const events: RunEvent[] = []
  const problems: string[] = []
  for (const entry of new EventReader().push(await unzipped(log))) {
    // What does not fit a line lies in a file beside the log.
    const side = entry.type === 'reference' ? beside(entry.file.path) : undefined
    const parsed = entry.type === 'reference' && side ? resolveReference(entry, await textOf(side)) : entry
    if (parsed.type === 'event') events.push(parsed.event)
    if (parsed.type === 'problem') problems.push(problemText({ ...parsed, line: entry.line }))
    if (entry.type === 'reference' && side === undefined)
      problems.push(`line ${entry.line}: ${entry.file.path} is not here.`)
  }
  if (events.length === 0) throw new Error(problems[0] ?? 'the log holds no events.')
  const manifest = beside('run.json')
  const config = beside('config.json')
  const last = events.at(-1)!
  return {
    id: manifest === undefined ? nameOf(events, folder, log.path) : parseManifest(await textOf(manifest)).id,
    origin: 'files',
    status: runStatus({ ended: last.kind === 'end', lastEventAt: last.t, now: Date.now() }),
    events,
    config: config === undefined ? {} : objectOf(await textOf(config)),
    problems,
    restarted: true,
  }
}

function nameOf(events: readonly RunEvent[], folder: string, path: string): string {
  const start = events.find((event) => event.kind === 'start')
  return start?.run ?? (folder.split('/').at(-1) || path)
}

const problemText = ({
  code,
  text,
  line,
}: {
  readonly code: Problem['code']
  readonly text: string
  readonly line: number
}): string => formatProblem({ code, text, line, file: 'events.jsonl', severity: 'error' })

async function textOf(file: OpenedFile): Promise<string> {
  return new TextDecoder().decode(await file.bytes())
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value))
}

async function unzipped({ path, bytes }: OpenedFile): Promise<Uint8Array> {
  const content = await bytes()
  if (!path.endsWith('.gz')) return content
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream('gzip'))
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer())
  } catch (cause) {
    throw new Error('the gzip data is cut short or damaged. Get the file again, or test it with gzip -t.', { cause })
  }
}

/** News as the server told them. */
export function newsOf(message: Extract<RunMessage, { kind: 'news' | 'broken' }>): RunNews {
  const { id } = message
  if (message.kind === 'broken') return { id, origin: 'server', status: 'stale', problems: [message.problem] }
  const events = message.lines.flatMap((line) => {
    const parsed = parseLine(line)
    return parsed.type === 'event' ? [parsed.event] : []
  })
  const { status, problems, restarted, config } = message
  return { id, origin: 'server', status, events, problems, restarted, ...(config === undefined ? {} : { config }) }
}
