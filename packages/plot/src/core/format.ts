import { format, formatPrefix, precisionFixed, precisionPrefix } from 'd3-format'

const fixed = format(',.4~r')
const exponent = format('.3~e')
const integer = format(',d')

/** A number for people: four digits, exponents only when they help, a true minus sign. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e7) return integer(value)
  return size >= 1e6 || size < 1e-4 ? exponent(value) : fixed(value)
}

const brief = format('.2~r')
const briefExponent = format('.1~e')

/** A number where there is little room: two digits. */
export function formatBrief(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value) || value === 0) return formatValue(value)
  if (size >= 1e5 || size < 1e-3) return briefExponent(value)
  return size >= 100 ? integer(Math.round(value)) : brief(value)
}

/** A count: `1,234`. */
export const formatCount = (count: number): string => integer(count)

/** `1 point`, `2 points`. */
export const plural = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`

/** Labels of evenly spaced ticks, all with the same unit and the digits that their step needs. */
export function tickLabels(values: readonly number[]): string[] {
  const largest = Math.max(...values.map(Math.abs))
  if (values.length === 0 || largest === 0) return values.map(() => '0')
  const step = values.length > 1 ? Math.abs(values[1]! - values[0]!) : largest
  const label = labeller(step, largest)
  return values.map((value) => (value === 0 ? '0' : label(value)))
}

function labeller(step: number, largest: number): (value: number) => string {
  if (largest >= 1e15 || largest < 1e-3) {
    const digits = Math.floor(Math.log10(largest)) - Math.floor(Math.log10(step) + 1e-9)
    return format(`.${Math.min(12, Math.max(0, digits))}~e`)
  }
  if (largest >= 1e4) return formatPrefix(`,.${Math.min(12, precisionPrefix(step, largest))}`, largest)
  return format(`,.${Math.min(12, precisionFixed(step))}f`)
}

const plain = format(',.12~g')
const power = format('.0e')

/** Label of a tick on a logarithmic axis: `0.01`, `1,000`, `1e-5`. */
export const logTickLabel = (value: number): string => (value >= 1e-3 && value < 1e5 ? plain(value) : power(value))
