import { describe, expect, it } from 'vitest'
import { encodeEvent } from './encode.ts'
import type { RunEvent } from './event.ts'
import { formatProblem } from './problem.ts'
import { validateEvents } from './validate.ts'

type Draft<K extends RunEvent['kind'] = RunEvent['kind']> = K extends K ? Omit<RunEvent<K>, 'v' | 'seq' | 't'> : never

const start = (attempt: number): Draft => ({
  kind: 'start',
  run: 'r',
  attempt,
  format: 1,
  task: 'regression',
  totals: { rows: {} },
  metrics: [],
})
const scalar = (step: number): Draft => ({ kind: 'scalar', step, values: { 'train/loss': 1 } })
const rewind = (attempt: number, toStep: number): Draft => ({ kind: 'rewind', attempt, toStep })
const end: Draft = { kind: 'end', status: 'done', exitCode: 0, durationMs: 1 }

const toText = (drafts: readonly Draft[]): string =>
  drafts.map((draft, seq) => `${encodeEvent({ v: 1, seq, t: seq, ...draft })}\n`).join('')
const problemsOf = (log: string): string[] => validateEvents(log).map(formatProblem)

describe('validateEvents(log)', () => {
  it('finds nothing in a good log with a resume', () => {
    const log = toText([start(1), scalar(1), scalar(2), end, start(2), rewind(2, 1), scalar(2), scalar(3), end])
    expect(problemsOf(log)).toEqual([])
  })

  it('finds nothing in an empty log', () => {
    expect(problemsOf('')).toEqual([])
  })

  it.each<[string, readonly Draft[], string[]]>([
    ['no start', [scalar(1)], ['events.jsonl:1: error ORDER: the log opens with scalar, expected start']],
    ['a first attempt 2', [start(2)], ['events.jsonl:1: error ORDER: attempt is 2, expected 1']],
    [
      'a resume without rewind',
      [start(1), scalar(5), start(2), scalar(3)],
      ['events.jsonl:4: error ORDER: scalar at step 3 of attempt 2 before its rewind'],
    ],
    [
      'a rewind of another attempt',
      [start(1), scalar(5), start(2), rewind(1, 3)],
      ['events.jsonl:4: error ORDER: rewind names attempt 1, expected 2'],
    ],
    ['steps that fall', [start(1), scalar(5), scalar(4)], ['events.jsonl:3: error STEP: step is 4 after step 5']],
    [
      'events after the end',
      [start(1), end, scalar(1)],
      ['events.jsonl:3: error ORDER: scalar after end, expected start'],
    ],
  ])('reports %s', (_title, drafts, problems) => {
    expect(problemsOf(toText(drafts))).toEqual(problems)
  })

  it('reports a gap in seq once', () => {
    const lines = toText([start(1), scalar(1), scalar(2), scalar(3)]).split('\n')
    lines.splice(1, 1)
    expect(problemsOf(lines.join('\n'))).toEqual(['events.jsonl:2: error SEQUENCE: seq is 2, expected 1'])
  })

  it('does not report a gap where a line cannot be read', () => {
    const lines = toText([start(1), scalar(1), scalar(2)]).split('\n')
    lines[1] = 'nonsense'
    expect(problemsOf(lines.join('\n'))).toEqual(['events.jsonl:2: error JSON: not JSON: "nonsense"'])
  })

  it('counts unknown kinds', () => {
    const log = `${toText([start(1)])}{"v":1,"seq":1,"t":1,"kind":"sing"}\n{"v":1,"seq":2,"t":2,"kind":"beat"}\n`
    expect(problemsOf(log)).toEqual([])
  })

  it('warns of a clock that went back and of an incomplete line', () => {
    const log = `${toText([start(1)])}{"v":1,"seq":1,"t":-5,"kind":"beat"}\n{"v":`
    expect(problemsOf(log)).toEqual([
      'events.jsonl:2: warning TIME: the clock went back by 5 ms',
      'events.jsonl: warning INCOMPLETE: the last 5 bytes have no line feed and are ignored',
    ])
  })
})
