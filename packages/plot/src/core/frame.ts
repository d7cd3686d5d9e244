import type { Axis, Tick } from './axis.ts'
import { clamp } from './domain.ts'
import type { LegendEntry } from './legend.ts'
import { layOutLegend, legendRowHeight } from './legend.ts'
import type { ResolvedOptions } from './options.ts'
import { fitText, textWidth } from './text.ts'
import type { Role } from './theme.ts'
import type { XmlElement } from './xml.ts'
import { element, round } from './xml.ts'

/** A scale of colour beside the plot: low at the bottom, high at the top. */
export interface ColourBar {
  readonly title: string
  readonly axis: Axis
  /** Areas from low to high, each from one share of the bar to another. */
  readonly bands: readonly { from: number; to: number; fill: Role; opacity: number }[]
}

/** What a frame is made from. */
export interface FrameSpec {
  readonly options: ResolvedOptions
  readonly x: Axis
  readonly y: Axis
  readonly legend?: readonly LegendEntry[]
  readonly colourBar?: ColourBar
  /** Grid lines at the ticks of x, of y, of both or none. */
  readonly grid?: 'x' | 'y' | 'both' | 'none'
  /** A line around the plot, or only under it (the default), or none. */
  readonly box?: 'full' | 'base' | 'none'
}

/** The laid-out surroundings of a plot, and the maps from data to pixels inside it. */
export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  x(value: number): number
  y(value: number): number
  /** Drawn below the marks. */
  readonly under: readonly XmlElement[]
  /** Drawn above the marks. */
  readonly over: readonly XmlElement[]
}

const padding = 16
const labelSize = 12
const turned = 40
const cosine = Math.cos((turned * Math.PI) / 180)
const sine = Math.sin((turned * Math.PI) / 180)
const crisp = (value: number): number => Math.round(value) + 0.5

const text = (content: string, attributes: XmlElement['attributes'], full: string = content): XmlElement =>
  element(
    'text',
    { 'font-size': labelSize, fill: 'muted', ...attributes },
    ...(full.trim() === content ? [] : [element('title', {}, full.slice(0, 500))]),
    content,
  )

/** Lays out title, legend, axes and grid round a plot. */
export function layOutFrame(spec: FrameSpec): Frame {
  const { options, x: xAxis, y: yAxis, colourBar, grid = 'y', box = 'base' } = spec
  const { width, height } = options
  const inner = width - 2 * padding

  let cursor = padding - 2
  const heading: XmlElement[] = []
  if (options.title !== '') {
    const title = fitText(options.title, inner, 16, true)
    const look = { x: padding, y: cursor + 14, 'font-size': 16, 'font-weight': 600, fill: 'ink' as const }
    heading.push(text(title, look, options.title))
    cursor += 24
  }
  if (options.subtitle !== '') {
    const subtitle = fitText(options.subtitle, inner, 13)
    heading.push(text(subtitle, { x: padding, y: cursor + 11, 'font-size': 13 }, options.subtitle))
    cursor += 21
  }
  const legend = layOutLegend(spec.legend ?? [], inner, Math.max(1, Math.floor((height * 0.25) / legendRowHeight)))
  if (legend.rows > 0) {
    heading.push(...legend.draw(padding, cursor + 2))
    cursor += legend.rows * legendRowHeight + 4
  }
  if (options.yTitle !== '' || (colourBar?.title ?? '') !== '') {
    const room = inner * (colourBar === undefined ? 1 : 0.6)
    const look = { x: padding, y: cursor + 14, 'font-weight': 600 }
    heading.push(text(fitText(options.yTitle, room, labelSize, true), look, options.yTitle))
    if (colourBar !== undefined) {
      const title = fitText(colourBar.title, inner * 0.36, labelSize, true)
      const atEnd = { x: width - padding, y: cursor + 14, 'font-weight': 600, 'text-anchor': 'end' }
      heading.push(text(title, atEnd, colourBar.title))
    }
    cursor += 22
  }
  const top = cursor + 8

  const yLabelRoom = width * (yAxis.bands === undefined ? 0.3 : 0.32)
  const yLabels = yAxis.ticks.map((tick) => fitText(tick.label, yLabelRoom, labelSize))
  const left = Math.round(padding + Math.max(0, ...yLabels.map((label) => textWidth(label, labelSize))) + 8)
  const barLabels = (colourBar?.axis.ticks ?? []).map((tick) => tick.label)
  const barRoom =
    colourBar === undefined ? 0 : 18 + 12 + 8 + Math.max(0, ...barLabels.map((label) => textWidth(label, labelSize)))
  const lastLabel = xAxis.bands === undefined ? (xAxis.ticks.at(-1)?.label ?? '') : ''
  const right = Math.round(width - Math.max(padding + barRoom, textWidth(lastLabel, labelSize) / 2 + 6))

  const xOf = (value: number): number => left + limit(xAxis.place(clamp(value))) * (right - left)
  const xTicks = fitTicks(xAxis, xOf, right - left)
  const titleRoom = options.xTitle === '' ? 0 : 22
  const bottom = Math.round(Math.max(top + 40, height - padding + 4 - titleRoom - xTicks.height))
  const yOf = (value: number): number => bottom - limit(yAxis.place(clamp(value))) * (bottom - top)

  const under: XmlElement[] = []
  const over: XmlElement[] = []
  const lines: string[] = []
  if (yAxis.bands === undefined && (grid === 'y' || grid === 'both')) {
    for (const tick of yAxis.ticks) lines.push(`M${left},${crisp(yOf(tick.value))}H${right}`)
  }
  if (xAxis.bands === undefined && (grid === 'x' || grid === 'both')) {
    for (const { tick } of xTicks.shown) lines.push(`M${crisp(xOf(tick.value))},${top}V${bottom}`)
  }
  if (lines.length > 0) under.push(element('path', { d: lines.join(''), fill: 'none', stroke: 'grid' }))
  if (box === 'base') {
    over.push(element('path', { d: `M${left},${bottom + 0.5}H${right}`, fill: 'none', stroke: 'axis' }))
  } else if (box === 'full') {
    const outline = `M${left - 0.5},${top - 0.5}H${right + 0.5}V${bottom + 0.5}H${left - 0.5}Z`
    over.push(element('path', { d: outline, fill: 'none', stroke: 'axis' }))
  }
  over.push(...heading)

  const rowHeight = (bottom - top) / Math.max(1, yAxis.bands ?? yAxis.ticks.length - 1)
  const skip = Math.max(1, Math.ceil((yAxis.bands === undefined ? 18 : 14) / rowHeight))
  for (const [i, tick] of yAxis.ticks.entries()) {
    if (i % skip !== 0) continue
    const look = { x: left - 8, y: yOf(tick.value), dy: '0.35em', 'text-anchor': 'end' }
    over.push(text(yLabels[i]!, look, tick.label))
  }
  for (const { tick, label } of xTicks.shown) {
    const x = round(xOf(tick.value))
    const look = xTicks.turn
      ? { transform: `translate(${x},${bottom + 12}) rotate(${-turned})`, dy: '0.35em', 'text-anchor': 'end' }
      : { x, y: bottom + 18, 'text-anchor': 'middle' }
    over.push(text(label, look, tick.label))
  }
  if (options.xTitle !== '') {
    const title = fitText(options.xTitle, inner, labelSize, true)
    const wide = textWidth(title, labelSize, true)
    const centre = Math.min(Math.max((left + right) / 2, padding + wide / 2), width - padding - wide / 2)
    const look = { x: centre, y: height - padding + 2, 'text-anchor': 'middle', 'font-weight': 600 }
    over.push(text(title, look, options.xTitle))
  }
  if (colourBar !== undefined) over.push(drawColourBar(colourBar, right + 18, top, bottom))
  return { left, right, top, bottom, x: xOf, y: yOf, under, over }
}

// Values outside a fixed domain are clipped; this keeps their coordinates sane.
const limit = (share: number): number => (Number.isNaN(share) ? 0 : Math.min(2, Math.max(-1, share)))

interface FittedTicks {
  readonly shown: readonly { tick: Tick; label: string }[]
  readonly turn: boolean
  readonly height: number
}

/** Thins or turns the labels under the plot so that none runs into the next. */
function fitTicks(axis: Axis, xOf: (value: number) => number, span: number): FittedTicks {
  const wanted = axis.ticks.map((tick) => textWidth(tick.label.slice(0, 200), labelSize))
  if (axis.bands === undefined) {
    const clears = (step: number): boolean => {
      let end = -Infinity
      for (let i = 0; i < axis.ticks.length; i += step) {
        const centre = xOf(axis.ticks[i]!.value)
        if (centre - wanted[i]! / 2 < end + 10) return false
        end = centre + wanted[i]! / 2
      }
      return true
    }
    let step = 1
    while (step < axis.ticks.length && !clears(step)) step += 1
    const shown = axis.ticks.filter((_, i) => i % step === 0).map((tick) => ({ tick, label: tick.label }))
    return { shown, turn: false, height: axis.ticks.length === 0 ? 6 : 22 }
  }
  const band = span / axis.bands
  const widest = Math.max(0, ...wanted)
  if (widest <= band - 8) {
    return {
      shown: axis.ticks.map((tick) => ({ tick, label: tick.label })),
      turn: false,
      height: widest === 0 ? 6 : 22,
    }
  }
  const step = Math.max(1, Math.ceil(16 / band))
  const shown = axis.ticks
    .filter((_, i) => i % step === 0)
    .map((tick) => {
      const room = Math.min(140, (xOf(tick.value) - 4) / cosine)
      return { tick, label: fitText(tick.label, room, labelSize) }
    })
  const longest = Math.max(0, ...shown.map(({ label }) => textWidth(label, labelSize)))
  return { shown, turn: true, height: 16 + longest * sine }
}

function drawColourBar({ axis, bands }: ColourBar, left: number, top: number, bottom: number): XmlElement {
  const at = (share: number): number => round(bottom - share * (bottom - top))
  return element(
    'g',
    {},
    ...bands.map(({ from, to, fill, opacity }) =>
      element('rect', {
        x: left,
        y: at(to),
        width: 12,
        height: round(at(from) - at(to)),
        fill,
        'fill-opacity': opacity === 1 ? undefined : String(round(opacity * 100) / 100),
        'shape-rendering': 'crispEdges',
      }),
    ),
    element('rect', { x: left - 0.5, y: top - 0.5, width: 13, height: bottom - top + 1, fill: 'none', stroke: 'axis' }),
    ...axis.ticks.map((tick) =>
      text(tick.label, { x: left + 20, y: at(axis.place(tick.value)), dy: '0.35em', 'text-anchor': 'start' }),
    ),
  )
}
