import { PlotError } from './errors.ts'
import type { Theme } from './theme.ts'

/** Options that every chart takes. */
export interface ChartOptions {
  /** Heading, and the accessible name of the picture. */
  readonly title?: string
  /** A second, quieter line under the title. */
  readonly subtitle?: string
  /** Width in CSS pixels, 200 to 10,000. */
  readonly width?: number
  /** Height in CSS pixels, 160 to 10,000. */
  readonly height?: number
  /** Title of the horizontal axis. */
  readonly xTitle?: string
  /** Title of the vertical axis. */
  readonly yTitle?: string
  /** Colours: `auto` (default) follows the reader's scheme and the page's `--mg-*` properties. */
  readonly theme?: Theme
  /** Prefix of the ids inside the picture; give each chart of a page its own. Default `plot`. */
  readonly id?: string
}

/** Options with every gap filled. */
export type ResolvedOptions = Required<ChartOptions>

/** Fills and checks the options of a chart. */
export function resolveOptions(
  chart: string,
  options: ChartOptions,
  defaults: Partial<ResolvedOptions> = {},
): ResolvedOptions {
  const resolved = {
    title: '',
    subtitle: '',
    width: 720,
    height: 440,
    xTitle: '',
    yTitle: '',
    theme: 'auto' as const,
    id: 'plot',
    ...defaults,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  }
  checkSize(chart, 'width', resolved.width, 200)
  checkSize(chart, 'height', resolved.height, 160)
  if (!/^[A-Za-z][\w.-]*$/.test(resolved.id)) {
    throw new PlotError(
      `${chart}: id cannot be used in XML: got ${JSON.stringify(resolved.id)}. Start with a letter, then letters, digits, "-", "_" or ".".`,
    )
  }
  if (!['auto', 'light', 'dark'].includes(resolved.theme)) {
    throw new PlotError(
      `${chart}: unknown theme: got ${JSON.stringify(resolved.theme)}. Use "auto", "light" or "dark".`,
    )
  }
  return resolved
}

function checkSize(chart: string, name: string, value: number, least: number): void {
  if (!(value >= least && value <= 10_000)) {
    throw new PlotError(`${chart}: ${name} is out of range: got ${value}. Give ${least} to 10000 pixels.`)
  }
}
