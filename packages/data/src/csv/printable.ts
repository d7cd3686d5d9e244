/** Characters that move the cursor, colour the terminal or reorder the line: controls, bidi marks, lone surrogates. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/gu

const SHORT: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/**
 * Text that is safe to print: control characters, terminal codes and direction marks are escaped, and what is longer
 * than `maxLength` characters is cut.
 *
 * @param maxLength Most characters (code points) kept, 60 unless told.
 * @example
 * ```ts
 * printable('\u001b[31mred') // -> '\\x1b[31mred'
 * ```
 */
export function printable(text: string, maxLength = 60): string {
  // Two UTF-16 units make at most one code point, so this never cuts too much, and bounds the work on a huge cell.
  const escaped = text.slice(0, 2 * maxLength + 2).replaceAll(UNPRINTABLE, (character) => {
    const hex = character.charCodeAt(0).toString(16)
    return SHORT[character] ?? (hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`)
  })
  const characters = [...escaped]
  if (characters.length <= maxLength && text.length <= 2 * maxLength + 2) return escaped
  return `${characters.slice(0, maxLength - 1).join('')}…`
}

/** `printable` between double quotes, for messages. */
export function quoted(text: string): string {
  return `"${printable(text)}"`
}
