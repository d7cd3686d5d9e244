/** Decimal numbers with a point, spaces around them allowed; no thousands separators, no hexadecimal, no words. */
const POINT = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/
/** The same with a decimal comma (whole numbers included). */
const COMMA = /^\s*[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?\s*$/
const WORDS = /^[+-]?(?:inf(?:inity)?|nan)$/i
const LEADING_ZERO = /^\s*[+-]?0\d/
const WHOLE = /^[+-]?\d{16,}$/

/**
 * The number that a cell is, with spaces around it ignored; undefined where it is none. Infinity and NaN in words, and
 * numbers too large for a double, come back as they are: infinite or NaN.
 */
export function parseNumber(cell: string, decimal: '.' | ','): number | undefined {
  if (decimal === '.') {
    if (POINT.test(cell)) return Number(cell)
  } else if (COMMA.test(cell)) return Number(cell.replace(',', '.'))
  const text = cell.trim()
  if (!WORDS.test(text)) return undefined
  return /nan/i.test(text) ? NaN : text.startsWith('-') ? -Infinity : Infinity
}

/** How a cell could be read as a number, before the decimal mark of the file is known. */
export type NumberShape = 'whole' | 'point' | 'comma' | 'thousands' | 'word' | 'none'

/**
 * The shape of a cell: `whole` 12, `point` 1.5, `comma` 1,5, `thousands` 1,234 (a decimal comma or a separator of
 * thousands: the cell alone does not tell), `word` infinity and the like, `none` anything else.
 */
export function numberShape(cell: string): NumberShape {
  if (POINT.test(cell)) return cell.includes('.') ? 'point' : 'whole'
  const text = cell.trim()
  if (COMMA.test(text)) return /^[+-]?[1-9]\d{0,2},\d{3}$/.test(text) ? 'thousands' : 'comma'
  return WORDS.test(text) ? 'word' : 'none'
}

/** Whether a number is written like a code: with leading zeros. */
export function hasLeadingZero(cell: string): boolean {
  // Most numbers start with another digit: they need no more than this look.
  const first = cell.charCodeAt(0)
  return !(first > 48 && first <= 57) && LEADING_ZERO.test(cell)
}

/** Whether a whole number is too large for a double to be exact. */
export function isInexact(cell: string): boolean {
  const text = cell.trim()
  return WHOLE.test(text) && !Number.isSafeInteger(Number(text))
}

const strippedPatterns = new Map<'.' | ',', RegExp>()

/** A number with a currency or unit around it. Made when first needed: its classes are large, and few files have such. */
function strippedPattern(decimal: '.' | ','): RegExp {
  let pattern = strippedPatterns.get(decimal)
  if (pattern === undefined) {
    const thousands = decimal === '.' ? ',' : '.'
    const number = `(\\d{1,3}(?:[${thousands}'’_ \u00a0\u202f]\\d{3})+|\\d+)([${decimal}]\\d+)?`
    pattern = new RegExp(`^([+-]?)[\\p{Sc}\\p{L}]*\\s*([+-]?)${number}\\s*[%‰°\\p{Sc}\\p{L}/²³µ]*$`, 'u')
    strippedPatterns.set(decimal, pattern)
  }
  return pattern
}

/**
 * The number in a cell once a currency, a unit, a percent sign and separators of thousands are taken off: `$1,234.50`
 * and `(1,234.50)` (negative, as accountants write), `12 %` (12), `5 kg`. Undefined where that leaves no number.
 */
export function parseStripped(cell: string, decimal: '.' | ','): number | undefined {
  const text = cell.trim()
  const plain = parseNumber(text, decimal)
  if (plain !== undefined) return plain
  const inParentheses = text.startsWith('(') && text.endsWith(')')
  const match = strippedPattern(decimal).exec(inParentheses ? text.slice(1, -1) : text)
  if (!match) return undefined
  const [, before, after, whole, fraction = ''] = match
  const digits = whole!.replaceAll(/\D/g, '') + fraction.replace(',', '.')
  const negative = inParentheses || before === '-' || after === '-'
  return (negative ? -1 : 1) * Number(digits)
}
