import type { Frame } from './frame.ts'
import type { ResolvedOptions } from './options.ts'
import { singleLine } from './text.ts'
import type { Role } from './theme.ts'
import { styleSheet } from './theme.ts'
import type { XmlElement } from './xml.ts'
import { element, escapeXml, serialize } from './xml.ts'

const fonts = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

/** What a chart hands over to become a file. */
export interface ChartParts {
  readonly options: ResolvedOptions
  readonly frame: Frame
  /** Drawn inside the plot and cut off at its edge. */
  readonly marks: readonly XmlElement[]
  /** Drawn over the plot, not cut off. */
  readonly notes?: readonly XmlElement[]
  readonly defs?: readonly XmlElement[]
  /** Pixels that marks may reach over the edge of the plot, so that a line along it is not cut in half. */
  readonly overhang?: number
  /** What kind of picture, when it has no title. */
  readonly kind: string
  /** The text summary: what a reader who cannot see the picture should know. */
  readonly summary: string
}

/** Writes a chart as a complete SVG document, which may also be put into a page as it is. */
export function svgDocument({
  options,
  frame,
  marks,
  notes = [],
  defs = [],
  overhang = 0,
  kind,
  summary,
}: ChartParts): string {
  const { id, width, height, theme } = options
  const { left, right, top, bottom } = frame
  const clip = `${id}-clip`
  const plotArea = {
    x: left - overhang,
    y: top - overhang,
    width: right - left + 2 * overhang,
    height: bottom - top + 2 * overhang,
  }
  const body = [
    element('defs', {}, element('clipPath', { id: clip }, element('rect', plotArea)), ...defs),
    element('rect', { width, height, fill: 'surface' }),
    ...frame.under,
    element('g', { 'clip-path': `url(#${clip})` }, ...marks),
    ...frame.over,
    ...notes,
  ]
  const paints = new Map<string, readonly ['fill' | 'stroke', Role]>()
  const drawing = body.map((node) => serialize(node, theme, paints)).join('\n')
  const style =
    theme === 'auto'
      ? `<style>${styleSheet(paints.values())}.mg-auto{font-family:var(--mg-font,${fonts})}</style>\n`
      : ''
  const name = singleLine(options.title) || kind
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `role="img" aria-labelledby="${id}-title ${id}-desc"${theme === 'auto' ? ' class="mg-auto"' : ''} ` +
    `font-family="${escapeXml(fonts)}" style="max-width:100%;height:auto;font-variant-numeric:tabular-nums">\n` +
    `<title id="${id}-title">${escapeXml(name)}</title>\n<desc id="${id}-desc">${escapeXml(summary)}</desc>\n` +
    `${style}${drawing}\n</svg>\n`
  )
}

/** A quiet line in the middle of a plot that has nothing to show. */
export const emptyNote = (frame: Frame, message: string): XmlElement =>
  element(
    'text',
    {
      x: (frame.left + frame.right) / 2,
      y: (frame.top + frame.bottom) / 2,
      'text-anchor': 'middle',
      'font-size': 14,
      fill: 'muted',
    },
    message,
  )
