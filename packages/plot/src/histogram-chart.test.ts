import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { all, checkSvg, corners, marksOf, plotArea, texts } from '../test-support/parse-svg.ts'
import { histogramChart } from './histogram-chart.ts'

describe('histogramChart', () => {
  it('histogramChart(one series) draws bars as high as their counts', () => {
    const root = checkSvg(histogramChart([{ name: 'a', values: [0, 0.1, 0.2, 1.5, 2] }], { bins: 2 }))
    const { top, bottom } = plotArea(root)
    const bars = marksOf(root).children[0]!.attributes['d']!.split('Z').filter(Boolean)
    const heights = bars.map((bar) =>
      Math.round((3 * (bottom - Math.min(...corners(bar).map(([, y]) => y)))) / (bottom - top)),
    )
    expect(heights).toEqual([3, 2])
  })

  it('histogramChart(several series) outlines each in its own dash, on shared bins', () => {
    const root = checkSvg(
      histogramChart([
        { name: 'a', values: [1, 2] },
        { name: 'b', values: [2, 3] },
      ]),
    )
    expect(marksOf(root).children.map((path) => path.attributes['stroke-dasharray'])).toEqual([
      undefined,
      undefined,
      undefined,
      '7 4',
    ])
    expect(texts(root)).toEqual(expect.arrayContaining(['a', 'b']))
  })

  it('histogramChart(values that are not finite) counts them apart', () => {
    const root = checkSvg(histogramChart([{ name: 'a', values: [1, 2, Number.NaN, Infinity] }]))
    expect(texts(root)).toContain('2 not finite, left out')
    expect(all(root, 'desc')[0]!.text).toContain('a: 2 values from 1 to 2, mean 1.5')
  })

  it('histogramChart(nothing finite) says so', () => {
    for (const series of [[], [{ name: 'a', values: [] }], [{ name: 'a', values: [Number.NaN] }]]) {
      expect(texts(checkSvg(histogramChart(series)))).toContain('no finite values to draw')
    }
  })

  it('histogramChart(series, { bins }) explains bad input', () => {
    expect(() => histogramChart([], { bins: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: histogramChart: bins is out of range: got 0. Give 1 to 500.]`,
    )
  })

  it('histogramChart(any numbers) loses none and stays inside the plot', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.integer()), { maxLength: 60 }), (values) => {
        const root = checkSvg(histogramChart([{ name: 'a', values }]))
        const area = plotArea(root)
        for (const { attributes } of marksOf(root).children) {
          for (const [x, y] of corners(attributes['d']!)) {
            expect(x >= area.left - 0.1 && x <= area.right + 0.1 && y >= area.top - 0.1 && y <= area.bottom + 0.1).toBe(
              true,
            )
          }
        }
      }),
      { numRuns: 150 },
    )
  })
})
