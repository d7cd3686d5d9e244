import { describe, expect, it } from 'vitest'
import { defaultData, defaultExperiment } from '../model/experiment.ts'
import type { Reply } from './protocol.ts'
import { Session, transferable } from './session.ts'

/** A session whose clock and queue are in the test's hands: each look at the clock takes a while. */
function start(lookMs = 1): { session: Session; replies: Reply[]; tick: (count: number) => void } {
  const replies: Reply[] = []
  const queue: (() => void)[] = []
  let time = 0
  const session = new Session({
    post: (r) => replies.push(r),
    defer: (run) => queue.push(run),
    now: () => (time += lookMs),
  })
  return {
    session,
    replies,
    tick: (count) => {
      for (let i = 0; i < count; i++) queue.shift()?.()
    },
  }
}

const frames = (replies: readonly Reply[]) => replies.flatMap((reply) => (reply.kind === 'frame' ? [reply.frame] : []))

describe('Session', () => {
  it('answers each wish for a frame with one message, however many steps it made', async () => {
    const { session, replies, tick } = start()
    await session.handle({ kind: 'configure', experiment: defaultExperiment })
    await session.handle({ kind: 'play', stepsPerFrame: Infinity })
    tick(10)
    expect(replies.map(({ kind }) => kind)).toEqual(['ready'])
    await session.handle({ kind: 'frame' })
    tick(5)
    const [frame, ...more] = frames(replies)
    expect(more).toEqual([])
    expect(frame!.step).toBeGreaterThan(10)
    expect(frame!.events.filter(({ kind }) => kind === 'scalar').length).toBeGreaterThan(10)
  })

  it('draws coarser and the network less often while it trains, and everything as fine as it gets once it rests', async () => {
    const { session, replies, tick } = start(0.6)
    await session.handle({ kind: 'configure', experiment: defaultExperiment })
    await session.handle({ kind: 'play', stepsPerFrame: Infinity })
    for (let i = 0; i < 20; i++) {
      await session.handle({ kind: 'frame' })
      tick(5)
    }
    await session.handle({ kind: 'pause' })
    const all = frames(replies)
    const moving = all.slice(0, -1)
    // On this clock a picture takes more than a millisecond.
    expect(moving.at(-1)!.surface!.n).toBe(50)
    expect(moving.filter(({ units }) => units !== undefined).length).toBeLessThan(moving.length)
    expect(moving.every(({ units, linears }) => (units === undefined) === (linears === undefined))).toBe(true)
    expect(all.at(-1)).toMatchObject({ surface: { n: 100 }, units: { n: 24 } })
    expect(all.at(-1)!.linears!.length).toBe(3)
  })

  it('makes no more steps per frame than asked', async () => {
    const { session, replies, tick } = start()
    await session.handle({ kind: 'configure', experiment: defaultExperiment })
    await session.handle({ kind: 'play', stepsPerFrame: 2 })
    tick(5)
    await session.handle({ kind: 'frame' })
    await session.handle({ kind: 'pause' })
    expect(frames(replies).at(-1)!.step).toBe(4)
  })

  it('steps by batch and by epoch, and begins anew with the same numbers', async () => {
    const run = async (): Promise<number[]> => {
      const { session, replies } = start()
      await session.handle({ kind: 'configure', experiment: defaultExperiment })
      await session.handle({ kind: 'advance', unit: 'batch' })
      await session.handle({ kind: 'advance', unit: 'epoch' })
      expect(frames(replies).map(({ step }) => step)).toEqual([1, 7])
      return frames(replies).flatMap(({ events }) =>
        events.flatMap((event) => (event.kind === 'scalar' ? Object.values(event.values) : [])),
      )
    }
    expect(await run()).toEqual(await run())
  })

  it('numbers events from 0 without a gap and opens with start', async () => {
    const { session, replies } = start()
    await session.handle({ kind: 'configure', experiment: defaultExperiment })
    await session.handle({ kind: 'advance', unit: 'epoch' })
    const events = replies.flatMap((reply) => ('frame' in reply ? reply.frame.events : []))
    expect(events[0]!.kind).toBe('start')
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i))
  })

  it('stops with an alert that names op and remedy when numbers overflow', async () => {
    const { session, replies } = start()
    const data = { ...defaultData, generator: 'sine' } as const
    const blocks = [{ units: 8, activation: 'Identity', norm: 'none', dropout: 0 }] as const
    await session.handle({
      kind: 'configure',
      experiment: { ...defaultExperiment, data, blocks, optimizer: 'SGD', lr: 10 },
    })
    for (let i = 0; i < 40; i++) await session.handle({ kind: 'advance', unit: 'epoch' })
    const alert = frames(replies)
      .flatMap(({ events }) => events)
      .find(({ kind }) => kind === 'alert')
    expect(alert).toMatchObject({ code: 'NONFINITE', text: expect.stringMatching(/learning rate of 1 or below/) })
  })

  it('reads a file, refuses until columns are chosen, then trains on it', async () => {
    const { session, replies } = start()
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${(i * 7) % 13},${i % 2 === 0 ? 'yes' : 'no'}`)
    await session.handle({
      kind: 'read',
      name: 'a.csv',
      bytes: new TextEncoder().encode(`u,v,w\n${rows.join('\n')}\n`),
    })
    const csv = { source: 'csv', file: 'a.csv', columns: ['u', 'v'], target: '', validation: 0.25 } as const
    await session.handle({ kind: 'configure', experiment: { ...defaultExperiment, data: csv } })
    await session.handle({ kind: 'configure', experiment: { ...defaultExperiment, data: { ...csv, target: 'w' } } })
    expect(replies.map(({ kind }) => kind)).toEqual(['table', 'refused', 'ready'])
    const ready = replies.at(-1)!
    expect(ready.kind === 'ready' && ready.setup).toMatchObject({
      classes: ['no', 'yes'],
      rows: { train: 30, validation: 10 },
    })
  })

  /** What a session answers to a file whose columns x and y are to tell t. */
  async function answerTo(rows: readonly string[]): Promise<Reply> {
    const { session, replies } = start()
    await session.handle({
      kind: 'read',
      name: 'a.csv',
      bytes: new TextEncoder().encode(`x,y,t\n${rows.join('\n')}\n`),
    })
    const data = { source: 'csv', file: 'a.csv', columns: ['x', 'y'], target: 't', validation: 0.3 } as const
    await session.handle({ kind: 'configure', experiment: { ...defaultExperiment, data } })
    return replies.at(-1)!
  }

  it('tells rows apart whose numbers are large and close, such as times', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${1.7e12 + i},${i},${i < 10 ? 'early' : 'late'}`)
    const ready = await answerTo(rows)
    expect(ready.kind === 'ready' && new Set(ready.setup.points.x).size).toBe(20)
  })

  it('refuses numbers that have no square, and names the column', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i},${-i},${1e300 * Math.sin(i + 1)}`)
    expect(await answerTo(rows)).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/^tableDataset: t holds .*1e100/),
    })
  })

  it('says how many rows are more than it trains on', async () => {
    const rows = Array.from({ length: 20_100 }, (_, i) => `${i},${-i},${i % 2 === 0 ? 'a' : 'b'}`)
    const ready = await answerTo(rows)
    expect(ready.kind === 'ready' && ready.setup.rows).toEqual({
      train: 14_000,
      validation: 6000,
      dropped: 0,
      surplus: 100,
    })
  })

  it('reports what is wrong with a file in the words of the command line', async () => {
    const { session, replies } = start()
    await session.handle({ kind: 'read', name: 'b.csv', bytes: new TextEncoder().encode('u,v\n1,2\n3\n') })
    expect(replies[0]).toMatchObject({ table: { isReadable: false, problems: [{ code: 'RAGGED', line: 3 }] } })
  })

  it('hands its pictures over instead of copying them', async () => {
    const { session, replies } = start()
    await session.handle({ kind: 'configure', experiment: defaultExperiment })
    const [surface, units, ...others] = transferable(replies[0]!)
    expect([surface!.byteLength, units!.byteLength, others.length]).toEqual([2 * 100 * 100, 18 * 24 * 24, 0])
  })
})
