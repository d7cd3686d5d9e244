import { RunlogError } from './errors.ts'
import type {
  AlertFields,
  EvalFields,
  EventFields,
  EventKind,
  EventPosition,
  HistFields,
  LogLevel,
  RunEvent,
  SurfaceFields,
} from './event.ts'
import { eventVersion } from './event.ts'
import { eventSchemas } from './event-schema.ts'
import { checkSchema } from './schema-error.ts'
import { defaultPointsPerTag, VolumeGuard } from './volume-guard.ts'

/** What a {@link Recorder} needs. */
export interface RecorderOptions {
  /** Receives each event, in order. */
  readonly write: (event: RunEvent) => void
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly clock?: (() => number) | undefined
  /** Points per tag before step scalars are thinned, a positive even integer; 5000 by default. */
  readonly pointsPerTag?: number | undefined
  /** Number of the first event; 0 by default. */
  readonly firstSeq?: number | undefined
}

const tagPattern = /^[A-Za-z][\w.-]*(?:\/[\w.-]+)+$/
const maxTagLength = 200

/**
 * Turns what happens in a training into numbered events: the one writing surface of terminal and browser.
 *
 * @example
 * const kinds: string[] = []
 * const recorder = new Recorder({ write: (event) => kinds.push(event.kind) })
 * recorder.scalars(1, 1, { 'train/loss': 0.69 })
 * kinds // -> ['scalar']
 */
export class Recorder {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly #write: (event: RunEvent) => void
  readonly #guard: VolumeGuard
  readonly #epochTags = new Set<string>()
  #seq: number

  /** @throws {RunlogError} ARGUMENT when `pointsPerTag` is not a positive even integer. */
  constructor({ write, clock = Date.now, pointsPerTag = defaultPointsPerTag, firstSeq = 0 }: RecorderOptions) {
    if (!Number.isInteger(pointsPerTag) || pointsPerTag < 2 || pointsPerTag % 2 !== 0) {
      throw new RunlogError(`Recorder: pointsPerTag is ${pointsPerTag}, expected a positive even integer.`, 'ARGUMENT')
    }
    this.clock = clock
    this.#write = write
    this.#guard = new VolumeGuard(pointsPerTag)
    this.#seq = firstSeq
  }

  /**
   * Records an event of any kind.
   * @throws {RunlogError} ARGUMENT when the fields do not fit the kind.
   */
  emit<K extends EventKind>(kind: K, fields: EventFields[K], position: EventPosition = {}): void {
    const draft = { v: eventVersion, seq: this.#seq, t: this.clock(), kind, ...position, ...fields }
    const checked = checkSchema<RunEvent>(eventSchemas[kind], draft)
    if (!checked.ok) throw new RunlogError(`${kind}: event is not valid: ${checked.text}.`, 'ARGUMENT')
    this.#write(checked.value)
    this.#seq += 1
  }

  /**
   * Records the values of one optimizer step. Tags are `split/metric`; a tag logged more than about 5000 times is thinned.
   * @throws {RunlogError} ARGUMENT when a tag, a value, the step or the epoch is not valid.
   */
  scalars(step: number, epoch: number, values: Readonly<Record<string, number>>): void {
    const kept: [string, number][] = []
    for (const [tag, value] of Object.entries(values)) {
      if (!this.#guard.has(tag)) checkTag(tag)
      if (this.#guard.keep(tag)) kept.push([tag, value])
    }
    if (kept.length > 0) this.emit('scalar', { values: Object.fromEntries(kept) }, { step, epoch })
  }

  /**
   * Records the values of a whole epoch, after its last step. They are never thinned and make the rows of `metrics.csv`.
   * @throws {RunlogError} ARGUMENT when a tag, a value, the step or the epoch is not valid.
   */
  epochScalars(step: number, epoch: number, values: Readonly<Record<string, number>>): void {
    for (const tag of Object.keys(values)) {
      if (!this.#epochTags.has(tag)) this.#epochTags.add(checkTag(tag))
    }
    this.emit('scalar', { per: 'epoch', values }, { step, epoch })
  }

  /** Records a distribution; {@link histogram} makes one from an array. */
  hist(step: number, epoch: number, fields: HistFields): void {
    this.emit('hist', fields, { step, epoch })
  }

  /** Records the result of an evaluation. */
  evaluation(step: number, epoch: number, fields: EvalFields): void {
    this.emit('eval', fields, { step, epoch })
  }

  /** Records a decision surface. */
  surface(step: number, epoch: number, fields: SurfaceFields): void {
    this.emit('surface', fields, { step, epoch })
  }

  /** Records something the user should look at. */
  alert(fields: AlertFields, position: EventPosition = {}): void {
    this.emit('alert', fields, position)
  }

  /** Records a line of text. */
  log(level: LogLevel, text: string, position: EventPosition = {}): void {
    this.emit('log', { level, text }, position)
  }

  /** Continues the thinning of a tag of which an earlier attempt kept `points` values. */
  protected restorePoints(tag: string, points: number): void {
    this.#guard.restore(tag, points)
  }
}

function checkTag(tag: string): string {
  if (tag.length <= maxTagLength && tagPattern.test(tag)) return tag
  const shown = JSON.stringify(tag.length > 60 ? `${tag.slice(0, 60)}...` : tag)
  throw new RunlogError(
    `scalars: tag ${shown} is not split/metric. Use letters, digits, _ . - as in "train/loss".`,
    'ARGUMENT',
  )
}
