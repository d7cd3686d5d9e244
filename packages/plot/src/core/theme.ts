/** The name of a colour, such as `ink` or `series1`. */
export type Role =
  | 'surface'
  | 'ink'
  | 'muted'
  | 'axis'
  | 'grid'
  | 'cellInk'
  | 'cellMiddle'
  | 'inverse'
  | 'positive'
  | 'negative'
  | `series${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`
  | `ramp${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`

// Every colour of a chart is a role; a theme is the table from roles to literal colours.
const roles: Readonly<Record<Role, readonly [light: string, dark: string]>> = {
  surface: ['#ffffff', '#15181d'],
  ink: ['#1a1e24', '#e9ecf0'],
  muted: ['#57606b', '#a3acb8'],
  axis: ['#98a1ac', '#66707c'],
  grid: ['#e6e9ed', '#2a2f37'],
  // Figures on cells: weak, middling and strong.
  cellInk: ['#000000', '#ffffff'],
  cellMiddle: ['#000000', '#000000'],
  inverse: ['#ffffff', '#000000'],
  // Cells: strength is opacity over the surface, so both themes share one picture.
  positive: ['#0a4c96', '#9acbf7'],
  negative: ['#8f3300', '#f7b183'],
  // Series and classes. Chosen by search: contrast with the surface of at least 3, distances in OKLab as large as they
  // can be for normal, protan, deutan and tritan sight, the first pairs furthest. palette.test.ts holds the figures.
  series1: ['#1f6fb5', '#5aa8ea'],
  series2: ['#d9590b', '#f0873a'],
  series3: ['#25a594', '#6be8d2'],
  series4: ['#931061', '#b35d7d'],
  series5: ['#6f4905', '#ffc265'],
  series6: ['#af7cdc', '#8564e6'],
  series7: ['#0f89ac', '#76c7e6'],
  series8: ['#a55756', '#cc7572'],
  // A surface of values, low to high; lightness is monotone, so it reads without colour.
  ramp1: ['#f3f6c9', '#262c5e'],
  ramp2: ['#d3ebb9', '#28468a'],
  ramp3: ['#a3d8b8', '#2666a6'],
  ramp4: ['#6bc2bd', '#2787b3'],
  ramp5: ['#3fa6c1', '#3fa8b8'],
  ramp6: ['#2a85bb', '#69c5b5'],
  ramp7: ['#27629f', '#9dd9b0'],
  ramp8: ['#263f80', '#cfe9b4'],
  ramp9: ['#1b1f5a', '#f4f6cc'],
}

/** A table of colours in a fixed set of literals. */
export type Palette = Readonly<Record<Role, string>>

const column = (index: 0 | 1): Palette =>
  Object.fromEntries(Object.entries(roles).map(([role, pair]) => [role, pair[index]])) as Record<Role, string>

/** The literal colours of the two themes, by role. */
export const palettes: Readonly<Record<'light' | 'dark', Palette>> = { light: column(0), dark: column(1) }

/**
 * `auto` follows `prefers-color-scheme` and lets the page override any colour by the custom property `--mg-<role>`;
 * `light` and `dark` are literal colours only, for renderers without CSS.
 */
export type Theme = 'auto' | 'light' | 'dark'

/** The class that gives a role to a property; inside `.mg-auto` only, so that fixed themes are left alone. */
export const paintClass = (property: 'fill' | 'stroke', role: Role): string => `mg-${property}-${role}`

/**
 * The custom properties that paint every `auto` chart below an element in one theme.
 *
 * @example
 * // a page with its own switch: document.documentElement.style.cssText = themeVariables('dark')
 * themeVariables('dark').startsWith('--mg-surface:#15181d;') // true
 */
export const themeVariables = (theme: 'light' | 'dark'): string =>
  Object.entries(palettes[theme])
    .map(([role, colour]) => `--mg-${role}:${colour};`)
    .join('')

// System colours for forced-colors; series keep their own, since dash and shape tell them apart as well.
const forced: Partial<Record<Role, string>> = {
  surface: 'Canvas',
  ink: 'CanvasText',
  muted: 'CanvasText',
  axis: 'CanvasText',
  grid: 'GrayText',
}

/**
 * The style sheet for the paints a chart uses. It sits inside `@supports`, which renderers without custom properties
 * skip: they keep the literal colours of the attributes.
 */
export function styleSheet(paints: Iterable<readonly ['fill' | 'stroke', Role]>): string {
  const used = [...paints]
  const rules = (colour: (role: Role) => string | undefined): string =>
    used
      .map(([property, role]) => {
        const value = colour(role)
        return value === undefined ? '' : `.mg-auto .${paintClass(property, role)}{${property}:${value}}`
      })
      .join('')
  const themed = (theme: 'light' | 'dark') => rules((role) => `var(--mg-${role},${palettes[theme][role]})`)
  return (
    `@supports (color:var(--mg)){${themed('light')}` +
    `@media (prefers-color-scheme:dark){${themed('dark')}}` +
    `@media (forced-colors:active){${rules((role) => forced[role])}}}`
  )
}
