import { describe, expect, it } from 'vitest'
import type { RunEvent } from './event.ts'
import { MemoryLog } from './memory-log.ts'

describe('MemoryLog', () => {
  it('keeps events, effective history, and tells listeners until they leave', () => {
    const log = new MemoryLog({ clock: () => 1 })
    const heard: RunEvent[] = []
    const leave = log.subscribe((event) => heard.push(event))
    log.emit('start', { run: 'r', attempt: 1, format: 1, totals: { rows: {} }, task: 'regression', metrics: [] })
    log.scalars(1, 1, { 'train/loss': 3 })
    log.emit('rewind', { attempt: 1, toStep: 0 })
    leave()
    log.scalars(1, 1, { 'train/loss': 2 })

    expect(log.events.map(({ kind }) => kind)).toEqual(['start', 'scalar', 'rewind', 'scalar'])
    expect(heard).toEqual(log.events.slice(0, 3))
    expect(log.history.series('train/loss')?.values).toEqual([2])
  })
})
