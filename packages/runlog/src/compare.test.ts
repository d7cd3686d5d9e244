import { describe, expect, it } from 'vitest'
import { compareConfigs, compareRuns } from './compare.ts'
import type { MetricDirection } from './event.ts'
import type { RunHistory } from './history.ts'
import { MemoryLog } from './memory-log.ts'

const historyOf = (values: Readonly<Record<string, number>>, better: MetricDirection = 'lower'): RunHistory => {
  const log = new MemoryLog()
  const metrics = [{ name: 'loss', better }]
  log.emit('start', { run: 'r', attempt: 1, format: 1, totals: { rows: {} }, task: 'x', metrics })
  log.epochScalars(1, 1, values)
  return log.history
}

describe('compareRuns(runs)', () => {
  it('sets metrics side by side and names the winner', () => {
    const { metrics, config } = compareRuns([
      { id: 'a', history: historyOf({ 'val/loss': 2 }), config: { lr: 0.1 } },
      { id: 'b', history: historyOf({ 'val/loss': 1, 'val/extra': 5 }), config: { lr: 0.2 } },
      { id: 'c', history: historyOf({ 'val/loss': 1 }), config: { lr: 0.1 } },
    ])
    expect(metrics.map(({ tag, winner, runs }) => [tag, winner, runs.map((run) => run?.last.value)])).toEqual([
      ['val/loss', 'b', [2, 1, 1]],
      ['val/extra', undefined, [undefined, 5, undefined]],
    ])
    expect(config).toEqual([{ option: 'lr', values: [0.1, 0.2, 0.1] }])
  })

  it('names no winner where runs contradict each other on the direction', () => {
    const { metrics } = compareRuns([
      { id: 'a', history: historyOf({ 'val/loss': 2 }), config: {} },
      { id: 'b', history: historyOf({ 'val/loss': 1 }, 'higher'), config: {} },
    ])
    expect(metrics).toMatchObject([{ tag: 'val/loss', better: undefined, winner: undefined }])
  })
})

describe('compareConfigs(configs)', () => {
  it('gives only what differs, spelled with dots, sorted', () => {
    expect(
      compareConfigs([
        { z: 1, optimizer: { name: 'adam', lr: 0.1 }, hidden: [64, 32] },
        { z: 1, optimizer: { name: 'adam', lr: 0.2 }, hidden: [64] },
        { z: 1, optimizer: { name: 'sgd' }, hidden: [64] },
      ]),
    ).toEqual([
      { option: 'hidden', values: [[64, 32], [64], [64]] },
      { option: 'optimizer.lr', values: [0.1, 0.2, undefined] },
      { option: 'optimizer.name', values: ['adam', 'adam', 'sgd'] },
    ])
  })
})
