import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VolumeGuard } from './volume-guard.ts'

const keptOf = (guard: VolumeGuard, count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => i + from).filter(() => guard.keep('train/loss'))

describe('VolumeGuard.keep(tag)', () => {
  it('keeps all up to the limit and doubles the interval from there on', () => {
    expect(keptOf(new VolumeGuard(4), 20)).toEqual([0, 1, 2, 3, 4, 6, 8, 12, 16])
  })

  it('keeps about five times the default limit of a million values', () => {
    expect(keptOf(new VolumeGuard(), 1_000_000).length).toBe(23_907)
  })

  it('counts each tag by itself', () => {
    const guard = new VolumeGuard(2)
    expect([guard.keep('a'), guard.keep('a'), guard.keep('a'), guard.keep('a')]).toEqual([true, true, true, false])
    expect(guard.keep('b')).toBe(true)
  })
})

describe('VolumeGuard.restore(tag, points)', () => {
  it('goes on at the interval that had been reached', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 300 }), (half, count) => {
        const whole = new VolumeGuard(2 * half)
        const points = keptOf(whole, count).length
        const resumed = new VolumeGuard(2 * half)
        resumed.restore('train/loss', points)
        // What was dropped since the last kept point is unknown; from the next kept one on both agree.
        while (!whole.keep('train/loss'));
        expect(resumed.keep('train/loss')).toBe(true)
        expect(keptOf(resumed, 200)).toEqual(keptOf(whole, 200))
      }),
    )
  })
})
