import { RunlogError } from '../errors.ts'
import type { RunEvent } from '../event.ts'
import type { RunHistory } from '../history.ts'
import type { EventFile } from './event-file.ts'
import type { ManifestFile } from './manifest-file.ts'

/** The open files of a run. */
export interface RunFiles {
  readonly events: EventFile
  readonly manifest: ManifestFile
}

/** Where a run's events go: nowhere before its start and after its end. */
export class RunOutput {
  readonly history: RunHistory
  /** `t` of the event written last. */
  lastWriteAt = 0
  /** Whether an event of the training itself was written, one that names a step. */
  hasSteps = false
  #state: 'staged' | 'closed' | RunFiles = 'staged'

  constructor(history: RunHistory) {
    this.history = history
  }

  get isStaged(): boolean {
    return this.#state === 'staged'
  }

  get isClosed(): boolean {
    return this.#state === 'closed'
  }

  open(files: RunFiles): void {
    this.#state = files
  }

  /** Closes the log and takes no more. */
  close(): void {
    if (typeof this.#state === 'object') this.#state.events.close()
    this.#state = 'closed'
  }

  /** The open files. */
  files(operation: string): RunFiles {
    if (typeof this.#state === 'object') return this.#state
    const [problem, advice] =
      this.#state === 'staged'
        ? ['the run has not started', 'Call await run.start(...) first.']
        : ['the run has ended', 'Resume it with resumeRun(directory).']
    throw new RunlogError(`${operation}: ${problem}. ${advice}`, 'STATE')
  }

  append(event: RunEvent): void {
    const { events, manifest } = this.files(event.kind)
    const sideFile = events.append(event)
    if (sideFile !== undefined) manifest.list(sideFile)
    this.history.push(event)
    this.lastWriteAt = event.t
    this.hasSteps ||= event.step !== undefined
  }
}
