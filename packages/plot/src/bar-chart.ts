import { bandAxis, numberAxis, reversed } from './core/axis.ts'
import { emptyNote, svgDocument } from './core/document.ts'
import { extentOf } from './core/domain.ts'
import { PlotError } from './core/errors.ts'
import { formatValue, plural } from './core/format.ts'
import type { Frame } from './core/frame.ts'
import { layOutFrame } from './core/frame.ts'
import { resolveOptions, type ChartOptions } from './core/options.ts'
import { seriesStyle } from './core/series-style.ts'
import { textWidth } from './core/text.ts'
import type { XmlElement } from './core/xml.ts'
import { element, round } from './core/xml.ts'

/** A named value. */
export interface Bar {
  readonly label: string
  /** A value that is not finite is written, without a bar. */
  readonly value: number
}

const mostBars = 300

/**
 * Draws named values as bars from zero, the first on top: importances, scores by class, gradient norms by layer.
 * The height follows the number of bars unless it is given.
 *
 * @returns a complete SVG document.
 * @throws PlotError for more than 300 bars, or an option out of range.
 * @example
 * barChart([{ label: 'linear1.weight', value: 0.12 }, { label: 'linear2.weight', value: 0.031 }], { xTitle: 'gradient norm' })
 */
export function barChart(bars: readonly Bar[], options: ChartOptions = {}): string {
  if (bars.length > mostBars) {
    throw new PlotError(
      `barChart: too many bars: got ${bars.length} vs at most ${mostBars}. Draw the largest, or a histogramChart.`,
    )
  }
  const resolved = resolveOptions('barChart', options, { width: 640, height: Math.max(160, 110 + 26 * bars.length) })
  const extent = extentOf([bars.map(({ value }) => value), [0]])
  const constant = extent === undefined || extent[0] === extent[1]
  const frame = layOutFrame({
    options: resolved,
    x: numberAxis({
      title: resolved.xTitle,
      extent: constant ? [0, 1] : extent,
      count: Math.max(2, resolved.width / 90),
      room: resolved.width * 0.65,
      nice: true,
    }),
    y: reversed(
      bandAxis(
        resolved.yTitle,
        bars.map(({ label }) => label),
      ),
    ),
    grid: 'x',
    box: 'none',
  })
  const zero = Math.round(frame.x(0)) + 0.5
  return svgDocument({
    options: resolved,
    frame,
    marks: bars.map((bar, i) => drawBar(bar, i, bars.length, frame)),
    notes: [
      element('path', { d: `M${zero},${frame.top}V${frame.bottom}`, fill: 'none', stroke: 'axis' }),
      ...bars.flatMap((bar, i) => drawFigure(bar, i, bars.length, frame)),
      ...(bars.length === 0 ? [emptyNote(frame, 'nothing to draw')] : []),
    ],
    kind: 'Bar chart',
    summary: `${plural(bars.length, 'bar')}. ${bars
      .slice(0, 40)
      .map(({ label, value }) => `${label}: ${formatValue(value)}`)
      .join('; ')}`,
  })
}

function drawBar({ label, value }: Bar, index: number, count: number, frame: Frame): XmlElement {
  if (!Number.isFinite(value)) return element('g', {})
  const height = Math.min(22, ((frame.bottom - frame.top) / count) * 0.7)
  const from = frame.x(0)
  const to = frame.x(value)
  return element(
    'rect',
    {
      x: Math.min(from, to),
      y: frame.y(index) - height / 2,
      width: Math.abs(to - from),
      height,
      fill: seriesStyle(value < 0 ? 1 : 0).role,
    },
    element('title', {}, `${label}: ${formatValue(value)}`),
  )
}

/** The value at the end of its bar, inside when there is no room outside. */
function drawFigure({ value }: Bar, index: number, count: number, frame: Frame): XmlElement[] {
  if ((frame.bottom - frame.top) / count < 14) return []
  const words = formatValue(value)
  const wide = textWidth(words, 11) + 6
  const negative = value < 0
  const end = Number.isFinite(value) ? frame.x(value) : frame.x(0)
  const outside = negative ? end - wide >= frame.left : end + wide <= frame.right
  const rightwards = negative !== outside
  return [
    element(
      'text',
      {
        x: round(end + (rightwards ? 5 : -5)),
        y: frame.y(index),
        dy: '0.35em',
        'font-size': 11,
        'text-anchor': rightwards ? 'start' : 'end',
        fill: outside ? (Number.isFinite(value) ? 'ink' : 'muted') : negative ? 'cellMiddle' : 'inverse',
      },
      words,
    ),
  ]
}
