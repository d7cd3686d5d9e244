import type { Role } from './theme.ts'

/** Above this opacity a cell is too strong for text in `cellInk`. */
const strong = 0.655

/** The look of a cell of strength 0 to 1: one colour over the surface, and the text colour that stays readable on it. */
export function cellLook(
  strength: number,
  fill: 'positive' | 'negative' = 'positive',
): { readonly fill: Role; readonly opacity: number; readonly text: Role } {
  const opacity = Math.round(Math.min(1, Math.max(0, strength)) * 100) / 100
  return { fill, opacity, text: opacity > strong ? 'inverse' : 'cellInk' }
}
