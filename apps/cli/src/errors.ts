import { exitCodes, type ExitCode } from './exit-codes.ts'

/** Something that the user can put right: one line, and the exit code it leads to. */
export class CliError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}

/** A flag, an option or a command that does not fit. */
export function usageError(message: string): CliError {
  return new CliError(message, exitCodes.usage)
}

/** Codes of errors that are about files rather than about what is in them. */
const fileCodes: ReadonlySet<string> = new Set([
  'NOT_FOUND',
  'IS_DIRECTORY',
  'NO_PERMISSION',
  'IO',
  'IO_CHANGED',
  'LOCKED',
  'FILE_NAME',
  'ENOSPC',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EMFILE',
])

const codesOfNames: Readonly<Record<string, ExitCode>> = {
  TableError: exitCodes.data,
  DataError: exitCodes.data,
  StateDictError: exitCodes.mismatch,
}

/** The exit code of an error of any origin. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode
  if (!(error instanceof Error)) return exitCodes.unexpected
  if ('code' in error && typeof error.code === 'string' && fileCodes.has(error.code)) return exitCodes.io
  return codesOfNames[error.name] ?? exitCodes.unexpected
}
