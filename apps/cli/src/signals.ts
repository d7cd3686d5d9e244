import { exitCodes, type ExitCode } from './exit-codes.ts'

/** A signal that asks to come to an end. */
export type SignalName = 'SIGINT' | 'SIGTERM'

const codes: Readonly<Record<SignalName, ExitCode>> = { SIGINT: exitCodes.sigint, SIGTERM: exitCodes.sigterm }
const signals: readonly SignalName[] = ['SIGINT', 'SIGTERM']

/**
 * Runs something that the first SIGINT or SIGTERM asks to come to an end, through an AbortSignal whose reason is the
 * signal's name. A second one ends the process at once.
 */
export async function untilSignal<T>(
  run: (signal: AbortSignal) => Promise<T>,
  onFirst: (name: SignalName) => void,
): Promise<T> {
  const controller = new AbortController()
  const onSignal = (name: SignalName): void => {
    if (controller.signal.aborted) process.exit(codes[name])
    controller.abort(name)
    onFirst(name)
  }
  for (const name of signals) process.on(name, onSignal)
  try {
    return await run(controller.signal)
  } finally {
    for (const name of signals) process.off(name, onSignal)
  }
}
