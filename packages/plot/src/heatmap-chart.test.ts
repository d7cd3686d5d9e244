import { describe, expect, it } from 'vitest'
import { all, checkSvg, marksOf, texts } from '../test-support/parse-svg.ts'
import { palettes } from './core/theme.ts'
import { heatmapChart } from './heatmap-chart.ts'

describe('heatmapChart', () => {
  it('heatmapChart(signed values) gives the signs two colours and zero the surface', () => {
    const root = checkSvg(heatmapChart({ rows: 1, columns: 3, values: [-1, 0, 0.5] }, { theme: 'light' }))
    const looks = marksOf(root)
      .children.filter((child) => child.name === 'path')
      .map(({ attributes }) => [attributes['fill'], attributes['fill-opacity']])
    expect(looks).toEqual([
      [palettes.light.negative, undefined],
      [palettes.light.positive, '0'],
      [palettes.light.positive, '0.5'],
    ])
    expect(texts(marksOf(root))).toEqual(['−1', '0', '0.5'])
  })

  it('heatmapChart(positive values) goes from the lowest to the highest', () => {
    const root = checkSvg(heatmapChart({ rows: 2, columns: 2, values: [1, 2, 3, 5] }))
    expect(
      marksOf(root)
        .children.filter((child) => child.name === 'path')
        .map((path) => path.attributes['fill-opacity']),
    ).toEqual(['0', '0.25', '0.5', undefined])
  })

  it('heatmapChart(a large matrix) averages blocks, says so and stays small', () => {
    const svg = heatmapChart({
      rows: 1000,
      columns: 3000,
      values: Float32Array.from({ length: 3_000_000 }, (_, i) => Math.sin(i / 1000)),
    })
    expect(texts(checkSvg(svg))).toContain('each cell is the mean of 11 × 32 values')
    expect(svg.length).toBeLessThan(400_000)
  })

  it('heatmapChart(values that are not finite) crosses them out and counts them', () => {
    const root = checkSvg(heatmapChart({ rows: 1, columns: 3, values: [1, Number.NaN, Infinity] }))
    expect(all(root, 'desc')[0]!.text).toBe('Matrix of 1 rows and 3 columns, values from 1 to 1, 2 not finite.')
  })

  it('heatmapChart(data) of no values, one value and hostile names is drawn', () => {
    expect(texts(checkSvg(heatmapChart({ rows: 0, columns: 0, values: [] })))).toContain('no values to draw')
    checkSvg(
      heatmapChart({
        rows: 1,
        columns: 1,
        values: [1e308],
        rowLabels: ['<x>'],
        columnLabels: ['"&\u0000'.repeat(500)],
      }),
    )
  })

  it('heatmapChart(data) explains bad input', () => {
    expect(() => heatmapChart({ rows: 2, columns: 2, values: [1] })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: heatmapChart: values do not fill the matrix: got 1 vs 4 expected. Give rows times columns values.]`,
    )
    expect(() => heatmapChart({ rows: 1, columns: 1, values: [1], rowLabels: [] })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: heatmapChart: rowLabels do not fit: got 0 vs 1 expected. Give one name per row.]`,
    )
  })
})
