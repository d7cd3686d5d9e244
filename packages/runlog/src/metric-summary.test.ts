import { describe, expect, it } from 'vitest'
import { MemoryLog } from './memory-log.ts'
import { metricDirection, summarizeMetrics } from './metric-summary.ts'

describe('summarizeMetrics(history)', () => {
  it('gives last and best by the direction that the run declares, values of epochs first', () => {
    const log = new MemoryLog({ clock: () => 1 })
    log.emit('start', {
      run: 'r',
      attempt: 1,
      format: 1,
      totals: { rows: {} },
      task: 'classification',
      metrics: [
        { name: 'loss', better: 'lower' },
        { name: 'val/accuracy', better: 'higher' },
      ],
    })
    log.scalars(1, 1, { 'train/loss': 0, 'optim/lr': 0.1 })
    for (const [i, loss] of [Number.NaN, 2, 1, 1, 3].entries()) {
      log.epochScalars(i, i, { 'train/loss': loss, 'val/accuracy': loss / 10 })
    }
    expect(summarizeMetrics(log.history)).toEqual([
      {
        tag: 'train/loss',
        better: 'lower',
        count: 5,
        last: { step: 4, epoch: 4, t: 1, value: 3 },
        best: { step: 2, epoch: 2, t: 1, value: 1 },
      },
      {
        tag: 'val/accuracy',
        better: 'higher',
        count: 5,
        last: { step: 4, epoch: 4, t: 1, value: 0.3 },
        best: { step: 4, epoch: 4, t: 1, value: 0.3 },
      },
      { tag: 'optim/lr', better: undefined, count: 1, last: { step: 1, epoch: 1, t: 1, value: 0.1 }, best: undefined },
    ])
  })

  it('has no best of nothing but NaN', () => {
    const log = new MemoryLog()
    const metrics = [{ name: 'loss', better: 'lower' }] as const
    log.emit('start', { run: 'r', attempt: 1, format: 1, totals: { rows: {} }, task: 'x', metrics })
    log.epochScalars(1, 1, { 'train/loss': Number.NaN })
    expect(summarizeMetrics(log.history)).toMatchObject([{ tag: 'train/loss', best: undefined }])
  })
})

describe('metricDirection(tag, definitions)', () => {
  it('prefers the whole tag to its metric', () => {
    const definitions = [
      { name: 'score', better: 'lower' },
      { name: 'val/score', better: 'higher' },
    ] as const
    expect(metricDirection('val/score', definitions)).toBe('higher')
    expect(metricDirection('train/score', definitions)).toBe('lower')
    expect(metricDirection('train/other', definitions)).toBeUndefined()
  })
})
