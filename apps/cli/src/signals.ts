import { exitCodes, type ExitCode } from './exit-codes.ts'

/** A signal that asks to come to an end. */
export type SignalName = 'SIGINT' | 'SIGTERM'

/** What a process that a signal ended answers. */
export const signalCodes: Readonly<Record<SignalName, ExitCode>> = {
  SIGINT: exitCodes.sigint,
  SIGTERM: exitCodes.sigterm,
}
const signals: readonly SignalName[] = ['SIGINT', 'SIGTERM']

/** Signals that ask a training to come to an end. */
export interface SignalWatch {
  /** Aborts with the name of the first signal as its reason. */
  readonly signal: AbortSignal
  /** Starts to listen. Before, a signal ends the process as it does any other: there is nothing to save yet. */
  readonly listen: () => void
  /** Stops listening. */
  readonly stop: () => void
}

/** Lets the first SIGINT or SIGTERM abort what runs, and a second one end the process at once. */
export function watchSignals(onFirst: (name: SignalName) => void): SignalWatch {
  const controller = new AbortController()
  const onSignal = (name: SignalName): void => {
    if (controller.signal.aborted) process.exit(signalCodes[name])
    controller.abort(name)
    onFirst(name)
  }
  return {
    signal: controller.signal,
    listen: () => signals.forEach((name) => process.on(name, onSignal)),
    stop: () => signals.forEach((name) => process.off(name, onSignal)),
  }
}
