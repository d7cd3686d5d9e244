import type { RunEvent } from './event.ts'
import type { RecorderOptions } from './recorder.ts'
import { Recorder } from './recorder.ts'
import { RunHistory } from './history.ts'

/**
 * A run that lives in memory: a recorder, the effective state of what it recorded, and listeners.
 * A browser's trainer writes to it where the terminal's writes to a directory.
 *
 * @example
 * const log = new MemoryLog()
 * log.subscribe((event) => console.log(event.kind))
 * log.scalars(1, 1, { 'train/loss': 0.69 })
 * log.history.series('train/loss')?.values // -> [0.69]
 */
export class MemoryLog extends Recorder {
  readonly history: RunHistory
  readonly #events: RunEvent[]
  readonly #listeners: Set<(event: RunEvent) => void>

  constructor(options: Omit<RecorderOptions, 'write'> = {}) {
    const history = new RunHistory()
    const events: RunEvent[] = []
    const listeners = new Set<(event: RunEvent) => void>()
    const write = (event: RunEvent): void => {
      events.push(event)
      history.push(event)
      for (const listener of listeners) listener(event)
    }
    super({ ...options, write })
    this.history = history
    this.#events = events
    this.#listeners = listeners
  }

  /** Everything recorded so far, superseded events included. */
  get events(): readonly RunEvent[] {
    return this.#events
  }

  /** Calls `listener` with each event from now on; the function returned ends that. */
  subscribe(listener: (event: RunEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
