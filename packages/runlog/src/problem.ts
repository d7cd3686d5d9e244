/** Which rule of the format is broken; stable across releases. */
export type ProblemCode =
  | 'ENCODING'
  | 'JSON'
  | 'EVENT'
  | 'VERSION'
  | 'TOO_LARGE'
  | 'SEQUENCE'
  | 'TIME'
  | 'STEP'
  | 'ORDER'
  | 'INCOMPLETE'
  | 'FILE'

/** Something in a log or a run directory that does not follow the format. Readers report it and go on. */
export interface Problem {
  readonly code: ProblemCode
  /** A `warning` is odd but harmless; an `error` loses data. */
  readonly severity: 'error' | 'warning'
  /** File inside the run directory; absent when only a stream of bytes is known. */
  readonly file?: string
  /** Line of that file, from 1. */
  readonly line?: number
  /** One sentence. */
  readonly text: string
}

/**
 * One line for a terminal: `events.jsonl:12: error SEQUENCE: seq is 14, expected 13`.
 *
 * @example
 * formatProblem({ code: 'JSON', severity: 'error', file: 'events.jsonl', line: 3, text: 'not JSON' })
 */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line].filter((part) => part !== undefined).join(':')
  return `${place === '' ? '' : `${place}: `}${problem.severity} ${problem.code}: ${problem.text}`
}
