/**
 * A chart was given data or options that it cannot draw. The message is one line in the grammar
 * `chart: what is wrong: got vs expected. what to do.`; `code` is stable, the wording is not.
 */
export class PlotError extends Error {
  /** Stable, upper-case identifier of the failure, for programs. */
  readonly code: string = 'PLOT'

  constructor(message: string) {
    super(message)
    this.name = 'PlotError'
  }
}

/** A name from the data, for a message: quoted, on one line, at most 60 characters. */
export const quote = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 59)}…` : name)

/** Throws unless two lengths that must agree do. */
export function checkLength(chart: string, what: string, got: number, expected: number, hint: string): void {
  if (got !== expected) throw new PlotError(`${chart}: ${what}: got ${got} vs ${expected} expected. ${hint}`)
}
