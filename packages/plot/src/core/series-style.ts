import type { Role } from './theme.ts'

const roles = [
  'series1',
  'series2',
  'series3',
  'series4',
  'series5',
  'series6',
  'series7',
  'series8',
] as const satisfies readonly Role[]

// Fractions of a line's pattern in pixels; empty is solid.
const dashes = ['', '7 4', '2 3', '10 3 2 3', '14 4', '8 3 2 3 2 3'] as const

/** The name of a point's shape. */
export type Glyph = 'circle' | 'triangle' | 'square' | 'diamond' | 'plus' | 'wedge' | 'star'

/** Shapes as closed paths about the origin, about equal in area to a circle of radius 4. */
export const glyphs: Readonly<Record<Glyph, string>> = {
  circle: 'M-4,0A4,4,0,1,0,4,0A4,4,0,1,0,-4,0Z',
  triangle: 'M0,-5.4L4.7,2.9H-4.7Z',
  square: 'M-3.5,-3.5H3.5V3.5H-3.5Z',
  diamond: 'M0,-5.4L4.4,0L0,5.4L-4.4,0Z',
  plus: 'M-1.6,-4.8H1.6V-1.6H4.8V1.6H1.6V4.8H-1.6V1.6H-4.8V-1.6H-1.6Z',
  wedge: 'M0,5.4L-4.7,-2.9H4.7Z',
  star: 'M0,-6L1.6,-2.1L5.7,-1.9L2.5,0.8L3.5,4.9L0,2.6L-3.5,4.9L-2.5,0.8L-5.7,-1.9L-1.6,-2.1Z',
}

const glyphNames = Object.keys(glyphs) as Glyph[]

/** How a series or a class looks, in colour and without it. */
export interface SeriesStyle {
  readonly role: Role
  /** `stroke-dasharray`, empty for solid. */
  readonly dash: string
  readonly glyph: Glyph
}

/**
 * The look of series `index`: colour with period 8, shape with period 7, dash with period 6, so that the first 56
 * differ in colour or shape, and neighbours in both.
 */
export function seriesStyle(index: number): SeriesStyle {
  return {
    role: roles[index % roles.length]!,
    dash: dashes[index % dashes.length]!,
    glyph: glyphNames[index % glyphNames.length]!,
  }
}
