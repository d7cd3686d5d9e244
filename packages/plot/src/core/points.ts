import type { Glyph, SeriesStyle } from './series-style.ts'
import { glyphs } from './series-style.ts'
import type { XmlElement } from './xml.ts'
import { element, round } from './xml.ts'

/** Points in pixels that share a look. */
export interface PointGroup {
  readonly style: Pick<SeriesStyle, 'role' | 'glyph'>
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** More points than this are a cloud whose file would be large and whose picture would not differ. */
const most = 5000

/** At most `most` points of a cloud, spread evenly over it: first one per pixel, then every k-th. */
export function thin(points: PointGroup['points'], limit: number = most): PointGroup['points'] {
  if (points.length <= limit) return points
  const seen = new Set<number>()
  const distinct = points.filter(([x, y]) => {
    const cell = Math.round(x) * 20_000 + Math.round(y)
    if (seen.has(cell)) return false
    seen.add(cell)
    return true
  })
  const step = Math.ceil(distinct.length / limit)
  return distinct.filter((_, i) => i % step === 0)
}

/** Draws groups of points: each shape is defined once and used at each place, outlined so that neighbours stay apart. */
export function drawPoints(
  groups: readonly PointGroup[],
  id: string,
): { readonly defs: XmlElement[]; readonly marks: XmlElement[]; readonly drawn: number } {
  const total = groups.reduce((sum, group) => sum + group.points.length, 0)
  // A share of the limit each, so that a rare class is not lost in a common one.
  const thinned = groups.map((group) => {
    const share = Math.max(200, Math.floor((most * group.points.length) / Math.max(1, total)))
    return { ...group, points: thin(group.points, share) }
  })
  const shapes = [...new Set(groups.filter((group) => group.points.length > 0).map((group) => group.style.glyph))]
  const reference = (glyph: Glyph): string => `${id}-${glyph}`
  const drawn = thinned.reduce((sum, group) => sum + group.points.length, 0)
  // A dense cloud is drawn with small, bare points, so that its shape shows.
  const dense = drawn > 1500
  return {
    drawn,
    defs: shapes.map((glyph) =>
      element('path', { id: reference(glyph), d: glyphs[glyph], transform: dense ? 'scale(0.55)' : undefined }),
    ),
    marks: thinned
      .filter((group) => group.points.length > 0)
      .map(({ style, points }) =>
        element(
          'g',
          {
            fill: style.role,
            stroke: dense ? 'none' : 'surface',
            'fill-opacity': dense ? '0.6' : undefined,
          },
          ...points.map(([x, y]) => element('use', { href: `#${reference(style.glyph)}`, x: round(x), y: round(y) })),
        ),
      ),
  }
}
