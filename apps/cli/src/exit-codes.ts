/** What the exit code of every command means. */
export const exitCodes = {
  ok: 0,
  /** A fault of metagrad itself. */
  unexpected: 1,
  /** A flag, an option or a command that does not exist or does not fit. */
  usage: 2,
  /** The data cannot be used. */
  data: 3,
  /** A model, a checkpoint or a schema does not fit. */
  mismatch: 4,
  /** The loss is no finite number any more. */
  diverged: 5,
  /** A file cannot be read or written. */
  io: 6,
  /** Stopped by Ctrl-C. */
  sigint: 130,
  /** Stopped by a request to end. */
  sigterm: 143,
} as const

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
