import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventFields, EventKind, EventPosition } from './event.ts'
import { RunHistory } from './history.ts'
import { MemoryLog } from './memory-log.ts'

const started = (): MemoryLog => {
  const log = new MemoryLog({ clock: () => 7 })
  start(log, 1)
  return log
}
const start = (log: MemoryLog, attempt: number): void =>
  log.emit('start', { run: 'r', attempt, format: 1, totals: { rows: {} }, task: 'regression', metrics: [] })
const end: EventFields['end'] = { status: 'done', exitCode: 0, durationMs: 1 }

describe('RunHistory', () => {
  it('gives the series of steps and of epochs apart', () => {
    const log = started()
    log.scalars(1, 1, { 'train/loss': 3, 'optim/lr': 0.1 })
    log.scalars(2, 1, { 'train/loss': 2 })
    log.epochScalars(2, 1, { 'train/loss': 2.5 })
    expect(log.history.tags()).toEqual(['train/loss', 'optim/lr'])
    expect(log.history.tags('epoch')).toEqual(['train/loss'])
    expect(log.history.series('train/loss')).toMatchObject({
      steps: [1, 2],
      epochs: [1, 1],
      times: [7, 7],
      values: [3, 2],
    })
    expect(log.history.series('train/loss', 'epoch')?.values).toEqual([2.5])
    expect(log.history.series('val/loss')).toBeUndefined()
  })

  it('drops everything after the step that a rewind names', () => {
    const log = started()
    for (const step of [1, 2, 3]) {
      log.scalars(step, step, { 'train/loss': step })
      log.epochScalars(step, step, { 'val/loss': step })
      log.alert({ code: 'PLATEAU', text: String(step) }, { step })
    }
    log.log('info', 'no step')
    log.emit('end', end)
    expect(log.history.end).toMatchObject(end)

    start(log, 2)
    log.emit('rewind', { attempt: 2, toStep: 1 })
    expect(log.history.end).toBeUndefined()
    expect(log.history.attempt).toBe(2)
    expect(log.history.series('train/loss')?.values).toEqual([1])
    expect(log.history.series('val/loss', 'epoch')?.values).toEqual([1])
    expect(log.history.events('alert').map(({ text }) => text)).toEqual(['1'])
    expect(log.history.events('log').length).toBe(1)
    expect(log.history.events('start').map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(log.history.events('rewind').length).toBe(1)

    log.scalars(2, 2, { 'train/loss': 20 })
    expect(log.history.series('train/loss')).toMatchObject({ steps: [1, 2], values: [1, 20] })
  })

  it('forgets a tag that a rewind leaves without values', () => {
    const log = started()
    log.scalars(5, 1, { 'grad/norm': 1 })
    log.emit('rewind', { attempt: 1, toStep: 4 })
    expect(log.history.tags()).toEqual([])
    expect(log.history.series('grad/norm')).toBeUndefined()
  })

  it('agrees with dropping superseded events by hand', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant<EventKind>('scalar'), step: fc.nat(20) }),
      fc.record({ kind: fc.constant<EventKind>('rewind'), step: fc.nat(20) }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const log = new MemoryLog()
        let expected: number[] = []
        for (const [i, { kind, step }] of actions.entries()) {
          const place: EventPosition = { step: i + step }
          if (kind === 'rewind') {
            log.emit('rewind', { attempt: 1, toStep: step })
            expected = expected.filter((at) => at <= step)
          } else {
            log.emit('scalar', { values: { 'train/loss': 1 } }, place)
            expected.push(i + step)
          }
        }
        expect(log.history.series('train/loss')?.steps ?? []).toEqual(expected)
      }),
    )
  })

  it('is empty at first', () => {
    const history = new RunHistory()
    expect([history.start, history.end, history.last, history.attempt]).toEqual([undefined, undefined, undefined, 0])
  })
})
