import { scaleLinear, scaleLog } from 'd3-scale'
import { drawable } from './domain.ts'
import { logTickLabel, tickLabels } from './format.ts'
import { textWidth } from './text.ts'

/** A labelled place on an axis. */
export interface Tick {
  readonly value: number
  readonly label: string
}

/** Maps values to shares of the axis, so that ticks are known before the margins that their labels need. */
export interface Axis {
  readonly title: string
  readonly ticks: readonly Tick[]
  /** Steps of a category axis: labels sit at centres, there are no grid lines, and long labels may be turned. */
  readonly bands?: number
  /** 0 at the start of the axis, 1 at its end. */
  place(value: number): number
}

/** How a number axis maps. */
export type ScaleKind = 'linear' | 'log'

/** What a number axis is made from. `extent` is the data's, undefined when there is none. */
export interface NumberAxisSpec {
  readonly title: string
  readonly extent: readonly [number, number] | undefined
  /** About how many ticks. */
  readonly count: number
  readonly kind?: ScaleKind
  /** Pixels that a horizontal axis has for its labels: fewer ticks when they are long. */
  readonly room?: number
  /** Values are counts or steps: no ticks between whole numbers. */
  readonly whole?: boolean
  /** Widen the domain to round numbers. */
  readonly nice?: boolean
  readonly padding?: number
}

/** An axis of numbers, linear or logarithmic. */
export function numberAxis(spec: NumberAxisSpec): Axis {
  return spec.kind === 'log' ? logAxis(spec) : linearAxis(spec)
}

function linearAxis(spec: NumberAxisSpec): Axis {
  const { title, extent, count, room = Infinity, whole = false, nice = false, padding = 0 } = spec
  const scale = scaleLinear().domain(drawable(extent, padding))
  if (nice) scale.nice(count)
  const ticksFor = (wanted: number): Tick[] => {
    const values = scale.ticks(wanted).filter((value) => !whole || Number.isInteger(value))
    const labels = tickLabels(values)
    return values.map((value, i) => ({ value, label: labels[i]! }))
  }
  const fits = (ticks: readonly Tick[]): boolean =>
    ticks.length <= 2 || ticks.every(({ label }) => (textWidth(label, 12) + 16) * ticks.length <= room)
  let wanted = Math.round(count)
  let ticks = ticksFor(wanted)
  while (wanted > 2 && !fits(ticks)) ticks = ticksFor((wanted -= 1))
  return { title, ticks, place: (value) => scale(value) }
}

// Smaller numbers leave no room below them.
const leastOnLog = 1e-290

function logAxis({ title, extent, count, padding = 0 }: NumberAxisSpec): Axis {
  const [low, high] = (extent ?? [0.1, 1]).map((value) => Math.max(value, leastOnLog)) as [number, number]
  // The room is a share of the decades; a constant gets a factor of two on each side.
  const room = high / low > 1 + 1e-9 ? 10 ** (padding * (Math.log10(high) - Math.log10(low))) : 2
  const domain: [number, number] = [low / room, Math.min(high * room, 1e305)]
  const scale = scaleLog().domain(domain)
  return {
    title,
    ticks: logTicks(domain, count).map((value) => ({ value, label: logTickLabel(value) })),
    place: (value) => scale(Math.max(value, leastOnLog)),
  }
}

// Powers of ten, thinned; under two decades 1-2-5 steps; under half a decade evenly spaced numbers.
function logTicks([low, high]: readonly [number, number], count: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9)
  const last = Math.floor(Math.log10(high) + 1e-9)
  const stride = Math.max(1, Math.ceil((last - first + 1) / Math.max(2, count)))
  const powers: number[] = []
  for (let e = Math.ceil(first / stride) * stride; e <= last; e += stride) powers.push(Number(`1e${e}`))
  if (powers.length > 2) return powers
  const steps: number[] = []
  for (let e = first - 1; e <= last; e++) for (const digit of [1, 2, 5]) steps.push(Number(`${digit}e${e}`))
  const inside = steps.filter((value) => value >= low && value <= high)
  if (inside.length > 2) return inside
  return scaleLinear().domain([low, high]).ticks(Math.min(count, 4))
}

/** An axis of categories: value i is the centre of band i. */
export function bandAxis(title: string, labels: readonly string[]): Axis {
  const bands = Math.max(1, labels.length)
  return {
    title,
    bands,
    ticks: labels.map((label, value) => ({ value, label })),
    place: (value) => (value + 0.5) / bands,
  }
}

/** The same axis running the other way. */
export const reversed = (axis: Axis): Axis => ({ ...axis, place: (value) => 1 - axis.place(value) })
