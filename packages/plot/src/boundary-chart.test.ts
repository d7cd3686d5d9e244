import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { all, checkSvg, corners, marksOf, plotArea, texts, walk } from '../test-support/parse-svg.ts'
import { boundaryChart, boundaryGrid, gridPoints, type BoundaryData } from './boundary-chart.ts'
import { palettes } from './core/theme.ts'

const marks = { x: [30, 100, 40, 90], y: [40, 90, 30, 100], target: [0, 1, 0, 1] }
const grid = boundaryGrid(marks, 40)

/** Probability of class 1 with its line at exam1 + exam2 = 130. */
function data(): BoundaryData {
  const places = gridPoints(grid)
  const predictions = Array.from(
    { length: places.length / 2 },
    (_, i) => 1 / (1 + Math.exp(-(places[2 * i]! + places[2 * i + 1]! - 130) / 20)),
  )
  return { points: marks, grid, predictions, classes: ['rejected', 'admitted'] }
}

/** The path of the border between classes: the only mark with a stroke and no fill. */
const borderOf = (svg: string) => marksOf(checkSvg(svg)).children.find((child) => child.attributes['fill'] === 'none')

describe('boundaryGrid and gridPoints', () => {
  it('boundaryGrid(points) covers the points with room on every side', () => {
    expect(grid).toEqual({ x: [26.5, 103.5], y: [26.5, 103.5], columns: 40, rows: 40 })
  })

  it('gridPoints(grid) lists the centres of the cells, x fastest, y upwards', () => {
    expect([...gridPoints({ x: [0, 2], y: [0, 20], columns: 2, rows: 2 })]).toEqual([0.5, 5, 1.5, 5, 0.5, 15, 1.5, 15])
  })

  it('boundaryGrid(points) of one point or none is still a range', () => {
    expect(boundaryGrid({ x: [5], y: [] }, 3)).toEqual({ x: [4.5, 5.5], y: [0, 1], columns: 3, rows: 3 })
  })
})

describe('boundaryChart', () => {
  it('boundaryChart(two classes) draws the line where the probability is one half', () => {
    const svg = boundaryChart(data(), { xTitle: 'exam 1', yTitle: 'exam 2' })
    const area = plotArea(checkSvg(svg))
    const inside = corners(borderOf(svg)!.attributes['d']!).filter(
      ([x, y]) => x > area.left && x < area.right && y > area.top && y < area.bottom,
    )
    expect(inside.length).toBeGreaterThan(20)
    for (const [x, y] of inside) {
      const first = 26.5 + (77 * (x - area.left)) / (area.right - area.left)
      const second = 26.5 + (77 * (area.bottom - y)) / (area.bottom - area.top)
      expect(Math.abs(first + second - 130)).toBeLessThan(0.3)
    }
  })

  it('boundaryChart(two classes) takes one probability or two, with the same picture', () => {
    const single = data()
    const pairs = Array.from(single.predictions, (p) => [1 - p, p]).flat()
    expect(boundaryChart({ ...single, predictions: pairs })).toBe(boundaryChart(single))
  })

  it('boundaryChart(classes) puts each point at its place, with its own colour and shape', () => {
    const root = checkSvg(boundaryChart(data(), { theme: 'light' }))
    const area = plotArea(root)
    const uses = all(marksOf(root), 'use')
    expect(uses).toHaveLength(4)
    expect(new Set(uses.map((use) => use.attributes['href']))).toEqual(new Set(['#plot-circle', '#plot-triangle']))
    const first = uses[0]!.attributes
    expect(Number(first['x'])).toBeCloseTo(area.left + ((30 - 26.5) / 77) * (area.right - area.left), 0)
    expect(Number(first['y'])).toBeCloseTo(area.bottom - ((40 - 26.5) / 77) * (area.bottom - area.top), 0)
    const fills = marksOf(root)
      .children.filter((child) => child.children[0]?.name === 'use')
      .map((child) => child.attributes['fill'])
    expect(fills).toEqual([palettes.light.series1, palettes.light.series2])
  })

  it('boundaryChart(two classes) names axes, classes and the scale of probability', () => {
    const words = texts(checkSvg(boundaryChart(data(), { xTitle: 'exam 1', yTitle: 'exam 2', title: 'Marks' })))
    expect(words).toEqual(
      expect.arrayContaining([
        'exam 1',
        'exam 2',
        'Marks',
        'rejected',
        'admitted',
        'decision line, P = 0.5',
        'P(admitted)',
        '0.5',
      ]),
    )
  })

  it('boundaryChart(many classes) draws a region for each', () => {
    const classes = Array.from({ length: 12 }, (_, k) => `class ${k}`)
    const places = gridPoints(grid)
    const predictions = Array.from({ length: places.length / 2 }, (_, i) =>
      classes.map((__, k) => Math.exp(-((places[2 * i]! - 28 - 6 * k) ** 2) / 8)),
    ).flat()
    const root = checkSvg(boundaryChart({ points: marks, grid, predictions, classes }))
    const regions = marksOf(root).children.filter((child) => child.children[0]?.name === 'path')
    expect(regions).toHaveLength(12)
    expect(texts(root)).toContain('border between classes')
  })

  it('boundaryChart(one class) has no border', () => {
    expect(
      borderOf(
        boundaryChart({
          points: { ...marks, target: [0, 0, 0, 0] },
          grid,
          predictions: new Float32Array(1600).fill(1),
          classes: ['only'],
        }),
      ),
    ).toBeUndefined()
  })

  it('boundaryChart(no classes) draws a surface of values with its scale', () => {
    const places = gridPoints(grid)
    const predictions = Array.from({ length: 1600 }, (_, i) => places[2 * i]!)
    const root = checkSvg(
      boundaryChart(
        { points: { ...marks, target: marks.x }, grid, predictions },
        { targetTitle: 'price', theme: 'light' },
      ),
    )
    expect(texts(root)).toContain('predicted price')
    const bands = marksOf(root).children.filter((child) => child.name === 'path')
    expect(bands.map((band) => band.attributes['fill'])).toEqual(
      Array.from({ length: 9 }, (_, i) => palettes.light[`ramp${(i + 1) as 1 | 9}`]),
    )
  })

  it('boundaryChart(predictions that are not finite) leaves those places bare', () => {
    const some = { ...data(), predictions: Array.from(data().predictions, (p, i) => (i % 7 === 0 ? Number.NaN : p)) }
    checkSvg(boundaryChart(some))
    const none = { ...data(), predictions: new Float64Array(1600).fill(Number.NaN) }
    expect(all(marksOf(checkSvg(boundaryChart(none))), 'path')).toHaveLength(0)
  })

  it('boundaryChart(points that are not finite) leaves them out and counts them', () => {
    const points = { x: [30, Infinity, Number.NaN, 90], y: [40, 90, 30, 100], target: [0, 1, 0, 1] }
    const root = checkSvg(boundaryChart({ ...data(), points }))
    expect(all(marksOf(root), 'use')).toHaveLength(2)
    expect(all(root, 'desc')[0]!.text).toContain('2 points not finite and left out.')
  })

  it('boundaryChart(data) explains bad input', () => {
    const good = data()
    expect(() => boundaryChart({ ...good, predictions: [1, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: boundaryChart: predictions do not fit grid and classes: got 2 vs 3200 expected. Give one probability per class and place of gridPoints(grid).]`,
    )
    expect(() =>
      boundaryChart({ ...good, points: { ...marks, target: [0, 1, 2, 0] } }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: boundaryChart: point 2 has no class name: got class 2 vs 2 names. Give class indices from 0.]`,
    )
    expect(() => boundaryChart({ ...good, grid: { ...grid, x: [1, 1] } })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: boundaryChart: grid has no range in x: got 1 to 1. Use boundaryGrid(points).]`,
    )
    expect(() => boundaryChart({ ...good, classes: [] })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: boundaryChart: classes is empty: got 0 names. Leave it out for regression.]`,
    )
  })

  it('boundaryChart(any data) is well-formed and keeps its points inside the plot', () => {
    const point = fc.tuple(
      fc.double({ noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.integer({ min: 0, max: 2 }),
    )
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 20 }),
        fc.array(fc.double(), { minLength: 48, maxLength: 48 }),
        fc.array(fc.string({ unit: 'binary' }), { minLength: 3, maxLength: 3 }),
        (rows, predictions, classes) => {
          const points = { x: rows.map(([x]) => x), y: rows.map(([, y]) => y), target: rows.map(([, , k]) => k) }
          const root = checkSvg(boundaryChart({ points, grid: boundaryGrid(points, 4), predictions, classes }))
          const area = plotArea(root)
          for (const { name, attributes } of walk(marksOf(root))) {
            if (name !== 'use') continue
            expect(Number(attributes['x']) >= area.left && Number(attributes['x']) <= area.right).toBe(true)
            expect(Number(attributes['y']) >= area.top && Number(attributes['y']) <= area.bottom).toBe(true)
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})
