import { RunlogError } from '../errors.ts'

/** The code of a system error, such as `ENOENT`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Whether an error says that a file does not exist. */
export function isMissing(error: unknown): boolean {
  return systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR'
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space.',
  EDQUOT: 'Free some space.',
  EACCES: 'Check its permissions.',
  EPERM: 'Check its permissions.',
  EROFS: 'Choose a folder that can be written.',
  ENOENT: 'Check the path.',
  ENOTDIR: 'Check the path.',
}

/** An IO error that names the path; errors that this package threw on purpose pass unchanged. */
export function ioError(operation: string, path: string, cause: unknown): RunlogError {
  if (cause instanceof RunlogError) return cause
  const code = systemCode(cause)
  const reason =
    cause instanceof Error ? cause.message.replace(/^\w+: /, '').replace(/, \w+( '.*)?$/, '') : String(cause)
  const hint = (code && advice[code]) ?? 'See the cause.'
  return new RunlogError(`${operation}: ${path}: ${code === undefined ? '' : `${code}, `}${reason}. ${hint}`, 'IO', {
    cause,
  })
}
