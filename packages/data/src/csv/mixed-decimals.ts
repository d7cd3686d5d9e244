import { decimalComma, type MixedColumn } from './columns/decimal.ts'
import { quoted } from './printable.ts'
import type { ProblemLog } from './problem.ts'

/** The columns of a file that have decimal commas where other numbers have a point: the first one of each, and how many. */
export class MixedDecimals {
  readonly #found = new Map<string, MixedColumn>()

  add(columns: readonly MixedColumn[]): void {
    for (const column of columns) {
      const { name } = column
      const before = this.#found.get(name)
      this.#found.set(name, before ? { ...before, count: before.count + column.count } : column)
    }
  }

  report(log: ProblemLog): void {
    for (const { name, value, line, count, point } of this.#found.values()) {
      const commas = count === 1 ? `${quoted(value)} has` : `${quoted(value)} and ${count - 1} more have`
      log.add({
        code: 'DECIMAL_MIXED',
        severity: 'error',
        line,
        column: name,
        value,
        message: `${commas} a decimal comma, but ${point}, has a point.`,
        advice: 'Write all numbers alike, or say which mark is meant.',
        setting: decimalComma,
      })
    }
  }
}
