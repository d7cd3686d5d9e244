import type { RunEvent } from './event.ts'
import { stringifyJson } from './json-number.ts'

/** Most bytes of one line of `events.jsonl`, its line feed included. */
export const maxLineBytes: number = 64 * 1024

/**
 * An event as one line of JSON, without the line feed. Numbers that JSON lacks become strings.
 *
 * @example
 * encodeEvent({ v: 1, seq: 7, t: 0, kind: 'beat' }) // -> '{"v":1,"seq":7,"t":0,"kind":"beat"}'
 */
export function encodeEvent(event: RunEvent): string {
  return stringifyJson(event)
}
