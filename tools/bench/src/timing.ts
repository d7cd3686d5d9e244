export function quantile(list: readonly number[], q: number): number {
  return [...list].sort((a, b) => a - b)[Math.round(q * (list.length - 1))]!
}

/** Microseconds per call. */
export function measure(call: () => unknown, calls: number): number {
  const start = performance.now()
  for (let i = 0; i < calls; i++) call()
  return ((performance.now() - start) * 1000) / calls
}

/** Longer than an engine takes to compile what runs often, and to get from the system the memory that it will use. */
const warmUpMilliseconds = 3000
/** The peers take longer in each round: time for the collector, which tells between turns what is gone. */
const restMilliseconds = 60

/** Measures in turns, as will be done in earnest, until nothing is new any more. */
export function warmUp(call: () => unknown, calls: number): Promise<void> {
  return inTurns(call, calls, warmUpMilliseconds)
}

/** Calls for so long, and rests after some calls each, as between measurements. */
export async function inTurns(call: () => unknown, calls: number, milliseconds: number): Promise<void> {
  for (let busy = 0; busy < milliseconds;) {
    busy += (measure(call, calls) * calls) / 1000
    await new Promise((resolve) => setTimeout(resolve, restMilliseconds))
  }
}
