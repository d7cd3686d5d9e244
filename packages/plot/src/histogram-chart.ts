import { bin, thresholdFreedmanDiaconis } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { numberAxis } from './core/axis.ts'
import { emptyNote, svgDocument } from './core/document.ts'
import { clamp, drawable, extentOf } from './core/domain.ts'
import { PlotError } from './core/errors.ts'
import { formatCount, formatValue, plural } from './core/format.ts'
import type { Frame } from './core/frame.ts'
import { layOutFrame } from './core/frame.ts'
import { swatchKey } from './core/legend.ts'
import { resolveOptions, type ChartOptions } from './core/options.ts'
import { seriesStyle } from './core/series-style.ts'
import type { XmlElement } from './core/xml.ts'
import { element, round } from './core/xml.ts'

/** A named set of values. */
export interface HistogramSeries {
  readonly name: string
  readonly values: ArrayLike<number>
}

/** Options of a histogram. */
export interface HistogramChartOptions extends ChartOptions {
  /** About how many bins, 1 to 500; by the Freedman-Diaconis rule, from 5 to 60, when left out. */
  readonly bins?: number
}

/** Values in [from, to). */
interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
}

/**
 * Draws how values are distributed: weights, gradients, errors, a column. Several series share the bins and lie over
 * each other. Values that are not finite are counted in the text summary and the subtitle.
 *
 * @returns a complete SVG document.
 * @throws PlotError when an option is out of range.
 * @example
 * histogramChart([{ name: 'weight', values: [-0.2, 0.1, 0.15, 0.4] }], { title: 'layer 1', xTitle: 'weight' })
 */
export function histogramChart(series: readonly HistogramSeries[], options: HistogramChartOptions = {}): string {
  const { bins: wanted, ...common } = options
  const resolved = resolveOptions('histogramChart', common, { height: 380, yTitle: 'count' })
  if (wanted !== undefined && !(wanted >= 1 && wanted <= 500)) {
    throw new PlotError(`histogramChart: bins is out of range: got ${wanted}. Give 1 to 500.`)
  }
  const finite = series.map(({ values }) => Float64Array.from(values).filter(Number.isFinite).map(clamp))
  const extent = extentOf(finite)
  const domain = scaleLinear().domain(drawable(extent))
  const count = wanted ?? binCount(finite, extent)
  domain.nice(count)
  const [low, high] = domain.domain() as [number, number]
  const divide = bin<number, number>()
    .domain([low, high])
    .thresholds(domain.ticks(count).filter((tick) => tick > low && tick < high))
  const binned = finite.map((values) =>
    extent === undefined
      ? []
      : divide(values).map((group) => ({ from: group.x0 ?? low, to: group.x1 ?? high, count: group.length })),
  )
  const lost = series.reduce((sum, { values }, i) => sum + values.length - finite[i]!.length, 0)
  const withLost =
    lost > 0 && resolved.subtitle === ''
      ? { ...resolved, subtitle: `${formatCount(lost)} not finite, left out` }
      : resolved
  const tallest = Math.max(0, ...binned.flat().map((one) => one.count))
  const alone = series.length === 1
  const frame = layOutFrame({
    options: withLost,
    x: numberAxis({
      title: resolved.xTitle,
      extent: [low, high],
      count: Math.max(2, resolved.width / 80),
      room: resolved.width * 0.85,
    }),
    y: numberAxis({
      title: resolved.yTitle,
      extent: tallest === 0 ? undefined : [0, tallest],
      count: Math.max(2, Math.min(tallest || 2, resolved.height / 60)),
      whole: true,
      nice: true,
    }),
    legend: alone ? [] : series.map(({ name }, i) => ({ key: swatchKey(seriesStyle(i).role, 0.6), label: name })),
  })
  return svgDocument({
    options: withLost,
    frame,
    marks: binned.flatMap((bins, i) => (alone ? drawBars(bins, frame) : drawOutline(bins, frame, i))),
    notes: extent === undefined ? [emptyNote(frame, 'no finite values to draw')] : [],
    kind: 'Histogram',
    summary:
      series.length === 0 ? 'No series.' : series.map((one, i) => describe(one, finite[i]!, binned[i]!)).join(' '),
  })
}

function binCount(series: readonly Float64Array[], extent: readonly [number, number] | undefined): number {
  if (extent === undefined || extent[0] === extent[1]) return 5
  const counts = series
    .filter((values) => values.length > 1)
    .map((values) => thresholdFreedmanDiaconis(values, extent[0], extent[1]))
    .filter((value) => Number.isFinite(value))
  return Math.round(Math.min(60, Math.max(5, ...counts)))
}

/** One series: solid bars with a hair of room between them. */
function drawBars(bins: readonly Bin[], frame: Frame): XmlElement[] {
  const d = bins
    .filter(({ count }) => count > 0)
    .map(({ from, to, count }) => {
      const left = frame.x(from)
      const right = frame.x(to)
      const gap = right - left > 4 ? 0.5 : 0
      return `M${round(left + gap)},${round(frame.bottom)}V${round(frame.y(count))}H${round(right - gap)}V${round(frame.bottom)}Z`
    })
    .join('')
  return d === '' ? [] : [element('path', { d, fill: seriesStyle(0).role })]
}

/** Several series: a see-through area with an outline in the series' dash. */
function drawOutline(bins: readonly Bin[], frame: Frame, index: number): XmlElement[] {
  if (bins.length === 0) return []
  const { role, dash } = seriesStyle(index)
  const steps = bins.map(({ to, count }) => `V${round(frame.y(count))}H${round(frame.x(to))}`).join('')
  const d = `M${round(frame.x(bins[0]!.from))},${frame.bottom}${steps}V${frame.bottom}`
  return [
    element('path', { d: `${d}Z`, fill: role, 'fill-opacity': '0.22' }),
    element('path', { d, fill: 'none', stroke: role, 'stroke-width': 1.75, 'stroke-dasharray': dash || undefined }),
  ]
}

function describe({ name, values }: HistogramSeries, finite: Float64Array, bins: readonly Bin[]): string {
  const extent = extentOf([finite])
  if (extent === undefined) return `${name}: ${plural(values.length, 'value')}, none finite.`
  const mean = finite.reduce((sum, value) => sum + value / finite.length, 0)
  const peak = bins.reduce((best, one) => (one.count > best.count ? one : best))
  const lost = values.length - finite.length
  return (
    `${name}: ${plural(finite.length, 'value')} from ${formatValue(extent[0])} to ${formatValue(extent[1])}, mean ${formatValue(mean)}, ` +
    `most (${formatCount(peak.count)}) between ${formatValue(peak.from)} and ${formatValue(peak.to)}` +
    `${lost === 0 ? '' : `, ${formatCount(lost)} not finite`}.`
  )
}
