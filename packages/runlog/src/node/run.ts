import { RunlogError } from '../errors.ts'
import type { BestMetric, EndStatus, EventPosition, SaveReason, StartFields } from '../event.ts'
import type { FileEntry } from '../file-entry.ts'
import type { RunHistory } from '../history.ts'
import { metricsCsv } from '../metrics-table.ts'
import type { RunManifest } from '../manifest.ts'
import { Recorder } from '../recorder.ts'
import { EventFile } from './event-file.ts'
import type { ManifestFile } from './manifest-file.ts'
import { releaseLock } from './lock.ts'
import { RunOutput } from './run-output.ts'

/** Longest silence of a run that is alive. */
export const defaultBeatMs = 10_000

/** How the directory of a run comes into being: made anew by `createRun`, taken up again by `resumeRun`. */
export interface RunTarget {
  readonly attempt: number
  readonly firstSeq: number
  /** What earlier attempts recorded. */
  readonly history: RunHistory
  /** Makes the directory ready and locks it. */
  open(time: Date): Promise<ManifestFile>
  /** Undoes {@link open}, or what came before it, so that the disk is as if this attempt had never been. */
  undo(): Promise<void>
}

/** Timing and volume of a run's log. */
export interface RunTuning {
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly clock?: (() => number) | undefined
  /** Points per tag before step scalars are thinned, a positive even integer; 5000 by default. */
  readonly pointsPerTag?: number | undefined
  /** Longest silence in milliseconds before a beat; 10 000 by default. */
  readonly beatMs?: number | undefined
}

/** What is known when training starts. */
export interface RunStart extends Pick<StartFields, 'totals' | 'task' | 'metrics'> {
  /** Of a resumed run: the step of the checkpoint it goes on from. Whatever was recorded later is superseded. */
  readonly toStep?: number | undefined
}

/** A file to save with an event. */
export interface SavedFile extends EventPosition {
  /** Relative to the run directory, such as `checkpoints/last.safetensors`. */
  readonly path: string
  readonly data: Uint8Array | string
  readonly reason: SaveReason
}

/** How a run ended. */
export interface RunEnd {
  readonly status: EndStatus
  readonly exitCode: number
}

/**
 * A training run that is being written: a {@link Recorder} with a directory.
 *
 * It touches the disk first in {@link start}; a training that fails before leaves nothing behind. Events are on disk when
 * the call returns, files when the promise resolves. `createRun` and `resumeRun` make one.
 *
 * @example
 * const facts = { command: process.argv, versions: { node: process.version }, device: 'cpu', seed: 1, data: [] }
 * const run = await createRun({ root: 'runs', name: 'iris', config: { epochs: 1 }, ...facts })
 * await run.start({ totals: { epochs: 1, rows: { train: 120 } }, task: 'classification', metrics: [] })
 * run.scalars(1, 1, { 'train/loss': 1.1 })
 * run.epochScalars(8, 1, { 'train/loss': 0.9, 'val/loss': 0.8 })
 * const data = Uint8Array.of(1, 2, 3) // What saving the model gives.
 * await run.checkpoint({ path: 'checkpoints/last.safetensors', data, reason: 'epoch', step: 8, epoch: 1 })
 * await run.end({ status: 'done', exitCode: 0 })
 * run.history.tags('epoch') // -> ['train/loss', 'val/loss']
 */
export class Run extends Recorder {
  /** Effective series and events so far, earlier attempts included. */
  readonly history: RunHistory
  /** 1, and one more for each resume. */
  readonly attempt: number
  readonly #target: RunTarget
  readonly #output: RunOutput
  readonly #beatMs: number
  readonly #pending = new Set<Promise<unknown>>()
  #startedAt = 0
  #isEnding = false
  #beats: NodeJS.Timeout | undefined
  #directory: string | undefined

  constructor(target: RunTarget, { clock, pointsPerTag, beatMs = defaultBeatMs }: RunTuning = {}) {
    const output = new RunOutput(target.history)
    super({ clock, pointsPerTag, firstSeq: target.firstSeq, write: (event) => output.append(event) })
    this.history = target.history
    this.attempt = target.attempt
    this.#target = target
    this.#output = output
    this.#beatMs = beatMs
    for (const tag of this.history.tags()) this.restorePoints(tag, this.history.series(tag)?.steps.length ?? 0)
  }

  /**
   * The run's folder.
   * @throws {RunlogError} STATE before the start, when there is none.
   */
  get directory(): string {
    return this.#directory ?? this.#output.files('directory').manifest.directory
  }

  /**
   * What `run.json` says.
   * @throws {RunlogError} STATE before the start and after the end.
   */
  get manifest(): RunManifest {
    return this.#output.files('manifest').manifest.manifest
  }

  /**
   * Makes the directory and records the start. When that fails, the disk is as if this attempt had never been.
   * @throws {RunlogError} STATE when already started; ARGUMENT; IO
   */
  async start({ totals, task, metrics, toStep }: RunStart): Promise<void> {
    if (!this.#output.isStaged) throw new RunlogError('start: the run has already been started.', 'STATE')
    if ((toStep === undefined) !== (this.attempt === 1)) {
      const expected = this.attempt === 1 ? 'none for a new run' : 'the step of the checkpoint for a resumed one'
      throw new RunlogError(`start: toStep is ${toStep}, expected ${expected}.`, 'ARGUMENT')
    }
    this.#startedAt = this.clock()
    let events: EventFile | undefined
    try {
      const manifest = await this.#target.open(new Date(this.#startedAt))
      events = new EventFile(manifest.directory)
      this.#output.open({ events, manifest })
      const { id, format } = manifest.manifest
      this.emit('start', { run: id, attempt: this.attempt, format, totals, task, metrics })
      if (toStep !== undefined) this.emit('rewind', { attempt: this.attempt, toStep })
      events.sync()
      this.#directory = manifest.directory
    } catch (error) {
      events?.close()
      this.#output.close()
      await this.#target.undo()
      throw error
    }
    this.#beats = setInterval(() => this.#beatWhenSilent(), this.#beatMs / 4).unref()
  }

  /** Records the values of one step, as {@link Recorder.scalars} does, and shows life when thinning dropped them all. */
  override scalars(step: number, epoch: number, values: Readonly<Record<string, number>>): void {
    super.scalars(step, epoch, values)
    this.#beatWhenSilent()
  }

  /**
   * Writes a file in one step and lists it, with size and SHA-256, in `run.json`. Directories are made as needed.
   * @throws {RunlogError} FILE_NAME when the name is unsafe or kept by the run itself; IO; STATE
   */
  writeFile(path: string, data: Uint8Array | string): Promise<FileEntry> {
    return this.#track(this.#output.files('writeFile').manifest.writeFile(path, data))
  }

  /**
   * Removes a file and its entry, such as a checkpoint that is too many. One that does not exist is fine.
   * @throws {RunlogError} FILE_NAME; IO; STATE
   */
  removeFile(path: string): Promise<void> {
    return this.#track(this.#output.files('removeFile').manifest.removeFile(path))
  }

  /**
   * Writes a checkpoint, records it, puts the log on the disk and brings `metrics.csv` up to date.
   * @throws {RunlogError} FILE_NAME; IO; STATE
   */
  async checkpoint(file: SavedFile): Promise<FileEntry> {
    const entry = await this.#save('checkpoint', file)
    this.#output.files('checkpoint').events.sync()
    await this.#track(this.#writeMetrics())
    return entry
  }

  /** Writes weights and gradients for the viewer and records them. */
  snapshot(file: SavedFile): Promise<FileEntry> {
    return this.#save('snapshot', file)
  }

  /** Writes a recorded tape and records it. */
  graph(file: SavedFile): Promise<FileEntry> {
    return this.#save('graph', file)
  }

  /** Notes the best value of the monitored metric so far, in `run.json` and in the event that ends the run. */
  setBest(best: BestMetric): Promise<void> {
    return this.#track(this.#output.files('setBest').manifest.update({ best }))
  }

  /**
   * Ends the run: waits for files under way, records the end, puts everything on the disk and lets others write.
   * @throws {RunlogError} IO, after which the run is closed all the same; STATE
   */
  async end({ status, exitCode }: RunEnd): Promise<void> {
    const { events, manifest } = this.#output.files('end')
    if (this.#isEnding) throw new RunlogError('end: the run is already ending.', 'STATE')
    this.#isEnding = true
    try {
      await Promise.allSettled(this.#pending)
      const now = this.clock()
      const durationMs = Math.max(0, now - this.#startedAt)
      this.emit('end', { status, exitCode, best: manifest.manifest.best, durationMs })
      events.sync()
      await this.#writeMetrics()
      await manifest.update({ status, exitCode, ended: new Date(now).toISOString() })
    } finally {
      await this.#close(manifest.directory)
    }
  }

  /**
   * Ends a run that an error stopped: as failed, with the error's text in the log. Before the start it leaves no trace.
   * @throws {RunlogError} IO, after which the run is closed all the same; STATE
   */
  async fail(exitCode: number, error: unknown): Promise<void> {
    if (this.#output.isStaged) return this.abort()
    this.#output.files('fail')
    try {
      this.log('error', errorText(error))
    } finally {
      await this.end({ status: 'failed', exitCode })
    }
  }

  /**
   * Takes the run back as if it had never been. Possible before the start, and for a new run until it records a step.
   * @throws {RunlogError} STATE when there is training to lose.
   */
  async abort(): Promise<void> {
    if (!this.#output.isStaged) {
      const { manifest } = this.#output.files('abort')
      if (this.attempt > 1 || this.#output.hasSteps) {
        throw new RunlogError(
          'abort: the run has recorded training. Use run.fail(exitCode, error) or run.end(...).',
          'STATE',
        )
      }
      await Promise.allSettled(this.#pending)
      await this.#close(manifest.directory)
    }
    this.#output.close()
    await this.#target.undo()
  }

  async #save(kind: 'checkpoint' | 'snapshot' | 'graph', file: SavedFile): Promise<FileEntry> {
    const { path, data, reason, step, epoch } = file
    const entry = await this.writeFile(path, data)
    this.emit(kind, { file: path, bytes: entry.bytes, sha256: entry.sha256, reason }, { step, epoch })
    return entry
  }

  async #writeMetrics(): Promise<void> {
    if (this.history.tags('epoch').length === 0) return
    await this.#output.files('metrics').manifest.writeOwnFile('metrics.csv', metricsCsv(this.history))
  }

  #beatWhenSilent(): void {
    if (this.#output.isClosed || Math.abs(this.clock() - this.#output.lastWriteAt) < this.#beatMs / 2) return
    try {
      this.emit('beat', {})
    } catch {
      // The next event meets the same fault, where its caller can act on it.
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = work.then(
      () => this.#pending.delete(settled),
      () => this.#pending.delete(settled),
    )
    this.#pending.add(settled)
    return work
  }

  async #close(directory: string): Promise<void> {
    clearInterval(this.#beats)
    this.#output.close()
    await releaseLock(directory)
  }
}

const maxErrorLength = 4000

function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return text.slice(0, maxErrorLength)
}
