/** Whether a run is alive, has stopped without saying so, or has ended. */
export type RunStatus = 'running' | 'stale' | 'finished'

/** Longest silence of a run that is alive: three missed beats. */
export const defaultStaleMs = 30_000

/** What {@link runStatus} needs to know. */
export interface StatusFacts {
  /** Whether the latest attempt has its `end`. */
  readonly ended: boolean
  /** Milliseconds since 1970 of the last event; undefined when there is none. */
  readonly lastEventAt: number | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** Silence in milliseconds after which a run counts as stale; 30 000 by default. */
  readonly staleMs?: number | undefined
}

/**
 * The badge of a run.
 *
 * @example
 * runStatus({ ended: false, lastEventAt: 0, now: 31_000 }) // -> 'stale'
 */
export function runStatus({ ended, lastEventAt, now, staleMs = defaultStaleMs }: StatusFacts): RunStatus {
  if (ended) return 'finished'
  return lastEventAt !== undefined && now - lastEventAt <= staleMs ? 'running' : 'stale'
}
