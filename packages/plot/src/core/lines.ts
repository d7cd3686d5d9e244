import { line } from 'd3-shape'
import { decimate } from './decimate.ts'
import { formatValue } from './format.ts'
import type { Frame } from './frame.ts'
import type { SeriesStyle } from './series-style.ts'
import type { XmlElement } from './xml.ts'
import { element, round } from './xml.ts'

/** A line's data, ready to draw: x ascending, y NaN or infinite where there is a gap. */
export interface LineData {
  readonly name: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/** A line in pixels: thinned to what can be seen, gaps kept, points without a neighbour apart. */
interface LinePaths {
  readonly line: string
  readonly dots: string
}

function trace({ x, y }: LineData, frame: Frame): LinePaths {
  const kept = decimate(y, (i) => Math.floor(frame.x(x[i]!)))
  const drawn = (k: number): boolean =>
    k >= 0 && k < kept.length && Number.isFinite(x[kept[k]!]!) && Number.isFinite(y[kept[k]!]!)
  const alone = (k: number): boolean => drawn(k) && !drawn(k - 1) && !drawn(k + 1)
  const px = (k: number): number => frame.x(x[kept[k]!]!)
  const py = (k: number): number => frame.y(y[kept[k]!]!)
  const path = line<number>()
    .defined((k) => drawn(k) && !alone(k))
    .x(px)
    .y(py)
    .digits(1)
  const positions = kept.map((_, k) => k)
  return {
    line: path(positions) ?? '',
    dots: positions
      .filter(alone)
      .map((k) => `M${round(px(k))},${round(py(k))}h0`)
      .join(''),
  }
}

/** A line as elements. */
export function drawLine(
  data: LineData,
  frame: Frame,
  { role, dash }: SeriesStyle,
  look: { readonly width: number; readonly opacity?: string; readonly dashed?: boolean },
): XmlElement[] {
  const { line: d, dots } = trace(data, frame)
  const shared = { fill: 'none', stroke: role, 'stroke-opacity': look.opacity } as const
  const dashes = look.dashed === true && dash !== '' ? dash : undefined
  const cap = dashes === undefined ? 'round' : undefined
  const join = { 'stroke-linejoin': 'round', 'stroke-linecap': cap, 'stroke-dasharray': dashes }
  return [
    ...(d === '' ? [] : [element('path', { d, ...shared, 'stroke-width': look.width, ...join })]),
    ...(dots === ''
      ? []
      : [element('path', { d: dots, ...shared, 'stroke-width': look.width * 3, 'stroke-linecap': 'round' })]),
  ]
}

const cross = 'M-3.5,-3.5L3.5,3.5M-3.5,3.5L3.5,-3.5'

/** The cross that marks values which cannot be drawn, for the chart and for its legend. */
export const crossMark = (x: number, y: number, style: Pick<SeriesStyle, 'role'>, note: string): XmlElement =>
  element(
    'path',
    { d: cross, transform: `translate(${round(x)},${round(y)})`, fill: 'none', stroke: style.role, 'stroke-width': 2 },
    ...(note === '' ? [] : [element('title', {}, note)]),
  )

/** A cross at the top of the plot where each run of values that cannot be drawn begins; crosses never overlap. */
export function drawGaps(data: LineData, frame: Frame, style: SeriesStyle, row: number): XmlElement[] {
  const marks: XmlElement[] = []
  let free = -Infinity
  for (let i = 0; i < data.y.length; i++) {
    const value = data.y[i]!
    if (Number.isFinite(value) || (i > 0 && !Number.isFinite(data.y[i - 1]!))) continue
    const x = Math.min(Math.max(frame.x(data.x[i]!), frame.left + 6), frame.right - 6)
    if (x < free) continue
    free = x + 9
    const note = `${data.name}: ${formatValue(value)} at ${formatValue(data.x[i]!)}`
    marks.push(crossMark(x, Math.min(frame.top + 8 + row * 11, frame.bottom - 6), style, note))
  }
  return marks
}
