import { describe, expect, it } from 'vitest'
import { generateDataset } from '../model/dataset.ts'
import { defaultData, defaultExperiment } from '../model/experiment.ts'
import { extentOf } from '../model/frame.ts'
import { Trainer } from '../model/trainer.ts'
import type { Picture } from './pictures.ts'
import { Pictures } from './pictures.ts'

/** Plays for a while, looking every `lookMs`; a picture takes `costMs`. Returns when each began, and the pictures. */
function play(totalMs: number, lookMs: number, costMs: number): { times: number[]; sent: Picture[] } {
  const trainer = new Trainer(defaultExperiment, generateDataset(defaultData, 1))
  const [times, sent]: [number[], Picture[]] = [[], []]
  let time = 0
  const pictures = new Pictures(trainer, extentOf(trainer), () => time)
  for (; time < totalMs; time += lookMs) {
    if (!pictures.areDue) continue
    times.push(time)
    pictures.sendMoving((picture) => {
      sent.push(picture)
      time += costMs
    })
  }
  return { times, sent }
}

describe('Pictures', () => {
  it('keeps a beat of 17 a second, however coarse the looks at the clock are', () => {
    for (const lookMs of [1, 10, 23]) {
      const { times } = play(2000, lookMs, 0.5)
      expect(Math.abs(times.length - 2000 / 58)).toBeLessThanOrEqual(1)
    }
  })

  it('does not make up for pictures that a pause has left out', () => {
    const { times } = play(1000, 400, 0.5)
    expect(times.length).toBe(3)
  })

  it('comes less often where pictures are dear, down to 8 a second', () => {
    const counts = [0.5, 7, 20].map((costMs) => play(2000, 1, costMs).times.length)
    expect(counts[0]).toBeGreaterThan(counts[1]!)
    expect(counts[1]).toBeGreaterThan(counts[2]!)
    expect(counts[2]).toBeGreaterThanOrEqual(15)
  })

  it('has many cells while they are cheap, and the network every second time', () => {
    expect(play(1000, 1, 0.1).sent.at(-1)!.surface.n).toBe(100)
    const { sent } = play(1000, 1, 2)
    expect(sent.map(({ surface }) => surface.n)).toEqual(sent.map(() => 50))
    expect(sent.map(({ network }) => network === undefined)).toEqual(sent.map((_, i) => i % 2 === 1))
  })
})
