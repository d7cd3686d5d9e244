import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GrowingSeries, isBetter } from './series.ts'

describe('GrowingSeries', () => {
  it('knows its first lowest and first highest value at each moment', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(Number.NaN, Infinity, -Infinity))
    const action = fc.oneof({ weight: 5, arbitrary: value }, fc.record({ rewindTo: fc.nat(30) }))
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const series = new GrowingSeries('train/loss', 'step')
        for (const [step, one] of actions.entries()) {
          if (typeof one === 'number') series.push({ step, epoch: 1, t: 0, value: one })
          else series.rewind(one.rewindTo)
          const known = series.values.filter((each) => !Number.isNaN(each))
          expect(series.lowest).toBe(series.values.indexOf(Math.min(...known)))
          expect(series.highest).toBe(series.values.indexOf(Math.max(...known)))
        }
      }),
    )
  })
})

describe('isBetter(value, reached, better)', () => {
  it('holds NaN for the worst', () => {
    expect(isBetter(Number.NaN, 1, 'lower')).toBe(false)
    expect(isBetter(Infinity, Number.NaN, 'lower')).toBe(true)
    expect(isBetter(Number.NaN, Number.NaN, 'higher')).toBe(false)
    expect(isBetter(1, 1, 'higher')).toBe(false)
  })
})
