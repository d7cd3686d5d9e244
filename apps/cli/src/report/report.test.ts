import { describe, expect, it, vi } from 'vitest'
import type { EpochReport } from '../training/fit.ts'
import { metricKinds } from '../training/metrics.ts'
import { epochLine, formatDuration, formatMetric, formatNumber, formatRate } from './format.ts'
import { lineReporter } from './line-reporter.ts'
import { ProgressClock, progressLine, type ProgressState } from './progress-line.ts'

const report: EpochReport = {
  epoch: 20,
  step: 60,
  lr: 0.01,
  train: { loss: 0.58227, accuracy: 60 / 99 },
  rowsPerSecond: 1,
  isLogged: true,
}

describe('format', () => {
  it('formatNumber(value) shows four decimals, or four digits', () => {
    const shown = [0.58227, 0, 123456.78, 1e7, 0.00012346, -0.5, NaN, Infinity].map(formatNumber)
    expect(shown).toEqual(['0.5823', '0.0000', '123456.7800', '1.000e+7', '1.235e-4', '-0.5000', 'NaN', 'Infinity'])
  })
  it('formatMetric(kind, value) shows shares in percent', () => {
    expect(formatMetric({ form: 'percent' }, 60 / 99)).toBe('60.6061%')
  })
  it('formatDuration(seconds) grows with what it shows', () => {
    expect([4, 62.4, 3723, Infinity].map(formatDuration)).toEqual(['00:04', '01:02', '1:02:03', '?'])
  })
  it('formatRate(perSecond) has about three digits', () => {
    expect([0.523, 78.12, 312.4, 12345.6].map(formatRate)).toEqual(['0.52', '78.1', '312', '12,346'])
  })
  it('epochLine(report, kinds) reads as the tutorial does', () => {
    expect(epochLine(report, metricKinds.binary)).toBe('Epoch 20. Train - Loss: 0.5823. Accuracy: 60.6061%.')
    const both = { ...report, validation: { loss: 0.5, accuracy: 1 } }
    expect(epochLine(both, metricKinds.binary)).toBe(
      'Epoch 20. Train - Loss: 0.5823. Accuracy: 60.6061%. Val - Loss: 0.5000. Accuracy: 100.0000%.',
    )
  })
})

describe('progressLine(state, width)', () => {
  const state: ProgressState = {
    epoch: 2,
    epochs: 20,
    stepsPerEpoch: 125,
    step: 310,
    loss: 0.412,
    validationLoss: 0.43,
    elapsedSeconds: 4,
    stepsPerSecond: 78.1,
  }
  it('shows share, steps, times, rate and losses', () => {
    expect(progressLine(state, 90)).toBe(
      'epoch 3/20  12%|#         | 310/2500 [00:04<00:28, 78.1 batch/s, loss=0.4120, val_loss=0.4',
    )
    expect(progressLine(state, 120)).toBe(
      'epoch 3/20  12%|####                          | 310/2500 [00:04<00:28, 78.1 batch/s, loss=0.4120, val_loss=0.4300]',
    )
  })
  it('counts epochs where they have one step', () => {
    const epochs = { ...state, stepsPerEpoch: 1, epochs: 500, validationLoss: undefined }
    expect(progressLine(epochs, 80)).toBe(
      ' 62%|################         | 310/500 [00:04<00:02, 78.1 epoch/s, loss=0.4120]',
    )
  })
  it('is never wider than told', () => {
    for (let width = 0; width < 150; width++) expect(progressLine(state, width).length).toBeLessThanOrEqual(width)
  })
})

describe('ProgressClock', () => {
  const at = (clock: ProgressClock, step: number, now: number): ProgressState =>
    clock.at({ epoch: 0, step, loss: 1 }, now)

  it('counts from its start, and gives the mean rate however often it is asked', () => {
    const clock = new ProgressClock({ epochs: 1, stepsPerEpoch: 100 }, 0)
    expect(at(clock, 0, 0)).toMatchObject({ elapsedSeconds: 0, stepsPerSecond: 0 })
    for (const [step, now] of [
      [1, 100],
      [2, 200],
      [10, 1000],
      [30, 3000],
    ] as const) {
      expect(at(clock, step, now).stepsPerSecond).toBeCloseTo(10)
    }
    expect(at(clock, 30, 3000)).toMatchObject({ elapsedSeconds: 3 })
  })

  it('forgets: a change of pace shows after some seconds', () => {
    const clock = new ProgressClock({ epochs: 1, stepsPerEpoch: 100 }, 0)
    at(clock, 100, 10_000)
    const soon = at(clock, 200, 11_000).stepsPerSecond
    expect(soon).toBeGreaterThan(20)
    expect(soon).toBeLessThan(60)
    expect(at(clock, 2200, 31_000).stepsPerSecond).toBeGreaterThan(95)
  })
})

describe('lineReporter(options)', () => {
  it('speaks at least every ten seconds', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const lines: string[] = []
      const reporter = lineReporter({ write: (line) => lines.push(line), style: (_, text) => text, verbose: false })
      reporter.begin({ epochs: 10, stepsPerEpoch: 1, metrics: metricKinds.binary })
      for (let second = 1; second <= 25; second++) {
        vi.advanceTimersByTime(1000)
        void reporter.progress?.({ epoch: 0, step: second, loss: 1 })
      }
      expect(lines).toHaveLength(2)
      expect(lines[0]).toContain('10/10 [00:10<')
    } finally {
      vi.useRealTimers()
    }
  })
})
