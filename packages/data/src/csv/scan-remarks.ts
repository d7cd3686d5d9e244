import { quoted } from './printable.ts'
import type { ProblemLog } from './problem.ts'
import type { ScanRemark } from './scan.ts'

/** What the scanner lets pass, as a sentence without its end. */
const sentences: Readonly<Record<ScanRemark, (value: string) => string>> = {
  QUOTE_BARE: (value) => `a quote inside the unquoted cell ${quoted(value)} is read as text`,
  QUOTE_SPACE: (value) => `the spaces around the quoted cell ${quoted(value)} were taken off`,
  LINE_ENDS: () => 'lines end in different ways (CRLF, LF, CR)',
}

interface Place {
  readonly line: number
  readonly column: string | undefined
  readonly value: string
}

/** Remarks of the scanner: where each kind came first, and how often. */
export class ScanRemarks {
  readonly #found = new Map<ScanRemark, { readonly first: Place; count: number }>()

  add(code: ScanRemark, place: Place): void {
    const found = this.#found.get(code)
    if (found) found.count++
    else this.#found.set(code, { first: place, count: 1 })
  }

  report(log: ProblemLog): void {
    for (const [code, { first, count }] of this.#found) {
      const { line, column, value } = first
      const sentence = sentences[code](value)
      log.add({
        code,
        severity: 'warning',
        line,
        ...(code === 'LINE_ENDS' ? {} : { column, value }),
        message: count === 1 ? `${sentence}.` : `${sentence}; there are ${count} such places.`,
      })
      log.counts.set(code, count)
    }
  }
}
