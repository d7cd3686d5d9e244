import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { all, checkSvg, marksOf, plotArea, texts } from '../test-support/parse-svg.ts'
import { barChart } from './bar-chart.ts'

describe('barChart', () => {
  it('barChart(bars) draws from zero, first on top, negative ones to the left', () => {
    const root = checkSvg(
      barChart([
        { label: 'a', value: 2 },
        { label: 'b', value: 1 },
        { label: 'c', value: -1 },
      ]),
    )
    const [a, b, c] = all(marksOf(root), 'rect').map(({ attributes }) => ({
      x: Number(attributes['x']),
      y: Number(attributes['y']),
      width: Number(attributes['width']),
    }))
    expect(a!.width).toBeCloseTo(2 * b!.width, 0)
    expect(c!.width).toBeCloseTo(b!.width, 0)
    expect(c!.x + c!.width).toBeCloseTo(a!.x, 0)
    expect(a!.y).toBeLessThan(b!.y)
    expect(texts(root)).toEqual(expect.arrayContaining(['a', 'b', 'c', '2', '1', '−1']))
  })

  it('barChart(a value that is not finite) writes it without a bar', () => {
    const root = checkSvg(
      barChart([
        { label: 'a', value: Number.NaN },
        { label: 'b', value: 1 },
      ]),
    )
    expect(all(marksOf(root), 'rect')).toHaveLength(1)
    expect(texts(root)).toContain('NaN')
  })

  it('barChart([]) says that there is nothing', () => {
    expect(texts(checkSvg(barChart([])))).toContain('nothing to draw')
  })

  it('barChart(bars) explains bad input', () => {
    expect(() =>
      barChart(Array.from({ length: 301 }, () => ({ label: '', value: 0 }))),
    ).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: barChart: too many bars: got 301 vs at most 300. Draw the largest, or a histogramChart.]`,
    )
  })

  it('barChart(any bars) is well-formed and stays inside the plot', () => {
    const bar = fc.record({ label: fc.string({ unit: 'binary', maxLength: 80 }), value: fc.double() })
    fc.assert(
      fc.property(fc.array(bar, { maxLength: 60 }), (bars) => {
        const root = checkSvg(barChart(bars))
        const area = plotArea(root)
        for (const { attributes } of all(marksOf(root), 'rect')) {
          expect(Number(attributes['x'])).toBeGreaterThanOrEqual(area.left - 0.1)
          expect(Number(attributes['x']) + Number(attributes['width'])).toBeLessThanOrEqual(area.right + 0.1)
        }
      }),
      { numRuns: 40 },
    )
  })
})
