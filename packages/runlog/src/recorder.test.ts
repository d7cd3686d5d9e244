import { describe, expect, it } from 'vitest'
import { RunlogError } from './errors.ts'
import type { RunEvent } from './event.ts'
import { histogram } from './histogram.ts'
import { Recorder } from './recorder.ts'

const record = (use: (recorder: Recorder) => void, pointsPerTag?: number): RunEvent[] => {
  const events: RunEvent[] = []
  use(new Recorder({ write: (event) => events.push(event), clock: () => 5, pointsPerTag }))
  return events
}

describe('Recorder', () => {
  it('numbers events and stamps them with time and place', () => {
    const events = record((recorder) => {
      recorder.scalars(1, 1, { 'train/loss': 0.5, 'optim/lr': Number.NaN })
      recorder.epochScalars(2, 1, { 'val/loss': 0.4 })
      recorder.alert({ code: 'PLATEAU', text: 'no progress' }, { step: 2 })
      recorder.log('info', 'hello')
    })
    expect(events).toEqual([
      { v: 1, seq: 0, t: 5, kind: 'scalar', step: 1, epoch: 1, values: { 'train/loss': 0.5, 'optim/lr': Number.NaN } },
      { v: 1, seq: 1, t: 5, kind: 'scalar', step: 2, epoch: 1, per: 'epoch', values: { 'val/loss': 0.4 } },
      { v: 1, seq: 2, t: 5, kind: 'alert', step: 2, code: 'PLATEAU', text: 'no progress' },
      { v: 1, seq: 3, t: 5, kind: 'log', level: 'info', text: 'hello' },
    ])
  })

  it('records distributions, evaluations and surfaces', () => {
    const events = record((recorder) => {
      recorder.hist(1, 1, histogram('weight/w', [1, 2]))
      recorder.evaluation(1, 1, { split: 'val', metrics: { accuracy: 1 } })
      recorder.surface(1, 1, {
        features: ['a', 'b'],
        extent: { x: [0, 1], y: [0, 1] },
        n: 1,
        classes: 2,
        grid: 'AQ==',
      })
    })
    expect(events.map(({ kind }) => kind)).toEqual(['hist', 'eval', 'surface'])
  })

  it('thins step scalars by tag, and never those of epochs', () => {
    const events = record((recorder) => {
      for (let step = 1; step <= 8; step += 1) {
        recorder.scalars(step, 1, step % 4 === 0 ? { 'train/loss': step, 'grad/norm': step } : { 'train/loss': step })
        recorder.epochScalars(step, step, { 'val/loss': step })
      }
    }, 2)
    const steps = (tag: string): (number | undefined)[] =>
      events.flatMap((event) => (event.kind === 'scalar' && tag in event.values ? [event.step] : []))
    expect(steps('train/loss')).toEqual([1, 2, 3, 5])
    expect(steps('grad/norm')).toEqual([4, 8])
    expect(steps('val/loss')).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('does not use up a number for an event that could not be written', () => {
    let isFull = true
    const seqs: number[] = []
    const write = (event: RunEvent): void => {
      if (isFull) throw new Error('disk full')
      seqs.push(event.seq)
    }
    const recorder = new Recorder({ write })
    expect(() => recorder.log('info', 'a')).toThrow('disk full')
    isFull = false
    recorder.log('info', 'b')
    expect(seqs).toEqual([0])
  })

  it.each<[string, (recorder: Recorder) => void, string]>([
    [
      'a tag without a split',
      (recorder) => recorder.scalars(1, 1, { loss: 1 }),
      'scalars: tag "loss" is not split/metric. Use letters, digits, _ . - as in "train/loss".',
    ],
    [
      'a tag with a space',
      (recorder) => recorder.epochScalars(1, 1, { 'train/the loss': 1 }),
      'scalars: tag "train/the loss" is not split/metric. Use letters, digits, _ . - as in "train/loss".',
    ],
    [
      'a long tag',
      (recorder) => recorder.scalars(1, 1, { [`train/${'x'.repeat(300)}`]: 1 }),
      `scalars: tag "train/${'x'.repeat(54)}..." is not split/metric. Use letters, digits, _ . - as in "train/loss".`,
    ],
    [
      'a fractional step',
      (recorder) => recorder.scalars(1.5, 1, { 'train/loss': 1 }),
      'scalar: event is not valid: step: expected int, received number.',
    ],
    [
      'a negative epoch',
      (recorder) => recorder.epochScalars(1, -1, { 'train/loss': 1 }),
      'scalar: event is not valid: epoch: Too small: expected number to be >=0.',
    ],
    [
      'an empty alert code',
      (recorder) => recorder.alert({ code: '', text: '' }),
      'alert: event is not valid: code: Too small: expected string to have >=1 characters.',
    ],
  ])('refuses %s', (_title, use, message) => {
    expect(() => record(use)).toThrow(new RunlogError(message, 'ARGUMENT'))
  })

  it('refuses an odd limit of points', () => {
    expect(() => record(() => undefined, 3)).toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: Recorder: pointsPerTag is 3, expected a positive even integer.]`,
    )
  })
})
