import { describe, expect, it } from 'vitest'
import { MemoryLog } from './memory-log.ts'
import { metricsCsv } from './metrics-table.ts'

describe('metricsCsv(history)', () => {
  it('has a row per epoch and a column per tag, with empty cells and all digits', () => {
    const log = new MemoryLog()
    log.scalars(1, 1, { 'train/loss': 9 })
    log.epochScalars(10, 1, { 'train/loss': 0.1 + 0.2 })
    log.epochScalars(20, 2, { 'train/loss': Number.NaN })
    log.epochScalars(20, 2, { 'val/loss': 1e-7 })
    expect(metricsCsv(log.history)).toBe('epoch,step,train/loss,val/loss\n1,10,0.30000000000000004,\n2,20,NaN,1e-7\n')
  })

  it('follows a rewind', () => {
    const log = new MemoryLog()
    log.epochScalars(10, 1, { 'val/loss': 3 })
    log.epochScalars(20, 2, { 'val/loss': 2 })
    log.emit('rewind', { attempt: 2, toStep: 10 })
    log.epochScalars(20, 2, { 'val/loss': 1 })
    expect(metricsCsv(log.history)).toBe('epoch,step,val/loss\n1,10,3\n2,20,1\n')
  })

  it('quotes a column name that needs it', () => {
    const log = new MemoryLog()
    log.emit('scalar', { per: 'epoch', values: { 'a,"b"': 1 } }, { step: 1, epoch: 1 })
    expect(metricsCsv(log.history)).toBe('epoch,step,"a,""b"""\n1,1,1\n')
  })
})
