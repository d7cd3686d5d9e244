import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeEvent, maxLineBytes } from './encode.ts'
import { EventReader, readEvents } from './event-reader.ts'
import type { RunEvent } from './event.ts'

const encoder = new TextEncoder()
const logLine = (seq: number, text: string): RunEvent => ({ v: 1, seq, t: 0, kind: 'log', level: 'info', text })
const toText = (events: readonly RunEvent[]): string => events.map((event) => `${encodeEvent(event)}\n`).join('')

describe('EventReader.push(chunk)', () => {
  it('reads the same events however the bytes are cut', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 8 })
    fc.assert(
      fc.property(texts, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (lines, sizes) => {
        const events = lines.map((text, seq) => logLine(seq, text))
        const bytes = encoder.encode(toText(events))
        const reader = new EventReader()
        const entries = []
        for (let at = 0, i = 0; at < bytes.length; i += 1) {
          const size = sizes[i % sizes.length] ?? 1
          entries.push(...reader.push(bytes.slice(at, at + size)))
          at += size
        }
        expect(entries.map((entry) => entry.type === 'event' && entry.event)).toEqual(events)
        expect(reader.position).toBe(bytes.length)
      }),
    )
  })

  it('lets an incomplete last line wait for its end', () => {
    const reader = new EventReader()
    const [first, second] = [encoder.encode('{"v":1,"seq":0,"t":0,'), encoder.encode('"kind":"beat"}\n')]
    expect(reader.push(first)).toEqual([])
    expect(reader.partialBytes).toBe(21)
    expect(reader.position).toBe(0)
    expect(reader.push(second)).toEqual([
      { type: 'event', event: { v: 1, seq: 0, t: 0, kind: 'beat' }, line: 1, end: 36 },
    ])
    expect(reader.partialBytes).toBe(0)
  })

  it('copies what it keeps, so that the chunk can be reused', () => {
    const reader = new EventReader()
    const chunk = encoder.encode('{"v":1,"seq":0,"t":0,')
    reader.push(chunk)
    chunk.fill(0)
    expect(reader.push(encoder.encode('"kind":"beat"}\n'))).toMatchObject([{ type: 'event' }])
  })

  it('goes on from a position that an entry gave', () => {
    const bytes = encoder.encode(toText([logLine(0, 'a'), logLine(1, 'b'), logLine(2, 'c')]))
    const [first] = new EventReader().push(bytes)
    const rest = new EventReader(first?.end, 1).push(bytes.subarray(first?.end))
    expect(rest.map(({ line }) => line)).toEqual([2, 3])
    expect(rest.at(-1)?.end).toBe(bytes.length)
  })

  it('forgets the incomplete line on demand', () => {
    const reader = new EventReader()
    reader.push(encoder.encode('torn'))
    reader.dropPartial()
    expect(reader.push(encoder.encode(toText([logLine(0, 'a')])))).toMatchObject([{ type: 'event', line: 1 }])
  })

  it('passes over a line that is too long and keeps nothing of it', () => {
    const reader = new EventReader()
    const chunk = new Uint8Array(1000).fill(97)
    for (let i = 0; i < 1000; i += 1) expect(reader.push(chunk)).toEqual([])
    expect(reader.push(encoder.encode(`\n${toText([logLine(0, 'a')])}`))).toMatchObject([
      { type: 'problem', code: 'TOO_LARGE', text: 'the line has 1000001 bytes, at most 65536 fit', line: 1 },
      { type: 'event', line: 2 },
    ])
  })

  it('takes a line of exactly 64 KiB with its line feed, and not one byte more', () => {
    const overhead = encodeEvent(logLine(0, '')).length + 1
    const exact = toText([logLine(0, 'x'.repeat(maxLineBytes - overhead))])
    expect(exact.length).toBe(maxLineBytes)
    expect(readEvents(exact).events.length).toBe(1)
    expect(readEvents(exact.replace('xx', 'xxx')).problems).toMatchObject([{ code: 'TOO_LARGE' }])
  })

  it('reports bytes that are not UTF-8', () => {
    expect(new EventReader().push(Uint8Array.of(0xff, 10))).toMatchObject([
      { type: 'problem', code: 'ENCODING', line: 1 },
    ])
  })
})

describe('readEvents(log)', () => {
  it('leaves out unknown kinds and reports bad lines with their number', () => {
    const log = `${toText([logLine(0, 'a')])}{"v":1,"seq":1,"t":0,"kind":"sing"}\nnonsense\n${toText([logLine(3, 'b')])}{"v":1`
    const { events, problems } = readEvents(log)
    expect(events).toEqual([logLine(0, 'a'), logLine(3, 'b')])
    expect(problems).toEqual([
      { code: 'JSON', severity: 'error', file: 'events.jsonl', line: 3, text: 'not JSON: "nonsense"' },
    ])
  })
})
