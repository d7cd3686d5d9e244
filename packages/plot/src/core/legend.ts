import { fitText, textWidth } from './text.ts'
import type { XmlElement } from './xml.ts'
import { element } from './xml.ts'
import { glyphs, type SeriesStyle } from './series-style.ts'
import type { Role } from './theme.ts'

/** A small drawing that begins at x = 0 and is centred on y = 0. */
export interface LegendKey {
  readonly width: number
  readonly drawing: XmlElement
}

/** A word of the legend: how something looks, and its name. */
export interface LegendEntry {
  readonly key: LegendKey
  readonly label: string
}

const fontSize = 12
const lineWidth = 24
const keyGap = 7
const entryGap = 20

/** Height of a row of the legend. */
export const legendRowHeight = 20

/** A line as it looks in the chart. */
export const lineKey = (role: Role, dash = '', width = 2, opacity?: number): LegendKey => ({
  width: lineWidth,
  drawing: element('path', {
    d: `M0,0H${lineWidth}`,
    fill: 'none',
    stroke: role,
    'stroke-width': width,
    'stroke-dasharray': dash === '' ? undefined : dash,
    'stroke-opacity': opacity === undefined ? undefined : String(opacity),
  }),
})

/** A point as it looks in the chart. */
export const glyphKey = (style: Pick<SeriesStyle, 'role' | 'glyph'>): LegendKey => ({
  width: 11,
  drawing: element('path', { d: glyphs[style.glyph], transform: 'translate(5.5,0) scale(1.15)', fill: style.role }),
})

/** A filled area as it looks in the chart. */
export const swatchKey = (role: Role, opacity?: number): LegendKey => ({
  width: 14,
  drawing: element('rect', {
    x: 0,
    y: -6,
    width: 14,
    height: 12,
    rx: 2,
    fill: role,
    'fill-opacity': opacity === undefined ? undefined : String(opacity),
  }),
})

/** A legend laid out in rows of at most `width` pixels, at most `maxRows`; what does not fit is counted in the last entry. */
export function layOutLegend(
  entries: readonly LegendEntry[],
  width: number,
  maxRows: number,
): { readonly rows: number; readonly draw: (left: number, top: number) => XmlElement[] } {
  const placed: { readonly entry: LegendEntry; readonly x: number; readonly row: number; readonly label: string }[] = []
  let rest = 0
  let x = 0
  let row = 0
  for (const [index, entry] of entries.entries()) {
    const before = entry.key.width + keyGap
    const label = fitText(entry.label, Math.min(220, width - before), fontSize)
    const entryWidth = before + textWidth(label, fontSize)
    const more = index < entries.length - 1 && row === maxRows - 1 ? entryGap + textWidth('+ 999 more', fontSize) : 0
    if (x > 0 && x + entryWidth + more > width) {
      if (row + 1 >= maxRows) {
        rest = entries.length - index
        break
      }
      row += 1
      x = 0
    }
    placed.push({ entry, x, row, label })
    x += entryWidth + entryGap
  }
  const rowMiddle = (top: number, line: number): number => Math.round(top + (line + 0.5) * legendRowHeight)
  const word = (content: string, at: { x: number; y?: number }, full: string): XmlElement =>
    element(
      'text',
      { ...at, dy: '0.35em', 'font-size': fontSize, fill: 'ink' },
      ...(content === full ? [] : [element('title', {}, full.slice(0, 500))]),
      content,
    )
  return {
    rows: placed.length === 0 ? 0 : row + 1,
    draw: (left, top) => [
      ...placed.map(({ entry, x: offset, row: line, label }) =>
        element(
          'g',
          { transform: `translate(${Math.round(left + offset)},${rowMiddle(top, line)})` },
          entry.key.drawing,
          word(label, { x: entry.key.width + keyGap }, entry.label),
        ),
      ),
      ...(rest === 0 ? [] : [word(`+ ${rest} more`, { x: left + x, y: rowMiddle(top, row) }, `+ ${rest} more`)]),
    ],
  }
}
