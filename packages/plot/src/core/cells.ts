import type { Role } from './theme.ts'

/** The look of a cell: one colour over the surface, and the colour of the figures on it. */
export interface CellLook {
  readonly fill: Role
  readonly opacity: number
  readonly text: Role
}

// Up to which opacity each ink is the more readable one. White gives way to black earlier in the dark theme than black to
// white in the light one; between the two, black is right in both.
const inks = [
  { upTo: 0.548, text: 'cellInk' },
  { upTo: 0.757, text: 'cellMiddle' },
  { upTo: 1, text: 'inverse' },
] as const

/** The look of a cell of strength 0 to 1. */
export function cellLook(strength: number, fill: 'positive' | 'negative' = 'positive'): CellLook {
  const opacity = Math.round(Math.min(1, Math.max(0, strength)) * 100) / 100
  return { fill, opacity, text: (inks.find(({ upTo }) => opacity <= upTo) ?? inks[2]).text }
}
