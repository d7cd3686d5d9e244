import { exitCodes } from './exit-codes.ts'

const codes = { SIGINT: exitCodes.sigint, SIGTERM: exitCodes.sigterm } as const
type SignalName = keyof typeof codes
const signals = Object.keys(codes) as SignalName[]

/**
 * Runs something that the first SIGINT or SIGTERM asks to come to an end, through an AbortSignal whose reason is the
 * signal's name. A second one ends the process at once.
 */
export async function untilSignal<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onSignal = (name: SignalName): void => {
    if (controller.signal.aborted) process.exit(codes[name])
    controller.abort(name)
  }
  for (const name of signals) process.on(name, onSignal)
  try {
    return await run(controller.signal)
  } finally {
    for (const name of signals) process.off(name, onSignal)
  }
}
