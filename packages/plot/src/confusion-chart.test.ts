import { describe, expect, it } from 'vitest'
import { all, checkSvg, marksOf, texts } from '../test-support/parse-svg.ts'
import { confusionChart } from './confusion-chart.ts'

describe('confusionChart', () => {
  it('confusionChart(data) writes counts and shares of each row', () => {
    const root = checkSvg(confusionChart({ labels: ['no', 'yes'], counts: [30, 10, 0, 60] }))
    expect(texts(marksOf(root))).toEqual(['30', '75%', '10', '25%', '0', '60', '100%'])
    expect(texts(root)).toEqual(expect.arrayContaining(['90 of 100 right (90%)', 'true', 'predicted', 'no', 'yes']))
  })

  it('confusionChart(data) colours by the share of the row, so that rare classes show', () => {
    const cells = all(marksOf(checkSvg(confusionChart({ labels: ['a', 'b'], counts: [900, 100, 1, 9] }))), 'rect')
    expect(cells.map((cell) => cell.attributes['fill-opacity'])).toEqual(['0.9', '0.1', '0.1', '0.9'])
  })

  it('confusionChart(data) puts the first true class on top and the first guess on the left', () => {
    const [topLeft, topRight, bottomLeft] = all(
      marksOf(checkSvg(confusionChart({ labels: ['a', 'b'], counts: [1, 2, 3, 4] }))),
      'rect',
    )
    expect(Number(topLeft!.attributes['x'])).toBeLessThan(Number(topRight!.attributes['x']))
    expect(Number(topLeft!.attributes['y'])).toBeLessThan(Number(bottomLeft!.attributes['y']))
  })

  it('confusionChart(data) names the commonest errors in its summary', () => {
    const root = checkSvg(confusionChart({ labels: ['cat', 'dog'], counts: [5, 3, 1, 6] }))
    expect(all(root, 'desc')[0]!.text).toBe(
      '2 classes, 11 of 15 right (73%). Commonest errors: cat taken for dog 3 times, dog taken for cat 1 times.',
    )
  })

  it('confusionChart(data) of one, twelve, sixty and no classes is drawn', () => {
    for (const size of [0, 1, 12, 60]) {
      const labels = Array.from({ length: size }, (_, i) => `a class with a long name ${i}`)
      checkSvg(confusionChart({ labels, counts: Array.from({ length: size * size }, (_, i) => i) }))
    }
    expect(texts(checkSvg(confusionChart({ labels: ['a'], counts: [0] })))).toContain('no rows')
  })

  it('confusionChart(data) explains bad input', () => {
    expect(() => confusionChart({ labels: ['a', 'b'], counts: [1, 2, 3] })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: confusionChart: counts do not fit the labels: got 3 vs 4 expected. Give labels times labels counts.]`,
    )
    expect(() => confusionChart({ labels: ['a', 'b'], counts: [1, 2, -3, 1] })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: confusionChart: a count is not a count: got -3 for true "b", predicted "a". Give finite numbers from 0.]`,
    )
  })
})
