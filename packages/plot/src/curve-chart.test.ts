import { describe, expect, it } from 'vitest'
import { checkSvg, corners, marksOf, plotArea, texts } from '../test-support/parse-svg.ts'
import { curveChart, type CurveKind } from './curve-chart.ts'

describe('curveChart', () => {
  it('curveChart(roc, curves) fills the unit square and shows chance', () => {
    const root = checkSvg(curveChart('roc', [{ name: 'yes', x: [0, 0.5, 1], y: [0, 1, 1], score: 0.75 }]))
    const { left, right, top, bottom } = plotArea(root)
    const points = corners(marksOf(root).children[1]!.attributes['d']!)
    // The clip reaches 2 pixels over the square.
    expect(points).toEqual([
      [left + 2, bottom - 2],
      [(left + right) / 2, top + 2],
      [right - 2, top + 2],
    ])
    expect(texts(root)).toEqual(
      expect.arrayContaining(['false positive rate', 'true positive rate', 'yes (AUC 0.75)', 'chance']),
    )
  })

  it('curveChart(precisionRecall, curves, { baseline }) shows what guessing gives', () => {
    const curve = { name: 'yes', x: [0, 1], y: [1, 0.3] }
    expect(texts(checkSvg(curveChart('precisionRecall', [curve], { baseline: 0.3 })))).toContain('guessing')
    expect(texts(checkSvg(curveChart('precisionRecall', [curve])))).not.toContain('guessing')
  })

  it('curveChart(calibration, []) says that there is nothing', () => {
    expect(texts(checkSvg(curveChart('calibration', [])))).toContain('no curve to draw')
  })

  it('curveChart(a curve with NaN) leaves a gap on either coordinate', () => {
    const curve = { name: 'a', x: [0, 0.2, Number.NaN, 0.6, 0.8, 0.9, 1], y: [0, 0.1, 0.2, 0.3, Number.NaN, 0.9, 1] }
    const line = marksOf(checkSvg(curveChart('roc', [curve]))).children[1]!
    expect(corners(line.attributes['d']!)).toHaveLength(4)
  })

  it('curveChart(kind, curves) explains bad input', () => {
    expect(() => curveChart('roc', [{ name: 'a', x: [0], y: [] }])).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: curveChart: curve "a" has x and y of unequal length: got 0 vs 1 expected. Give one y per x.]`,
    )
    expect(() => curveChart('lift' as CurveKind, [])).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: curveChart: unknown kind: got "lift". Use roc, precisionRecall, calibration.]`,
    )
  })
})
