import { numberAxis, type ScaleKind } from './core/axis.ts'
import { emptyNote, svgDocument } from './core/document.ts'
import { extentOf } from './core/domain.ts'
import { checkLength, PlotError, quote } from './core/errors.ts'
import { formatValue, plural } from './core/format.ts'
import type { Frame } from './core/frame.ts'
import { layOutFrame } from './core/frame.ts'
import { lineKey, type LegendEntry } from './core/legend.ts'
import { crossMark, drawGaps, drawLine, type LineData } from './core/lines.ts'
import { resolveOptions, type ChartOptions } from './core/options.ts'
import { seriesStyle } from './core/series-style.ts'
import { debiasedAverage } from './core/smooth.ts'
import { fitText, textWidth } from './core/text.ts'
import type { XmlElement } from './core/xml.ts'
import { element } from './core/xml.ts'

/** A named sequence of values. */
export interface LineSeries {
  readonly name: string
  /** One value per step; NaN and infinities become gaps with a mark. */
  readonly y: ArrayLike<number>
  /** Where each value stands; 0, 1, 2, … when left out. */
  readonly x?: ArrayLike<number>
  /** Smoothing of this series, instead of the chart's: 0 for one with few points, such as a value per epoch. */
  readonly smooth?: number
}

/** Options of a line chart. */
export interface LineChartOptions extends ChartOptions {
  /** Scale of the values. On a log scale values up to 0 become gaps. */
  readonly yScale?: ScaleKind
  /** Scale of the steps. */
  readonly xScale?: ScaleKind
  /** Weight of the past in the debiased moving average, 0 (default, none) to below 1. The raw line stays, faint. */
  readonly smooth?: number
  /** Vertical lines with a word, such as where a run was resumed. */
  readonly markers?: readonly { readonly x: number; readonly label: string }[]
}

interface Prepared {
  readonly raw: LineData
  readonly shown: LineData
  readonly smoothed: boolean
}

/**
 * Draws series as lines: loss curves, metrics, learning rates.
 *
 * Long series are thinned to the lowest and highest value per pixel, so that a million points stay a small file.
 *
 * @returns a complete SVG document.
 * @throws PlotError when x and y differ in length, or an option is out of range.
 * @example
 * lineChart([{ name: 'train', y: [0.7, 0.5, 0.4] }, { name: 'val', y: [0.7, 0.6, 0.55] }], {
 *   title: 'Loss', xTitle: 'epoch', yTitle: 'loss', yScale: 'log',
 * })
 */
export function lineChart(series: readonly LineSeries[], options: LineChartOptions = {}): string {
  const { yScale = 'linear', xScale = 'linear', smooth = 0, markers = [], ...common } = options
  const resolved = resolveOptions('lineChart', common)
  const prepared = series.map((one) => prepare(one, one.smooth ?? smooth, xScale, yScale))

  const xOnly = (value: number): boolean => Number.isFinite(value) && (xScale === 'linear' || value > 0)
  const xExtent = extentOf(
    prepared.map(({ raw }) => raw.x),
    xOnly,
  )
  const yExtent = extentOf(prepared.map(({ raw }) => raw.y))
  const frame = layOutFrame({
    options: resolved,
    x: numberAxis({
      title: resolved.xTitle,
      extent: xExtent,
      count: Math.max(2, resolved.width / 80),
      room: resolved.width * 0.85,
      whole: prepared.every(({ raw }) => every(raw.x, Number.isInteger)),
      kind: xScale,
    }),
    y: numberAxis({
      title: resolved.yTitle,
      extent: yScale === 'linear' ? withZero(yExtent) : yExtent,
      count: Math.max(2, resolved.height / 70),
      kind: yScale,
      nice: true,
      padding: yScale === 'log' ? 0.04 : 0,
    }),
    legend: legendOf(prepared, yScale),
  })

  const marks = [
    ...prepared.flatMap(({ raw, smoothed }, i) =>
      smoothed ? drawLine(raw, frame, seriesStyle(i), { width: 1, opacity: '0.35' }) : [],
    ),
    ...prepared.flatMap(({ shown }, i) => drawLine(shown, frame, seriesStyle(i), { width: 2, dashed: true })),
    ...prepared.flatMap(({ raw }, i) => drawGaps(raw, frame, seriesStyle(i), i % 4)),
  ]
  const notes = yExtent === undefined ? [emptyNote(frame, 'no finite values to draw')] : drawMarkers(markers, frame)
  return svgDocument({
    options: resolved,
    frame,
    marks,
    notes,
    overhang: 4,
    kind: 'Line chart',
    summary: summarize(prepared),
  })
}

function prepare(series: LineSeries, weight: number, xScale: ScaleKind, yScale: ScaleKind): Prepared {
  const { name } = series
  if (!(weight >= 0 && weight < 1)) {
    throw new PlotError(
      `lineChart: smooth is out of range: got ${weight} for series ${quote(name)}. Give 0 up to, not including, 1.`,
    )
  }
  if (series.x !== undefined) {
    checkLength(
      'lineChart',
      `series ${quote(name)} has x and y of unequal length`,
      series.x.length,
      series.y.length,
      'Give one x per y.',
    )
  }
  const raw = sorted(
    name,
    series.x ?? Float64Array.from({ length: series.y.length }, (_, i) => i),
    series.y,
    xScale,
    yScale,
  )
  return { raw, smoothed: weight > 0, shown: weight > 0 ? { ...raw, y: debiasedAverage(raw.y, weight) } : raw }
}

/** Points by ascending x, without those that have no place on x; on a log scale values up to 0 are gaps. */
function sorted(
  name: string,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  xScale: ScaleKind,
  yScale: ScaleKind,
): LineData {
  const xs = new Float64Array(x.length)
  const ys = new Float64Array(x.length)
  let kept = 0
  let ascending = true
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i]!) || (xScale === 'log' && x[i]! <= 0)) continue
    if (kept > 0 && x[i]! < xs[kept - 1]!) ascending = false
    xs[kept] = x[i]!
    ys[kept] = yScale === 'log' && !(y[i]! > 0) ? Number.NaN : y[i]!
    kept += 1
  }
  const points = { name, x: xs.subarray(0, kept), y: ys.subarray(0, kept) }
  if (ascending) return points
  const order = Array.from(points.x, (_, i) => i).sort((a, b) => xs[a]! - xs[b]!)
  return { name, x: points.x.map((_, i) => xs[order[i]!]!), y: points.y.map((_, i) => ys[order[i]!]!) }
}

// Losses read best from zero; a line far from zero reads best close up.
function withZero(extent: readonly [number, number] | undefined): [number, number] | undefined {
  if (extent === undefined) return undefined
  const [low, high] = extent
  if (low > 0 && low < high * 0.5) return [0, high]
  return [low, high]
}

/** Whether all of some numbers are of a kind; a plain loop, for there may be a million. */
function every(values: ArrayLike<number>, holds: (value: number) => boolean): boolean {
  for (let i = 0; i < values.length; i++) if (!holds(values[i]!)) return false
  return true
}

const hasGap = ({ y }: LineData): boolean => !every(y, Number.isFinite)

function legendOf(prepared: readonly Prepared[], yScale: ScaleKind): LegendEntry[] {
  const entries = prepared.map(({ raw }, i) => {
    const { role, dash } = seriesStyle(i)
    return { key: lineKey(role, dash), label: raw.name }
  })
  if (prepared.some(({ smoothed }) => smoothed))
    entries.push({ key: lineKey('muted', '', 1, 0.6), label: 'before smoothing' })
  if (prepared.some(({ raw }) => hasGap(raw))) {
    const key = { width: 10, drawing: crossMark(5, 0, { role: 'muted' }, '') }
    entries.push({ key, label: yScale === 'log' ? 'NaN, ∞ or not above 0' : 'NaN or ∞' })
  }
  return entries
}

function drawMarkers(markers: NonNullable<LineChartOptions['markers']>, frame: Frame): XmlElement[] {
  let free = -Infinity
  return [...markers]
    .filter(({ x }) => Number.isFinite(x) && frame.x(x) >= frame.left && frame.x(x) <= frame.right)
    .sort((a, b) => a.x - b.x)
    .flatMap(({ x, label }) => {
      const at = Math.round(frame.x(x)) + 0.5
      const rule = element('path', {
        d: `M${at},${frame.top}V${frame.bottom}`,
        fill: 'none',
        stroke: 'muted',
        'stroke-dasharray': '3 3',
      })
      const word = fitText(label, 140, 11)
      const wide = textWidth(word, 11)
      const atEnd = at + 5 + wide > frame.right
      const from = atEnd ? at - 5 - wide : at + 5
      if (from < free) return [rule]
      free = from + wide + 8
      const look = { x: atEnd ? at - 5 : at + 5, y: frame.top + 11, 'text-anchor': atEnd ? 'end' : 'start' }
      return [rule, element('text', { ...look, 'font-size': 11, fill: 'muted' }, word)]
    })
}

function summarize(prepared: readonly Prepared[]): string {
  if (prepared.length === 0) return 'No series.'
  return prepared.map(({ raw, shown }) => `${raw.name}: ${describe(raw, shown)}.`).join(' ')
}

/** Trend, lowest, highest and last value in words. */
function describe(raw: LineData, shown: LineData): string {
  const { x, y } = raw
  let first = -1
  let last = -1
  let low = -1
  let high = -1
  let gaps = 0
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i]!)) {
      gaps += 1
      continue
    }
    if (first < 0) first = low = high = i
    last = i
    if (y[i]! < y[low]!) low = i
    if (y[i]! > y[high]!) high = i
  }
  if (first < 0) return `${plural(y.length, 'point')}, none drawable`
  const change = shown.y[last]! - shown.y[first]!
  const span = y[high]! - y[low]!
  const trend = Math.abs(change) <= span * 0.02 ? 'level' : change < 0 ? 'falling' : 'rising'
  const at = (i: number): string => `${formatValue(y[i]!)} at ${formatValue(x[i]!)}`
  const lost = gaps === 0 ? '' : `, ${formatValue(gaps)} not drawable`
  return `${plural(y.length, 'point')}, ${trend} from ${at(first)} to ${at(last)}, lowest ${at(low)}, highest ${at(high)}${lost}`
}
