/** A stream that may be a terminal. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean
  /** Width of a terminal in characters. */
  readonly columns?: number
}

/** Where a command writes. */
export interface Terminal {
  /** For results. */
  readonly stdout: OutputStream
  /** For progress, warnings and errors. */
  readonly stderr: OutputStream
  readonly environment: NodeJS.ProcessEnv
}

/** Whether a stream takes colours: `NO_COLOR`, `FORCE_COLOR` and `TERM=dumb` are honoured. */
export function usesColor(stream: OutputStream, environment: NodeJS.ProcessEnv, wanted: boolean): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '', TERM: kind } = environment
  if (!wanted || no !== '') return false
  if (force !== '') return force !== '0'
  return stream.isTTY === true && kind !== 'dumb'
}

/** Whether somebody watches, so that a bar may move: a terminal that is not one of a build machine. */
export function isInteractive(stream: OutputStream, { CI: ci = '', TERM: kind }: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && kind !== 'dumb' && (ci === '' || ci === '0' || ci === 'false')
}
