import * as z from 'zod/mini'
import { maxLineBytes } from './encode.ts'
import type { EventKind, RunEvent } from './event.ts'
import { eventVersion } from './event.ts'
import { envelopeSchema, eventSchemas, isEventKind } from './event-schema.ts'
import type { FileEntry } from './file-entry.ts'
import { fileEntrySchema } from './file-entry.ts'
import type { ProblemCode } from './problem.ts'
import { checkSchema } from './schema-error.ts'

/** What one complete line of `events.jsonl` holds. */
export type ParsedLine =
  | { readonly type: 'event'; readonly event: RunEvent }
  /** The event is too large for a line; the file holds it as JSON. See {@link resolveReference}. */
  | {
      readonly type: 'reference'
      readonly seq: number
      readonly t: number
      readonly kind: string
      readonly file: FileEntry
    }
  /** A kind that this version does not know: to be ignored. */
  | { readonly type: 'unknown'; readonly seq: number; readonly t: number; readonly kind: string }
  | { readonly type: 'problem'; readonly code: ProblemCode; readonly text: string }

const versionSchema = z.object({ v: z.int() })
const referenceSchema = z.object({ payload: fileEntrySchema })

/**
 * Reads one line without its line feed. Never throws: what is wrong comes back as a `problem`.
 *
 * @example
 * parseLine('{"v":1,"seq":7,"t":0,"kind":"beat"}') // -> { type: 'event', event: { v: 1, seq: 7, t: 0, kind: 'beat' } }
 */
export function parseLine(line: string): ParsedLine {
  if (line.length >= maxLineBytes) {
    return problem('TOO_LARGE', `the line has ${line.length} characters, at most ${maxLineBytes - 1} bytes fit`)
  }
  return parseJson(line)
}

/**
 * Reads the event that a `reference` line points to, from the text of its file.
 * The file must hold the event of that very line.
 */
export function resolveReference(reference: ParsedLine & { type: 'reference' }, text: string): ParsedLine {
  const parsed = parseJson(text)
  if (parsed.type !== 'event') return parsed
  const { seq, kind } = parsed.event
  if (seq === reference.seq && kind === reference.kind) return parsed
  return problem('FILE', `${reference.file.path} holds ${kind} ${seq}, expected ${reference.kind} ${reference.seq}`)
}

function parseJson(text: string): ParsedLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return problem('JSON', `not JSON: ${JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)}`)
  }
  const kind = kindOf(value)
  const event = kind === undefined ? undefined : checkSchema<RunEvent>(eventSchemas[kind], value)
  return event?.ok ? { type: 'event', event: event.value } : explain(value, event?.text)
}

function kindOf(value: unknown): EventKind | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || typeof value.kind !== 'string')
    return undefined
  return isEventKind(value.kind) ? value.kind : undefined
}

/** What a line is that is no event of this version; `text` says why not, where its kind is known. */
function explain(value: unknown, text: string | undefined): ParsedLine {
  const version = checkSchema(versionSchema, value)
  if (version.ok && version.value.v !== eventVersion) {
    return problem('VERSION', `format version is ${version.value.v}, this reader knows ${eventVersion}`)
  }
  const envelope = checkSchema(envelopeSchema, value)
  if (!envelope.ok) return problem('EVENT', envelope.text)
  const { seq, t, kind } = envelope.value
  if (text === undefined) return { type: 'unknown', seq, t, kind }
  const reference = checkSchema(referenceSchema, value)
  if (reference.ok) return { type: 'reference', seq, t, kind, file: reference.value.payload }
  return problem('EVENT', `${kind}: ${text}`)
}

function problem(code: ProblemCode, text: string): ParsedLine {
  return { type: 'problem', code, text }
}
