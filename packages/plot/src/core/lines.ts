import { line } from 'd3-shape'
import { clamp } from './domain.ts'
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

/** The path of a line in pixels, thinned to what can be seen; gaps stay gaps, a lone point is a dot. */
export function linePath(data: LineData, frame: Frame): string {
  const { x, y } = data
  const kept = decimate(y, (i) => Math.floor(frame.x(clamp(x[i]!))))
  const path = line<number>()
    .defined((i) => Number.isFinite(y[i]!))
    .x((i) => frame.x(clamp(x[i]!)))
    .y((i) => frame.y(clamp(y[i]!)))
    .digits(1)
  return path(kept) ?? ''
}

/** A line as an element. */
export const drawLine = (
  data: LineData,
  frame: Frame,
  style: SeriesStyle,
  look: { readonly width: number; readonly opacity?: string; readonly dashed?: boolean },
): XmlElement =>
  element('path', {
    d: linePath(data, frame),
    fill: 'none',
    stroke: style.role,
    'stroke-width': look.width,
    'stroke-opacity': look.opacity,
    'stroke-dasharray': look.dashed === true && style.dash !== '' ? style.dash : undefined,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
  })

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
    const x = Math.min(Math.max(frame.x(clamp(data.x[i]!)), frame.left + 6), frame.right - 6)
    if (x < free) continue
    free = x + 9
    const note = `${data.name}: ${formatValue(value)} at ${formatValue(data.x[i]!)}`
    marks.push(crossMark(x, Math.min(frame.top + 8 + row * 11, frame.bottom - 6), style, note))
  }
  return marks
}
