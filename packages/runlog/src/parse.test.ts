import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeEvent, maxLineBytes } from './encode.ts'
import type { RunEvent } from './event.ts'
import { parseLine, resolveReference } from './parse.ts'

const sha256 = 'a'.repeat(64)
const file = { file: 'checkpoints/last.safetensors', bytes: 3, sha256 } as const

/** One event of every kind; the type makes a kind that is left out a compile error. */
const samples: { readonly [K in RunEvent['kind']]: RunEvent<K> } = {
  start: {
    v: 1,
    seq: 0,
    t: 1,
    kind: 'start',
    run: '20260131-090507-iris',
    attempt: 1,
    format: 1,
    task: 'regression',
    totals: { epochs: 2, stepsPerEpoch: 3, rows: { train: 10, val: 2 } },
    metrics: [{ name: 'loss', better: 'lower' }],
  },
  scalar: { v: 1, seq: 1, t: 2, kind: 'scalar', step: 1, epoch: 1, values: { 'train/loss': Number.NaN }, per: 'epoch' },
  hist: {
    v: 1,
    seq: 2,
    t: 3,
    kind: 'hist',
    step: 1,
    epoch: 1,
    tag: 'weight/w',
    edges: [0, 1, 2],
    counts: [3, 4],
    n: 8,
    min: -Infinity,
    max: Infinity,
    mean: Number.NaN,
    std: 0,
    zeros: 0,
    nonfinite: 1,
  },
  eval: {
    v: 1,
    seq: 3,
    t: 4,
    kind: 'eval',
    step: 1,
    split: 'val',
    metrics: { accuracy: 0.5 },
    classes: ['a', 'NaN'],
    confusion: [
      [1, 2],
      [3, 4],
    ],
    curves: [{ name: 'roc', x: [0, 1], y: [0, 1] }],
  },
  surface: {
    v: 1,
    seq: 4,
    t: 5,
    kind: 'surface',
    step: 1,
    features: ['x', 'y'],
    n: 1,
    classes: 2,
    grid: 'AQ==',
    extent: { x: [0, 1], y: [-1, 1] },
  },
  snapshot: { v: 1, seq: 5, t: 6, kind: 'snapshot', ...file, reason: 'interval' },
  checkpoint: { v: 1, seq: 6, t: 7, kind: 'checkpoint', ...file, reason: 'best' },
  graph: { v: 1, seq: 7, t: 8, kind: 'graph', ...file, reason: 'epoch' },
  rewind: { v: 1, seq: 8, t: 9, kind: 'rewind', attempt: 2, toStep: 0 },
  alert: { v: 1, seq: 9, t: 10, kind: 'alert', code: 'NONFINITE', subject: 'exp', text: 'exp gave Infinity' },
  log: { v: 1, seq: 10, t: 11, kind: 'log', level: 'warn', text: 'line one\nline two \u2028 \ud800' },
  beat: { v: 1, seq: 11, t: 12, kind: 'beat' },
  end: {
    v: 1,
    seq: 12,
    t: 13,
    kind: 'end',
    status: 'early_stop',
    exitCode: 0,
    durationMs: 12,
    best: { metric: 'val/loss', value: Infinity, step: 1 },
  },
}

describe('parseLine(encodeEvent(event))', () => {
  it.each(Object.values(samples))('gives back a $kind event', (event) => {
    const line = encodeEvent(event)
    expect(line).not.toContain('\n')
    expect(parseLine(line)).toEqual({ type: 'event', event })
  })

  it('gives back any scalar', () => {
    const values = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,5}\/[a-z]{1,5}$/),
      fc.double().map((x) => (x === 0 ? 0 : x)),
    )
    fc.assert(
      fc.property(values, fc.nat(), (metrics, step) => {
        const event: RunEvent = { v: 1, seq: 0, t: 0, kind: 'scalar', step, values: metrics }
        expect(parseLine(encodeEvent(event))).toEqual({ type: 'event', event: { ...event, values: { ...metrics } } })
      }),
    )
  })
})

describe('parseLine(line)', () => {
  it('drops fields it does not know', () => {
    expect(parseLine('{"v":1,"seq":0,"t":0,"kind":"beat","mood":"good"}')).toEqual({
      type: 'event',
      event: { v: 1, seq: 0, t: 0, kind: 'beat' },
    })
  })

  it('says that a kind is unknown', () => {
    expect(parseLine('{"v":1,"seq":3,"t":5,"kind":"sing"}')).toEqual({ type: 'unknown', seq: 3, t: 5, kind: 'sing' })
    expect(parseLine('{"v":1,"seq":3,"t":5,"kind":"toString"}')).toMatchObject({ type: 'unknown' })
  })

  it('never lets a tag reach the prototype', () => {
    const parsed = parseLine('{"v":1,"seq":0,"t":0,"kind":"scalar","values":{"__proto__":1,"a/b":2}}')
    expect(parsed).toEqual({ type: 'event', event: { v: 1, seq: 0, t: 0, kind: 'scalar', values: { 'a/b': 2 } } })
  })

  it.each([
    ['{"v":1,', 'JSON', 'not JSON: "{\\"v\\":1,"'],
    ['', 'JSON', 'not JSON: ""'],
    ['null', 'EVENT', 'expected object, received null'],
    ['[]', 'EVENT', 'expected object, received array'],
    ['{"v":2,"seq":0,"t":0,"kind":"beat"}', 'VERSION', 'format version is 2, this reader knows 1'],
    ['{"v":1,"t":0,"kind":"beat"}', 'EVENT', 'seq: expected number, received undefined'],
    ['{"v":1,"seq":-1,"t":0,"kind":"beat"}', 'EVENT', 'seq: Too small: expected number to be >=0'],
    [
      '{"v":1,"seq":0,"t":0,"kind":"scalar","values":{"train/loss":"low"}}',
      'EVENT',
      'scalar: values.train/loss: expected a number, "NaN", "Infinity" or "-Infinity"',
    ],
    [
      `{"v":1,"seq":0,"t":0,"kind":"graph","file":"../x","bytes":1,"sha256":"${sha256}","reason":"epoch"}`,
      'EVENT',
      'graph: file: unsafe file name',
    ],
    [
      '{"v":1,"seq":0,"t":0,"kind":"end","status":"gone","exitCode":0,"durationMs":0}',
      'EVENT',
      'end: status: expected one of done, early_stop, interrupted, failed, diverged',
    ],
  ])('reports %s', (line, code, text) => {
    expect(parseLine(line)).toEqual({ type: 'problem', code, text })
  })

  it.each([
    [{ ...samples.hist, counts: [1] }, 'hist: edges must be one more than counts'],
    [{ ...samples.hist, edges: [0, 2, 1] }, 'hist: edges must rise'],
    [{ ...samples.eval, confusion: [[1], [2]] }, 'eval: confusion must be a square over classes'],
    [{ ...samples.eval, classes: undefined }, 'eval: confusion must be a square over classes'],
    [{ ...samples.surface, n: 2 }, 'surface: grid must hold n x n bytes in base64'],
    [{ ...samples.surface, grid: undefined }, 'surface: needs either grid or file'],
    [{ ...samples.eval, curves: [{ name: 'roc', x: [0], y: [] }] }, 'eval: curves.0: x and y differ in length'],
  ] satisfies [RunEvent, string][])('reports fields that do not fit each other: %#', (event, text) => {
    expect(parseLine(encodeEvent(event))).toEqual({ type: 'problem', code: 'EVENT', text })
  })

  it('refuses a line that is too long without parsing it', () => {
    expect(parseLine('['.repeat(maxLineBytes))).toMatchObject({ type: 'problem', code: 'TOO_LARGE' })
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => void expect(parseLine(line).type).toBeTypeOf('string')),
    )
  })
})

describe('resolveReference(reference, text)', () => {
  const payload = { path: 'events/000002-hist.json', bytes: 9, sha256 }
  const reference = parseLine(JSON.stringify({ v: 1, seq: 2, t: 3, kind: 'hist', payload }))
  if (reference.type !== 'reference') throw new Error('expected a reference')

  it('reads the event from the text of its file', () => {
    expect(reference.file).toEqual(payload)
    expect(resolveReference(reference, encodeEvent(samples.hist))).toEqual({ type: 'event', event: samples.hist })
  })

  it('refuses the event of another line', () => {
    expect(resolveReference(reference, encodeEvent(samples.beat))).toEqual({
      type: 'problem',
      code: 'FILE',
      text: 'events/000002-hist.json holds beat 11, expected hist 2',
    })
  })
})
