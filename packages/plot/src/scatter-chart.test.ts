import { describe, expect, it } from 'vitest'
import { all, checkSvg, marksOf, plotArea, texts } from '../test-support/parse-svg.ts'
import { scatterChart } from './scatter-chart.ts'

describe('scatterChart', () => {
  it('scatterChart(series, identity) gives both axes one range, so that the line is the diagonal', () => {
    const root = checkSvg(scatterChart([{ name: 'val', x: [1, 2, 9], y: [1, 2, 9] }], { reference: 'identity' }))
    const { left, right, top, bottom } = plotArea(root)
    for (const { attributes } of all(marksOf(root), 'use')) {
      const across = (Number(attributes['x']) - left) / (right - left)
      const up = (bottom - Number(attributes['y'])) / (bottom - top)
      expect(across).toBeCloseTo(up, 2)
    }
    expect(texts(root)).toContain('predicted = true')
  })

  it('scatterChart(series, zero) always shows zero', () => {
    const root = checkSvg(scatterChart([{ name: 'val', x: [1, 2], y: [5, 9] }], { reference: 'zero' }))
    expect(texts(root)).toEqual(expect.arrayContaining(['0', 'no error']))
  })

  it('scatterChart(series) leaves out points that are not finite and counts them', () => {
    const root = checkSvg(scatterChart([{ name: 'a', x: [1, Number.NaN, 3], y: [1, 2, Infinity] }]))
    expect(all(marksOf(root), 'use')).toHaveLength(1)
    expect(all(root, 'desc')[0]!.text).toContain('2 not finite and left out')
  })

  it('scatterChart(a large cloud) thins it evenly, says so and keeps a rare series', () => {
    const many = Float64Array.from({ length: 200_000 }, (_, i) => Math.sin(i))
    const other = Float64Array.from({ length: 200_000 }, (_, i) => Math.cos(i * 1.7))
    const svg = scatterChart([
      { name: 'many', x: many, y: other },
      { name: 'rare', x: [2], y: [2] },
    ])
    const root = checkSvg(svg)
    expect(svg.length).toBeLessThan(300_000)
    expect(all(root, 'desc')[0]!.text).toMatch(/of 200,001 points are drawn/)
    expect(all(marksOf(root), 'use').filter((use) => use.attributes['href'] === '#plot-triangle')).toHaveLength(1)
  })

  it('scatterChart([]) says that there is nothing', () => {
    expect(texts(checkSvg(scatterChart([])))).toContain('no finite points to draw')
  })

  it('scatterChart(series) explains bad input', () => {
    expect(() => scatterChart([{ name: 'a', x: [1], y: [] }])).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: scatterChart: series "a" has x and y of unequal length: got 0 vs 1 expected. Give one y per x.]`,
    )
  })
})
