import { numberAxis } from './core/axis.ts'
import { emptyNote, svgDocument } from './core/document.ts'
import { extentOf } from './core/domain.ts'
import { checkLength, quote } from './core/errors.ts'
import { formatCount, formatValue, plural } from './core/format.ts'
import { layOutFrame } from './core/frame.ts'
import { glyphKey, lineKey } from './core/legend.ts'
import { resolveOptions, type ChartOptions } from './core/options.ts'
import { drawPoints } from './core/points.ts'
import { seriesStyle } from './core/series-style.ts'
import { element } from './core/xml.ts'

/** A named cloud of points. */
export interface ScatterSeries {
  readonly name: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/** Options of a scatter chart. */
export interface ScatterChartOptions extends ChartOptions {
  /**
   * A line to compare with: `identity` is y = x, for predicted against true values (both axes get the same range);
   * `zero` is y = 0, for residuals. Default none.
   */
  readonly reference?: 'identity' | 'zero' | 'none'
}

const references = {
  identity: 'predicted = true',
  zero: 'no error',
  none: '',
} as const

/**
 * Draws points: predicted against true values, residuals, any two columns. Points that are not finite are left out and
 * counted; clouds of many thousands are thinned evenly.
 *
 * @returns a complete SVG document.
 * @throws PlotError when x and y differ in length, or an option is out of range.
 * @example
 * const val = { name: 'val', x: [1, 2, 3], y: [1.1, 1.8, 3.2] }
 * scatterChart([val], { reference: 'identity', xTitle: 'true', yTitle: 'predicted' }) // -> <svg ...</svg>
 */
export function scatterChart(series: readonly ScatterSeries[], options: ScatterChartOptions = {}): string {
  const { reference = 'none', ...common } = options
  const resolved = resolveOptions('scatterChart', common, { width: 620, height: 560 })
  for (const { name, x, y } of series) {
    checkLength(
      'scatterChart',
      `series ${quote(name)} has x and y of unequal length`,
      y.length,
      x.length,
      'Give one y per x.',
    )
  }
  const clouds = series.map(({ x, y }) =>
    Array.from({ length: x.length }, (_, i) => [x[i]!, y[i]!] as const).filter(
      ([a, b]) => Number.isFinite(a) && Number.isFinite(b),
    ),
  )
  const xs = clouds.map((cloud) => cloud.map(([x]) => x))
  const ys = clouds.map((cloud) => cloud.map(([, y]) => y))
  const both = extentOf([...xs, ...ys])
  const yExtent = extentOf(reference === 'zero' && both !== undefined ? [...ys, [0]] : ys)
  const vertical = numberAxis({
    title: resolved.yTitle,
    extent: reference === 'identity' ? both : yExtent,
    count: Math.max(2, resolved.height / 70),
    padding: 0.05,
  })
  const horizontal = numberAxis({
    title: resolved.xTitle,
    extent: extentOf(xs),
    count: Math.max(2, resolved.width / 80),
    room: resolved.width * 0.8,
    padding: 0.05,
  })
  const frame = layOutFrame({
    options: resolved,
    x: reference === 'identity' ? { ...vertical, title: resolved.xTitle } : horizontal,
    y: vertical,
    legend: [
      ...(series.length > 1 || reference !== 'none'
        ? series.map(({ name }, i) => ({ key: glyphKey(seriesStyle(i)), label: name }))
        : []),
      ...(reference === 'none' ? [] : [{ key: lineKey('ink', '5 4', 1.5), label: references[reference] }]),
    ],
    grid: 'both',
    box: 'full',
  })
  const points = clouds.map((cloud, i) => ({
    style: seriesStyle(i),
    points: cloud.map(([x, y]) => [frame.x(x), frame.y(y)] as const),
  }))
  const { defs, marks, drawn } = drawPoints(points, resolved.id)
  const line =
    reference === 'identity'
      ? `M${frame.left},${frame.bottom}L${frame.right},${frame.top}`
      : `M${frame.left},${Math.round(frame.y(0)) + 0.5}H${frame.right}`
  const rule = element('path', { d: line, fill: 'none', stroke: 'ink', 'stroke-width': 1.5, 'stroke-dasharray': '5 4' })
  const total = clouds.reduce((sum, cloud) => sum + cloud.length, 0)
  return svgDocument({
    options: resolved,
    frame,
    defs,
    marks: reference === 'none' ? marks : [...marks, rule],
    notes: total === 0 ? [emptyNote(frame, 'no finite points to draw')] : [],
    kind: 'Scatter chart',
    summary: summarize(series, clouds, drawn, total),
  })
}

function summarize(
  series: readonly ScatterSeries[],
  clouds: readonly (readonly (readonly [number, number])[])[],
  drawn: number,
  total: number,
): string {
  if (series.length === 0) return 'No series.'
  const range = (values: number[]): string => {
    const extent = extentOf([values])
    return extent === undefined ? 'none' : `${formatValue(extent[0])} to ${formatValue(extent[1])}`
  }
  const words = series.map(({ name, x }, i) => {
    const cloud = clouds[i]!
    const lost = x.length - cloud.length
    return (
      `${name}: ${plural(cloud.length, 'point')}, x ${range(cloud.map(([a]) => a))}, y ${range(cloud.map(([, b]) => b))}` +
      `${lost === 0 ? '' : `, ${formatCount(lost)} not finite and left out`}.`
    )
  })
  return words.join(' ') + (drawn < total ? ` ${formatCount(drawn)} of ${formatCount(total)} points are drawn.` : '')
}
