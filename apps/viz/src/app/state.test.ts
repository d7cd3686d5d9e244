import { describe, expect, it } from 'vitest'
import type { Reply } from '../worker/protocol.ts'
import { Session } from '../worker/session.ts'
import type { AppState } from './state.ts'
import { initialState, reduce, urlStateOf } from './state.ts'
import { defaultUrlState } from './url.ts'

const begin = (): AppState => initialState(defaultUrlState, 'auto')

/** What a session answers to the default experiment and an epoch of it. */
async function answers(): Promise<Reply[]> {
  const replies: Reply[] = []
  const session = new Session({ post: (reply) => replies.push(reply), defer: () => undefined, now: () => 0 })
  await session.handle({ kind: 'configure', experiment: defaultUrlState.experiment })
  await session.handle({ kind: 'advance', unit: 'epoch' })
  await session.handle({ kind: 'tape' })
  return replies
}

describe('reduce(state, action)', () => {
  it('feeds the events of frames into one history and shows the rest', async () => {
    const [ready, frame, tape] = await answers()
    const state = [ready!, frame!, tape!].reduce((now, reply) => reduce(now, { type: 'reply', reply }), begin())
    expect(state.train).toMatchObject({ status: 'ready', step: 7, epoch: 2, alert: '' })
    expect(state.train.history.series('val/loss', 'epoch')?.steps).toEqual([0, 7])
    expect(state.graph).toMatchObject({ status: 'ready', step: 7, position: 0 })
  })

  it('begins a new history with each experiment, and drops tape and selection', async () => {
    const [ready, frame, tape] = await answers()
    const trained = [ready!, frame!, tape!].reduce((now, reply) => reduce(now, { type: 'reply', reply }), begin())
    const selected = reduce(trained, { type: 'select', unit: { column: 1, unit: 0 } })
    const waiting = reduce(selected, { type: 'waiting' })
    expect([waiting.graph.status, waiting.train.selected]).toEqual(['none', undefined])
    const [again] = await answers()
    expect(reduce(waiting, { type: 'reply', reply: again! }).train.history.series('val/loss', 'epoch')?.steps).toEqual([
      0,
    ])
  })

  it('keeps the tape position within the tape', async () => {
    const [ready, , tape] = await answers()
    const state = [ready!, tape!].reduce((now, reply) => reduce(now, { type: 'reply', reply }), begin())
    expect(reduce(state, { type: 'moment', position: -3 }).graph.position).toBe(0)
    expect(reduce(state, { type: 'moment', position: 1e6 }).graph.position).toBe(12)
  })

  it('lets frames that were on their way neither start nor stop the playing; an alert stops it', async () => {
    const [ready, frame] = await answers()
    const begun = reduce(begin(), { type: 'reply', reply: ready! })
    for (const playing of [true, false]) {
      const state = reduce(begun, { type: 'playing', playing })
      expect(reduce(state, { type: 'reply', reply: frame! }).train.playing).toBe(playing)
    }
    const alert = { v: 1, seq: 9, t: 0, kind: 'alert', code: 'NONFINITE', text: 'too large' } as const
    const faulty: Reply[] =
      frame!.kind === 'frame' ? [{ kind: 'frame', frame: { ...frame!.frame, events: [alert] } }] : []
    const playing = reduce(begun, { type: 'playing', playing: true })
    const stopped = faulty.reduce((state, reply) => reduce(state, { type: 'reply', reply }), playing)
    expect(stopped.train).toMatchObject({ playing: false, alert: 'too large' })
  })

  it('takes over what a link holds', () => {
    const link = { ...defaultUrlState, screen: 'runs', lossScale: 'log' } as const
    expect(urlStateOf(reduce(begin(), { type: 'link', state: link }))).toEqual(link)
  })
})
