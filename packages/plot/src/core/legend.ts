import { fitText, textWidth } from './text.ts'
import type { XmlElement } from './xml.ts'
import { element } from './xml.ts'
import { glyphs, type SeriesStyle } from './series-style.ts'
import type { Role } from './theme.ts'

/** A row of the key: a small drawing, 24 wide about y = 0, and its name. */
export interface LegendEntry {
  readonly key: XmlElement
  readonly label: string
}

const fontSize = 12
const keyWidth = 24
const keyGap = 7
const entryGap = 20

/** Height of a row of the legend. */
export const legendRowHeight = 20

/** A line as it looks in the chart. */
export const lineKey = (role: Role, dash = '', width = 2, opacity?: number): XmlElement =>
  element('path', {
    d: `M0,0H${keyWidth}`,
    fill: 'none',
    stroke: role,
    'stroke-width': width,
    'stroke-dasharray': dash === '' ? undefined : dash,
    'stroke-opacity': opacity === undefined ? undefined : String(opacity),
  })

/** A point as it looks in the chart. */
export const glyphKey = (style: SeriesStyle): XmlElement =>
  element('path', { d: glyphs[style.glyph], transform: `translate(${keyWidth - 8},0) scale(1.15)`, fill: style.role })

/** A filled area as it looks in the chart. */
export const swatchKey = (role: Role, opacity?: number): XmlElement =>
  element('rect', {
    x: keyWidth - 16,
    y: -6,
    width: 14,
    height: 12,
    rx: 2,
    fill: role,
    'fill-opacity': opacity === undefined ? undefined : String(opacity),
  })

/** A legend laid out in rows of at most `width` pixels, at most `maxRows`; what does not fit is counted in the last entry. */
export function layOutLegend(
  entries: readonly LegendEntry[],
  width: number,
  maxRows: number,
): { readonly rows: number; readonly draw: (left: number, top: number) => XmlElement[] } {
  const placed: { entry: LegendEntry; x: number; row: number; label: string }[] = []
  let x = 0
  let row = 0
  for (const [index, entry] of entries.entries()) {
    const label = fitText(entry.label, Math.min(220, width - keyWidth - keyGap), fontSize)
    const entryWidth = keyWidth + keyGap + textWidth(label, fontSize)
    const more = index < entries.length - 1 && row === maxRows - 1 ? textWidth('+ 999 more', fontSize) + entryGap : 0
    if (x > 0 && x + entryWidth + more > width) {
      if (row + 1 >= maxRows) {
        const rest = entries.length - index
        placed.push({
          entry: { key: element('g', {}), label: '' },
          x: x - keyWidth - keyGap,
          row,
          label: `+ ${rest} more`,
        })
        break
      }
      row += 1
      x = 0
    }
    placed.push({ entry, x, row, label })
    x += entryWidth + entryGap
  }
  return {
    rows: placed.length === 0 ? 0 : row + 1,
    draw: (left, top) =>
      placed.map(({ entry, x: offset, row: line, label }) =>
        element(
          'g',
          { transform: `translate(${Math.round(left + offset)},${Math.round(top + (line + 0.5) * legendRowHeight)})` },
          entry.key,
          element(
            'text',
            { x: keyWidth + keyGap, dy: '0.35em', 'font-size': fontSize, fill: 'ink' },
            ...(label === entry.label || entry.label === '' ? [] : [element('title', {}, entry.label.slice(0, 500))]),
            label,
          ),
        ),
      ),
  }
}
