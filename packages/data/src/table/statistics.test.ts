import { describe, expect, test } from 'vitest'
import { columnStatistics, quantile } from './statistics.ts'
import { tableFrom, type Value } from './table.ts'

const of = (values: Value[], rows?: number[]): ReturnType<typeof columnStatistics> =>
  columnStatistics(tableFrom({ x: values }).columns[0]!, rows)

describe('columnStatistics(column, rows)', () => {
  // Mean, standard deviation and quantiles are NumPy's.
  test('describes numbers', () => {
    const statistics = of([1, 2.5, 4, 8, 16.25, -3, null, 4])
    expect(statistics).toMatchObject({ missing: 1, distinct: 6, whole: false, min: -3, max: 16.25 })
    const six = of([1, 2.5, 4, 8, 16.25, -3])
    expect(six.kind === 'number' && [six.mean, six.standardDeviation, ...six.quartiles]).toEqual([
      expect.closeTo(4.791666666666667, 14),
      expect.closeTo(6.0903213288700035, 14),
      1.375,
      3.25,
      7,
    ])
  })

  test('does not overflow, and keeps its digits far from zero', () => {
    expect(of([1.7e308, 1.7e308, 1.5e308])).toMatchObject({ mean: expect.closeTo((4.9 / 3) * 1e308, -294) })
    const far = of([1e9 + 1, 1e9 + 2, 1e9 + 3])
    expect(far.kind === 'number' && far.standardDeviation).toBeCloseTo(Math.sqrt(2 / 3), 6)
  })

  test('describes words and booleans, and some rows only', () => {
    expect(of(['b', 'a', 'b', null])).toEqual({
      kind: 'category',
      rows: 4,
      missing: 1,
      distinct: 2,
      top: [
        ['b', 2],
        ['a', 1],
      ],
    })
    expect(of(['b', 'a', 'b', null], [1, 3])).toMatchObject({ rows: 2, missing: 1, distinct: 1, top: [['a', 1]] })
    expect(of([true, false, true, null])).toMatchObject({ missing: 1, distinct: 2, trueCount: 2, falseCount: 1 })
  })

  test('of nothing is NaN', () => {
    expect(of([null, null])).toMatchObject({ missing: 2, distinct: 0, mean: NaN, min: NaN })
    expect(quantile([], 0.5)).toBeNaN()
    expect(quantile([3], 0.9)).toBe(3)
  })
})
