/** How `formatCsvRecord` writes. */
export interface CsvWriteOptions {
  /** One character between cells. Default comma. */
  readonly delimiter?: string
  /** One character around cells that need it. Default `"`. */
  readonly quote?: string
  /** What ends the record. Default LF. */
  readonly lineEnd?: '\n' | '\r\n' | '\r'
  /**
   * Puts `'` before text cells that a spreadsheet would run as a formula (they start with = + - @, tab or CR).
   * Numbers stay as they are. Default false: the text is written unchanged.
   */
  readonly escapeFormulas?: boolean
}

const isNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * One record of CSV as RFC 4180 has it, line end included. Cells are quoted where they must be: they hold the
 * delimiter, a quote or a line break, begin or end with a space, or are the only one and empty.
 *
 * @example
 * ```ts
 * formatCsvRecord(['5" pipe', 'a,b', '']) // -> '"5"" pipe","a,b",\n'
 * ```
 */
export function formatCsvRecord(cells: readonly string[], options: CsvWriteOptions = {}): string {
  const { delimiter = ',', quote = '"', lineEnd = '\n', escapeFormulas = false } = options
  const texts = cells.map((cell) => {
    const text = escapeFormulas && /^[=+\-@\t\r]/.test(cell) && !isNumber.test(cell) ? `'${cell}` : cell
    const mustQuote =
      text.includes(delimiter) ||
      text.includes(quote) ||
      /[\r\n]|^\s|\s$|^\ufeff/.test(text) ||
      (cells.length === 1 && text === '')
    return mustQuote ? `${quote}${text.replaceAll(quote, quote + quote)}${quote}` : text
  })
  return `${texts.join(delimiter)}${lineEnd}`
}
