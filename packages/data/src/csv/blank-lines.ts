import type { ProblemLog } from './problem.ts'

/** Blank lines between rows. Those before the table and at the end of a file are nobody's mistake. */
export class BlankLines {
  #count = 0
  #firstLine = 0
  /** Those after the last row so far. */
  #tailCount = 0
  #tailLine = 0

  skip(line: number): void {
    if (this.#tailCount++ === 0) this.#tailLine = line
  }

  tableBegins(): void {
    this.#tailCount = 0
  }

  rowFollows(): void {
    if (this.#tailCount === 0) return
    if (this.#count === 0) this.#firstLine = this.#tailLine
    this.#count += this.#tailCount
    this.#tailCount = 0
  }

  report(log: ProblemLog): void {
    const count = this.#count
    if (count === 0) return
    log.add({
      code: 'BLANK_LINES',
      severity: 'warning',
      line: this.#firstLine,
      message: count === 1 ? 'a blank line was skipped.' : `${count} blank lines were skipped, the first one here.`,
    })
    log.counts.set('BLANK_LINES', count)
  }
}
