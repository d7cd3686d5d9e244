import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventSchemas } from './event-schema.ts'
import { histogram } from './histogram.ts'

describe('histogram(tag, values)', () => {
  it('counts into equal bins, the greatest value in the last', () => {
    expect(histogram('weight/w', Float32Array.of(0, 1, 2, 3, 4), { bins: 2 })).toEqual({
      tag: 'weight/w',
      edges: [0, 2, 4],
      counts: [2, 3],
      n: 5,
      min: 0,
      max: 4,
      mean: 2,
      std: Math.SQRT2,
      zeros: 1,
      nonfinite: 0,
    })
  })

  it('only counts what is not finite', () => {
    expect(histogram('weight/w', [Number.NaN, 1, Infinity, 1, -Infinity], { bins: 1 })).toMatchObject({
      edges: [1, 1],
      counts: [2],
      n: 5,
      min: 1,
      max: 1,
      mean: 1,
      std: 0,
      nonfinite: 3,
    })
  })

  it('has an empty bin when nothing is finite', () => {
    expect(histogram('weight/w', [Number.NaN])).toMatchObject({ edges: [0, 1], counts: [0], n: 1, min: Number.NaN })
  })

  it('makes a valid event whose counts add up, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), fc.integer({ min: 1, max: 40 }), (values, bins) => {
        const fields = histogram('weight/w', values, { bins })
        expect(fields.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length - fields.nonfinite)
        const event = { v: 1, seq: 0, t: 0, kind: 'hist', ...fields }
        expect(eventSchemas.hist.safeParse(event).error?.issues).toBeUndefined()
      }),
    )
  })

  it('refuses a bad number of bins', () => {
    expect(() => histogram('weight/w', [], { bins: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: histogram: bins is 0, expected an integer from 1 to 1024.]`,
    )
  })
})
