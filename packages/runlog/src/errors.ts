/** What went wrong, for programs; stable across releases. */
export type RunlogErrorCode =
  /** An argument has the wrong type or lies outside its range. */
  | 'ARGUMENT'
  /** A file or an event does not follow the format. */
  | 'FORMAT'
  /** A file name is unsafe or reserved. */
  | 'FILE_NAME'
  /** A line or a file exceeds the size the format allows. */
  | 'TOO_LARGE'
  /** The folder is not a run directory. */
  | 'NOT_A_RUN'
  /** Another process is writing the run. */
  | 'LOCKED'
  /** The call does not fit the state of the run, such as logging after the end. */
  | 'STATE'
  /** The file system refused: disk full, no permission, a path that is not a directory. */
  | 'IO'

/**
 * Thrown on purpose by everything in this package. The message is one line in the grammar
 * `op: what is wrong: got vs expected. what to do.`; `code` is stable, the wording is not.
 */
export class RunlogError extends Error {
  readonly code: RunlogErrorCode

  constructor(message: string, code: RunlogErrorCode, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RunlogError'
    this.code = code
  }
}
