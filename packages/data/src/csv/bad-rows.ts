import type { Problem } from './problem.ts'

/** Where a bad row is. */
export type Place = Pick<Problem, 'line' | 'column' | 'value'>

/** Counts the rows of a file, and those that cannot be used, whether their shape or a cell rules them out. */
export class BadRows {
  #rows = 0
  #bad = 0
  #first: Place | undefined

  /** Bad rows so far. */
  get count(): number {
    return this.#bad
  }

  /** Counts rows, good and bad. */
  read(rows: number): void {
    this.#rows += rows
  }

  /** Counts bad rows among those that were read; the first of them is at a place. */
  add(first: Place, count = 1): void {
    this.#bad += count
    if (this.#first === undefined || first.line! < this.#first.line!) this.#first = first
  }

  /** The error that more rows are bad than a share of all; undefined where they are not. */
  excess(share: number): Problem | undefined {
    const [bad, rows] = [this.#bad, this.#rows]
    if (bad === 0 || bad <= share * rows) return undefined
    const percent = Number((share * 100).toFixed(4))
    return {
      code: 'BAD_ROWS',
      severity: 'error',
      ...this.#first,
      message: `${bad} of ${rows} rows are bad, the first one here: more than the ${percent} % that may be skipped.`,
      advice: 'Correct them, or raise the share.',
      setting: { option: 'maxBadRows', value: Math.min(1, Math.ceil((bad / rows) * 100) / 100) },
    }
  }
}
