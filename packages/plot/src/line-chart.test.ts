import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { all, checkSvg, corners, marksOf, plotArea, texts } from '../test-support/parse-svg.ts'
import { lineChart } from './line-chart.ts'

const linePaths = (svg: string) =>
  marksOf(checkSvg(svg)).children.filter((child) => child.attributes['transform'] === undefined)

describe('lineChart', () => {
  it('lineChart(series) draws a small chart in full', () => {
    expect(
      lineChart([{ name: 'train', y: [2, 1, 0] }], {
        title: 'Loss',
        xTitle: 'epoch',
        theme: 'light',
        width: 240,
        height: 160,
      }),
    ).toMatchInlineSnapshot(`
      "<svg xmlns="http://www.w3.org/2000/svg" width="240" height="160" viewBox="0 0 240 160" role="img" aria-labelledby="plot-title plot-desc" font-family="system-ui, -apple-system, &#39;Segoe UI&#39;, Roboto, &#39;Helvetica Neue&#39;, Arial, sans-serif" style="max-width:100%;height:auto;font-variant-numeric:tabular-nums">
      <title id="plot-title">Loss</title>
      <desc id="plot-desc">train: 3 points, falling from 2 at 0 to 0 at 2, lowest 0 at 2, highest 2 at 0.</desc>
      <defs><clipPath id="plot-clip"><rect x="28" y="66" width="200" height="48"/></clipPath></defs>
      <rect width="240" height="160" fill="#ffffff"/>
      <path d="M32,110.5H224M32,90.5H224M32,70.5H224" fill="none" stroke="#e6e9ed"/>
      <g clip-path="url(#plot-clip)"><path d="M32,70L128,90L224,110" fill="none" stroke="#1f6fb5" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/></g>
      <path d="M32,110.5H224" fill="none" stroke="#98a1ac"/>
      <text font-size="16" fill="#1a1e24" x="16" y="28" font-weight="600">Loss</text>
      <g transform="translate(16,50)"><path d="M0,0H24" fill="none" stroke="#1f6fb5" stroke-width="2"/><text x="31" dy="0.35em" font-size="12" fill="#1a1e24">train</text></g>
      <text font-size="12" fill="#57606b" x="24" y="110" dy="0.35em" text-anchor="end">0</text>
      <text font-size="12" fill="#57606b" x="24" y="90" dy="0.35em" text-anchor="end">1</text>
      <text font-size="12" fill="#57606b" x="24" y="70" dy="0.35em" text-anchor="end">2</text>
      <text font-size="12" fill="#57606b" x="32" y="128" text-anchor="middle">0</text>
      <text font-size="12" fill="#57606b" x="128" y="128" text-anchor="middle">1</text>
      <text font-size="12" fill="#57606b" x="224" y="128" text-anchor="middle">2</text>
      <text font-size="12" fill="#57606b" x="128" y="146" text-anchor="middle" font-weight="600">epoch</text>
      </svg>
      "
    `)
  })

  it('lineChart(series) draws smooth over a faint raw line, debiased', () => {
    const [raw, smooth] = linePaths(lineChart([{ name: 'a', y: [1, 3] }], { smooth: 0.5 }))
    expect(raw!.attributes['stroke-opacity']).toBe('0.35')
    expect(smooth!.attributes['stroke-opacity']).toBeUndefined()
    const rise = ({ attributes }: { attributes: Readonly<Record<string, string>> }): number => {
      const [from, to] = corners(attributes['d']!)
      return from![1] - to![1]
    }
    // Debiased: (0.5 * 0.5 + 0.5 * 3) / 0.75 = 2.333, so the rise is two thirds of the raw one.
    expect(rise(smooth!) / rise(raw!)).toBeCloseTo(2 / 3, 2)
  })

  it('lineChart(series) tells series apart by dash as well as colour', () => {
    const [first, second] = linePaths(
      lineChart([
        { name: 'a', y: [1, 2] },
        { name: 'b', y: [2, 1] },
      ]),
    )
    expect(first!.attributes['stroke-dasharray']).toBeUndefined()
    expect(second!.attributes['stroke-dasharray']).toBe('7 4')
    expect(first!.attributes['stroke']).not.toBe(second!.attributes['stroke'])
  })

  it('lineChart(series) leaves gaps at NaN and infinities, marks them and says so', () => {
    const root = checkSvg(lineChart([{ name: 'a', y: [1, 2, Number.NaN, Number.NaN, 3, 4, Infinity, 5] }]))
    const [line, dot, ...crosses] = marksOf(root).children
    expect(line!.attributes['d']!.match(/M/g)).toHaveLength(2)
    expect(dot!.attributes['d']).toMatch(/^M[\d.]+,[\d.]+h0$/)
    expect(crosses.map((cross) => cross.children[0]!.text)).toEqual(['a: NaN at 2', 'a: ∞ at 6'])
    expect(texts(root)).toContain('NaN or ∞')
    expect(all(root, 'desc')[0]!.text).toContain('3 not drawable')
  })

  it('lineChart(series) on a log scale turns values up to 0 into gaps', () => {
    const root = checkSvg(lineChart([{ name: 'a', y: [100, 10, 0, -1, 1, 0.1] }], { yScale: 'log' }))
    expect(texts(root)).toEqual(expect.arrayContaining(['0.1', '1', '10', '100', 'NaN, ∞ or not above 0']))
    expect(all(root, 'desc')[0]!.text).toContain('2 not drawable')
  })

  it('lineChart(series) puts equal ratios at equal distances on a log scale', () => {
    const [line] = linePaths(lineChart([{ name: 'a', y: [1, 10, 100] }], { yScale: 'log' }))
    const [a, b, c] = corners(line!.attributes['d']!).map(([, y]) => y)
    expect(a! - b!).toBeCloseTo(b! - c!, 0)
  })

  it('lineChart(series) describes trend, lowest and last value', () => {
    const root = checkSvg(lineChart([{ name: 'train', y: [0.7, 0.2, 0.3] }], { title: 'Loss' }))
    expect(all(root, 'title')[0]!.text).toBe('Loss')
    expect(all(root, 'desc')[0]!.text).toBe(
      'train: 3 points, falling from 0.7 at 0 to 0.3 at 2, lowest 0.2 at 1, highest 0.7 at 0.',
    )
  })

  it('lineChart(series) sorts by x', () => {
    const sorted = lineChart([{ name: 'a', x: [0, 1, 2], y: [5, 6, 7] }])
    expect(lineChart([{ name: 'a', x: [2, 0, 1], y: [7, 5, 6] }])).toBe(sorted)
  })

  it('lineChart(series) keeps the spikes of a million points in a small file', () => {
    const y = Float32Array.from({ length: 1_000_000 }, (_, i) => (i === 654_321 ? 9 : Math.sin(i)))
    const svg = lineChart([{ name: 'a', y }])
    expect(svg.length).toBeLessThan(60_000)
    const [line] = linePaths(svg)
    const tops = corners(line!.attributes['d']!)
      .map(([, at]) => at)
      .sort((a, b) => a - b)
    expect(tops[1]! - tops[0]!).toBeGreaterThan(100)
  })

  it('lineChart(series) stays small when every other value is missing', () => {
    const y = Float32Array.from({ length: 300_000 }, (_, i) => (i % 2 === 0 ? Number.NaN : 1))
    expect(lineChart([{ name: 'a', y }]).length).toBeLessThan(100_000)
  })

  it('lineChart(series, { markers }) writes a word at each place, and never two over each other', () => {
    const markers = [
      { x: 1, label: 'resumed' },
      { x: 1.001, label: 'hidden' },
      { x: 99, label: 'outside' },
    ]
    const root = checkSvg(lineChart([{ name: 'a', y: [1, 2, 3] }], { markers }))
    expect(texts(root)).toContain('resumed')
    expect(texts(root)).not.toContain('hidden')
    expect(texts(root)).not.toContain('outside')
  })

  it('lineChart(series) with nothing to draw says so', () => {
    for (const series of [[], [{ name: 'a', y: [] }], [{ name: 'a', y: [Number.NaN] }]]) {
      expect(texts(checkSvg(lineChart(series)))).toContain('no finite values to draw')
    }
  })

  it('lineChart(series) draws one point as a dot', () => {
    expect(linePaths(lineChart([{ name: 'a', y: [0.7] }]))[0]!.attributes['stroke-linecap']).toBe('round')
  })

  it('lineChart(series) has ticks at whole steps only', () => {
    const labels = texts(checkSvg(lineChart([{ name: 'a', y: [10, 20, 30] }], { width: 900 })))
    expect(labels).not.toContain('0.5')
  })

  it('lineChart(series) gives the same text for the same data, and other ids for another prefix', () => {
    const series = [{ name: 'a', y: [1, 2] }]
    expect(lineChart(series)).toBe(lineChart(series))
    expect(lineChart(series, { id: 'other' })).toBe(lineChart(series).replaceAll('plot-', 'other-'))
  })

  it('lineChart(series, options) explains bad input', () => {
    expect(() => lineChart([{ name: 'a', x: [1], y: [1, 2] }])).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: lineChart: series "a" has x and y of unequal length: got 1 vs 2 expected. Give one x per y.]`,
    )
    expect(() => lineChart([{ name: 'a', y: [1] }], { smooth: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: lineChart: smooth is out of range: got 1 for series "a". Give 0 up to, not including, 1.]`,
    )
    expect(() => lineChart([], { width: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: lineChart: width is out of range: got NaN. Give 200 to 10000 pixels.]`,
    )
    expect(() => lineChart([], { id: '1 "x"' })).toThrowErrorMatchingInlineSnapshot(
      `[PlotError: lineChart: id cannot be used in XML: got "1 \\"x\\"". Start with a letter, then letters, digits, "-", "_" or ".".]`,
    )
  })

  it('lineChart(any numbers) is well-formed and stays inside the plot', () => {
    const value = fc.oneof(
      fc.double(),
      fc.double({ min: -10, max: 10 }),
      fc.constantFrom(Infinity, -Infinity, Number.NaN, 0, -0, 5e-324, 1.7e308),
    )
    const series = fc.record({ name: fc.string({ unit: 'binary' }), y: fc.array(value, { maxLength: 40 }) })
    const options = fc.record({
      title: fc.string({ unit: 'binary' }),
      yScale: fc.constantFrom('linear' as const, 'log' as const),
      smooth: fc.constantFrom(0, 0.9),
      width: fc.integer({ min: 200, max: 1000 }),
      height: fc.integer({ min: 160, max: 600 }),
    })
    fc.assert(
      fc.property(fc.array(series, { maxLength: 12 }), options, (data, given) => {
        const root = checkSvg(lineChart(data, given))
        const area = plotArea(root)
        for (const path of marksOf(root).children) {
          if (path.attributes['transform'] !== undefined) continue
          for (const [x, y] of corners(path.attributes['d']!)) {
            expect(x >= area.left && x <= area.right && y >= area.top && y <= area.bottom).toBe(true)
          }
        }
      }),
      { numRuns: 80 },
    )
  })
})
