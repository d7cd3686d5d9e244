import * as z from 'zod/mini'
import type { BestMetric, EndStatus, EventKind, LogLevel, MetricDefinition, RunEvent, SaveReason } from './event.ts'
import { endStatuses, eventVersion, logLevels, saveReasons } from './event.ts'
import { byteCountSchema, fileEntrySchema, filePathSchema, sha256Schema } from './file-entry.ts'
import { gridBytes } from './grid.ts'
import { jsonNumberSchema as number } from './json-number.ts'

const count = z.int().check(z.nonnegative())
const position = z.int().check(z.positive())
const name = z.string().check(z.minLength(1))
const text = z.string()
const pair = z.readonly(z.tuple([number, number]))
const metrics = z.record(name, number)

const oneOf = <T extends string>(values: readonly T[]): z.ZodMiniType<T> =>
  z.custom<T>((value) => values.some((known) => known === value), `expected one of ${values.join(', ')}`)

/** Schema of an {@link EndStatus}. */
export const endStatusSchema: z.ZodMiniType<EndStatus> = oneOf(endStatuses)

/** Schema of a {@link BestMetric}. */
export const bestMetricSchema: z.ZodMiniType<BestMetric> = z.object({
  metric: name,
  value: number,
  step: count,
  epoch: z.optional(count),
})

const metricDefinition: z.ZodMiniType<MetricDefinition> = z.object({ name, better: z.enum(['lower', 'higher']) })

const envelope = {
  v: z.literal(eventVersion),
  seq: count,
  t: z.number(),
  step: z.optional(count),
  epoch: z.optional(count),
}

const savedFile = {
  file: filePathSchema,
  bytes: byteCountSchema,
  sha256: sha256Schema,
  reason: oneOf<SaveReason>(saveReasons),
}

/** Most points of one curve of an evaluation. */
export const maxCurvePoints = 200

const curve = z
  .object({
    name,
    x: z.array(number).check(z.maxLength(maxCurvePoints)),
    y: z.array(number).check(z.maxLength(maxCurvePoints)),
  })
  .check(z.refine(({ x, y }) => x.length === y.length, 'x and y differ in length'))

/** What every event carries, whatever its kind. */
export const envelopeSchema: z.ZodMiniType<{ seq: number; t: number; kind: string }> = z.object({
  ...envelope,
  kind: name,
})

/** Schema of each kind of event. Unknown fields are dropped, so that newer writers stay readable. */
export const eventSchemas: { readonly [K in EventKind]: z.ZodMiniType<RunEvent<K>> } = {
  start: z.object({
    ...envelope,
    kind: z.literal('start'),
    run: name,
    attempt: position,
    format: z.literal(1),
    totals: z.object({
      epochs: z.optional(count),
      stepsPerEpoch: z.optional(count),
      rows: z.record(name, count),
    }),
    task: name,
    metrics: z.array(metricDefinition),
  }),
  scalar: z.object({
    ...envelope,
    kind: z.literal('scalar'),
    values: metrics,
    per: z.optional(z.literal('epoch')),
  }),
  hist: z
    .object({
      ...envelope,
      kind: z.literal('hist'),
      tag: name,
      edges: z.array(z.number()),
      counts: z.array(count),
      n: count,
      min: number,
      max: number,
      mean: number,
      std: number,
      zeros: count,
      nonfinite: count,
    })
    .check(
      z.refine(({ edges, counts }) => edges.length === counts.length + 1, 'edges must be one more than counts'),
      z.refine(({ edges }) => edges.every((edge, i) => i === 0 || edge >= (edges[i - 1] ?? edge)), 'edges must rise'),
    ),
  eval: z
    .object({
      ...envelope,
      kind: z.literal('eval'),
      split: name,
      metrics,
      classes: z.optional(z.array(text)),
      confusion: z.optional(z.array(z.array(count))),
      curves: z.optional(z.array(curve)),
    })
    .check(
      z.refine(
        ({ confusion, classes }) =>
          confusion === undefined ||
          (classes?.length === confusion.length && confusion.every((row) => row.length === confusion.length)),
        'confusion must be a square over classes',
      ),
    ),
  surface: z
    .object({
      ...envelope,
      kind: z.literal('surface'),
      features: z.readonly(z.tuple([name, name])),
      extent: z.object({ x: pair, y: pair }),
      n: position,
      classes: position,
      range: z.optional(pair),
      grid: z.optional(text),
      file: z.optional(fileEntrySchema),
    })
    .check(
      z.refine(({ grid, file }) => (grid === undefined) !== (file === undefined), 'needs either grid or file'),
      z.refine(
        ({ grid, n }) => grid === undefined || gridBytes(grid) === n * n,
        'grid must hold n x n bytes in base64',
      ),
    ),
  snapshot: z.object({ ...envelope, kind: z.literal('snapshot'), ...savedFile }),
  checkpoint: z.object({ ...envelope, kind: z.literal('checkpoint'), ...savedFile }),
  graph: z.object({ ...envelope, kind: z.literal('graph'), ...savedFile }),
  rewind: z.object({ ...envelope, kind: z.literal('rewind'), attempt: position, toStep: count }),
  alert: z.object({ ...envelope, kind: z.literal('alert'), code: name, subject: z.optional(text), text }),
  log: z.object({ ...envelope, kind: z.literal('log'), level: oneOf<LogLevel>(logLevels), text }),
  beat: z.object({ ...envelope, kind: z.literal('beat') }),
  end: z.object({
    ...envelope,
    kind: z.literal('end'),
    status: endStatusSchema,
    exitCode: z.int(),
    best: z.optional(bestMetricSchema),
    durationMs: z.number().check(z.nonnegative()),
  }),
}

/** Whether `kind` is one that this version knows. */
export function isEventKind(kind: string): kind is EventKind {
  return Object.hasOwn(eventSchemas, kind)
}
