import { CliError, exitCodeOf } from './errors.ts'
import { exitCodes } from './exit-codes.ts'

/** Most problems of a data file that are listed. */
const shownProblems = 5

/** An error as the user sees it: one line, more only for data with several problems; `verbose` adds where it comes from. */
export async function errorText(error: unknown, verbose: boolean): Promise<string> {
  if (!(error instanceof Error)) return String(error)
  const text = await messageOf(error)
  if (verbose) return `${text}\n${stackOf(error)}`
  // What metagrad throws on purpose has a code.
  return exitCodeOf(error) === exitCodes.unexpected && !('code' in error)
    ? `${text} (a fault of metagrad; --verbose shows where)`
    : text
}

async function messageOf(error: Error): Promise<string> {
  if (error instanceof CliError) return error.message
  // Loaded already, or there could be no such error.
  const { formatProblem, TableError } = await import('metagrad')
  if (!(error instanceof TableError)) return error.message.replaceAll(/\s*\n\s*/g, ' ')
  const errors = error.problems.filter(({ severity }) => severity === 'error')
  const lines = errors.slice(0, shownProblems).map((problem) => formatProblem(problem, 'flags'))
  const all = [...error.counts].reduce(
    (sum, [code, count]) => sum + (errors.some((each) => each.code === code) ? count : 0),
    0,
  )
  return [...lines, ...(all > lines.length ? [`and ${all - lines.length} more.`] : [])].join('\n  ')
}

function stackOf(error: Error): string {
  const own = error.stack?.split('\n').slice(1).join('\n') ?? ''
  return error.cause instanceof Error ? `${own}\n  caused by ${error.cause.message}\n${stackOf(error.cause)}` : own
}
