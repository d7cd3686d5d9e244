import type { RunEvent } from '@metagrad/runlog'
import type { GraphLayout } from '../graph/layout.ts'
import type { Tape } from '../graph/tape.ts'
import type { Experiment } from '../model/experiment.ts'
import type { Extent, LinearValues, Surface, UnitSurfaces } from '../model/frame.ts'

/** What the page asks of the trainer. */
export type Request =
  | { readonly kind: 'configure'; readonly experiment: Experiment }
  | { readonly kind: 'play'; readonly stepsPerFrame: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'advance'; readonly unit: 'batch' | 'epoch' }
  /** The page has drawn what it got and can take a frame. */
  | { readonly kind: 'frame' }
  | { readonly kind: 'edit'; readonly parameter: string; readonly index: number; readonly value: number }
  | { readonly kind: 'read'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'tape' }

/** What the trainer tells the page. */
export type Reply =
  | { readonly kind: 'ready'; readonly setup: Setup; readonly frame: Frame }
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'table'; readonly table: TableView }
  | { readonly kind: 'tape'; readonly tape: Tape; readonly layout: GraphLayout }
  /** The experiment cannot be run as it stands. */
  | { readonly kind: 'refused'; readonly text: string }

/** What stays the same until the next `configure`. */
export interface Setup {
  readonly name: string
  readonly task: 'classification' | 'regression'
  readonly features: readonly [string, string]
  readonly target: string
  readonly classes: readonly string[]
  readonly points: Points
  readonly extent: Extent
  /** Units per column of the network: 2 features, each block, the output. */
  readonly widths: readonly number[]
  readonly parameterCount: number
  readonly stepsPerEpoch: number
  readonly rows: {
    readonly train: number
    readonly validation: number
    readonly dropped: number
    readonly surplus: number
  }
  readonly explanation: string
}

/** Rows to draw, at most 2000 of each side. */
export interface Points {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly targets: Float64Array
  /** 1 for rows of the validation split. */
  readonly held: Uint8Array
}

/** One message per animation frame: what happened since the last, and pictures where they are due. */
export interface Frame {
  readonly events: readonly RunEvent[]
  readonly step: number
  readonly epoch: number
  /** Steps per second of the last while; 0 when not playing. */
  readonly rate: number
  readonly surface: Surface | undefined
  readonly units: UnitSurfaces | undefined
  readonly linears: readonly LinearValues[] | undefined
}

/** What the page shows of a file that was read. */
export interface TableView {
  readonly name: string
  readonly rows: number
  readonly columns: readonly ColumnView[]
  /** How it was read, such as `comma, UTF-8`. */
  readonly dialect: string
  readonly problems: readonly ProblemView[]
  /** Whether there is a table: problems may be warnings only. */
  readonly isReadable: boolean
}

export interface ColumnView {
  readonly name: string
  readonly kind: string
  readonly missing: number
  readonly distinct: number
}

export interface ProblemView {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'note'
  readonly line: number | undefined
  readonly column: string | undefined
  /** The line that the command line prints. */
  readonly text: string
}
