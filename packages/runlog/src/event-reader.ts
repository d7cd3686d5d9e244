import { maxLineBytes } from './encode.ts'
import type { RunEvent } from './event.ts'
import type { SplitLine } from './line-splitter.ts'
import { LineSplitter } from './line-splitter.ts'
import type { ParsedLine } from './parse.ts'
import { parseLine } from './parse.ts'
import type { Problem } from './problem.ts'

/** A line of the log and where it stands. */
export type LogEntry = ParsedLine & {
  /** From 1. */
  readonly line: number
  /** Offset in bytes after the line: reading can go on from here. */
  readonly end: number
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads `events.jsonl` as its bytes arrive, in chunks cut anywhere. An incomplete last line waits for its end.
 *
 * @example
 * const reader = new EventReader()
 * const bytes = new TextEncoder().encode('{"v":1,"seq":0,"t":0,"kind":"beat"}\n')
 * reader.push(bytes.subarray(0, 9)) // -> []
 * reader.push(bytes.subarray(9)) // -> [{ type: 'event', ..., line: 1, end: 36 }]
 */
export class EventReader {
  readonly #splitter: LineSplitter

  /** Starts at the offset in bytes of a line's first byte; `line` is the number of the line before it. */
  constructor(position = 0, line = 0) {
    this.#splitter = new LineSplitter(position, line)
  }

  /** Offset in bytes after the last line that ended. */
  get position(): number {
    return this.#splitter.position
  }

  /** Bytes of the incomplete last line. */
  get partialBytes(): number {
    return this.#splitter.partialBytes
  }

  /** The lines that end in `chunk`, in order. */
  push(chunk: Uint8Array): LogEntry[] {
    return this.#splitter.push(chunk).map((line) => Object.assign(parseBytes(line), { line: line.line, end: line.end }))
  }

  /** Forgets the incomplete last line, so that reading can start again at {@link position}. */
  dropPartial(): void {
    this.#splitter.dropPartial()
  }
}

function parseBytes({ start, end, bytes }: SplitLine): ParsedLine {
  if (bytes === undefined) {
    return {
      type: 'problem',
      code: 'TOO_LARGE',
      text: `the line has ${end - start} bytes, at most ${maxLineBytes} fit`,
    }
  }
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    return { type: 'problem', code: 'ENCODING', text: 'the line is not UTF-8' }
  }
  return parseLine(text)
}

/** The problem that an entry reports, if it does. */
export function entryProblem(entry: LogEntry): Problem | undefined {
  if (entry.type !== 'problem') return undefined
  return { code: entry.code, severity: 'error', file: 'events.jsonl', line: entry.line, text: entry.text }
}

/**
 * Reads a whole log that is in memory. Events that lie in side files are left out: {@link EventReader} names them.
 *
 * @example
 * const { events, problems } = readEvents('{"v":1,"seq":0,"t":0,"kind":"beat"}\n')
 */
export function readEvents(log: Uint8Array | string): { events: RunEvent[]; problems: Problem[] } {
  const events: RunEvent[] = []
  const problems: Problem[] = []
  for (const entry of new EventReader().push(typeof log === 'string' ? new TextEncoder().encode(log) : log)) {
    const problem = entryProblem(entry)
    if (problem !== undefined) problems.push(problem)
    if (entry.type === 'event') events.push(entry.event)
  }
  return { events, problems }
}
