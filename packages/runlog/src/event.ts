import type { FileEntry } from './file-entry.ts'

/** Version of the event format, in every line as `v`. */
export const eventVersion = 1

/** How a run can end. */
export type EndStatus = 'done' | 'early_stop' | 'interrupted' | 'failed' | 'diverged'

/** The same as {@link EndStatus}, as values. */
export const endStatuses: readonly EndStatus[] = ['done', 'early_stop', 'interrupted', 'failed', 'diverged']

/** Which way a metric improves. */
export type MetricDirection = 'lower' | 'higher'

/** Names a metric and says which way it improves. */
export interface MetricDefinition {
  /** A whole tag (`val/loss`), or the part after the first slash (`loss`), which then holds for every split. */
  readonly name: string
  readonly better: MetricDirection
}

/** The best value of the monitored metric so far. */
export interface BestMetric {
  /** Tag, such as `val/loss`. */
  readonly metric: string
  readonly value: number
  /** Optimizer steps done. */
  readonly step: number
  readonly epoch?: number | undefined
}

/** First event of each attempt. */
export interface StartFields {
  /** The run's id, its folder name. */
  readonly run: string
  /** 1, and one more for each resume. */
  readonly attempt: number
  /** Version of the run directory's format. */
  readonly format: 1
  readonly totals: RunTotals
  /** Such as `classification` or `regression`. */
  readonly task: string
  readonly metrics: readonly MetricDefinition[]
}

/** How much there is to do. */
export interface RunTotals {
  readonly epochs?: number | undefined
  readonly stepsPerEpoch?: number | undefined
  /** Rows by split. */
  readonly rows: Readonly<Record<string, number>>
}

/** Numbers by tag; tags are `split/metric`, such as `train/loss`, `optim/lr`, `time/rows_per_s`. */
export interface ScalarFields {
  readonly values: Readonly<Record<string, number>>
  /** `epoch` marks the values of a whole epoch, which are never thinned; absent for the values of one step. */
  readonly per?: 'epoch' | undefined
}

/** Distribution of a tensor's values. */
export interface HistFields {
  /** Such as `weight/layers.0.weight`. */
  readonly tag: string
  /** Rising bin edges, one more than `counts`. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  /** Number of values, finite or not. */
  readonly n: number
  /** Over the finite values, as are `max`, `mean` and `std`; NaN when there are none. */
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly std: number
  readonly zeros: number
  readonly nonfinite: number
}

/** A line of an evaluation, such as a ROC or precision-recall curve; at most 200 points. */
export interface EvalCurve {
  readonly name: string
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/** Result of an evaluation over one split. */
export interface EvalFields {
  readonly split: string
  readonly metrics: Readonly<Record<string, number>>
  /** Class order of `confusion`. */
  readonly classes?: readonly string[] | undefined
  /** `confusion[actual][predicted]`, counts. */
  readonly confusion?: readonly (readonly number[])[] | undefined
  readonly curves?: readonly EvalCurve[] | undefined
}

/** Predictions over a grid of two features, for the decision surface. */
export interface SurfaceFields {
  /** Names of the horizontal and the vertical feature. */
  readonly features: readonly [string, string]
  readonly extent: { readonly x: readonly [number, number]; readonly y: readonly [number, number] }
  /** Points along each side. */
  readonly n: number
  /** Number of classes; 1 for a regression, whose grid maps 0..255 to `range`. */
  readonly classes: number
  /** Values that 0 and 255 stand for. */
  readonly range?: readonly [number, number] | undefined
  /** n x n bytes, row by row from the lowest y, in base64. Exactly one of `grid` and `file` is there. */
  readonly grid?: string | undefined
  readonly file?: FileEntry | undefined
}

/** Why a file was saved. */
export type SaveReason = 'epoch' | 'best' | 'interval' | 'signal'

/** The same as {@link SaveReason}, as values. */
export const saveReasons: readonly SaveReason[] = ['epoch', 'best', 'interval', 'signal']

/** A file that was saved. */
export interface SavedFileFields {
  /** Relative to the run directory. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly reason: SaveReason
}

/** Everything that earlier attempts recorded after `toStep` is superseded. */
export interface RewindFields {
  readonly attempt: number
  readonly toStep: number
}

/** Codes of alerts that metagrad itself raises; others are allowed. */
export type AlertCode = 'NONFINITE' | 'PLATEAU' | 'DEAD_UNITS' | 'CLASS_MISSING'

/** Something in the training that the user should look at. */
export interface AlertFields {
  readonly code: AlertCode | (string & {})
  /** The op or the parameter concerned. */
  readonly subject?: string | undefined
  readonly text: string
}

/** Level of a log line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** The same as {@link LogLevel}, as values. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** A line of the training's log. */
export interface LogFields {
  readonly level: LogLevel
  readonly text: string
}

/** Says that the run is alive. */
export type BeatFields = Readonly<Record<never, never>>

/** Last event of an attempt. */
export interface EndFields {
  readonly status: EndStatus
  readonly exitCode: number
  readonly best?: BestMetric | undefined
  /** Time since the start of this attempt. */
  readonly durationMs: number
}

/** What each kind of event carries: the table that schemas, writer and reader are built over. */
export interface EventFields {
  readonly start: StartFields
  readonly scalar: ScalarFields
  readonly hist: HistFields
  readonly eval: EvalFields
  readonly surface: SurfaceFields
  readonly snapshot: SavedFileFields
  readonly checkpoint: SavedFileFields
  readonly graph: SavedFileFields
  readonly rewind: RewindFields
  readonly alert: AlertFields
  readonly log: LogFields
  readonly beat: BeatFields
  readonly end: EndFields
}

/** Name of a kind of event. */
export type EventKind = keyof EventFields

/** Where in the training an event belongs. */
export interface EventPosition {
  /** Optimizer steps done. */
  readonly step?: number | undefined
  /** From 1. */
  readonly epoch?: number | undefined
}

/** What every event carries. */
export interface EventEnvelope extends EventPosition {
  readonly v: typeof eventVersion
  /** Rises by 1 from event to event, from 0. */
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly t: number
}

/** An event, of one kind or, without argument, of any; `switch (event.kind)` narrows it. */
export type RunEvent<K extends EventKind = EventKind> = {
  [Kind in K]: EventEnvelope & { readonly kind: Kind } & EventFields[Kind]
}[K]
