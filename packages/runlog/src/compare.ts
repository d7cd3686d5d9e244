import type { MetricDirection } from './event.ts'
import type { RunHistory } from './history.ts'
import type { MetricSummary } from './metric-summary.ts'
import { summarizeMetrics } from './metric-summary.ts'
import { isBetter } from './series.ts'

/** A run to compare. */
export interface ComparedRun {
  readonly id: string
  readonly history: RunHistory
  /** Content of its `config.json`. */
  readonly config: Readonly<Record<string, unknown>>
}

/** One metric over all runs, in their order. */
export interface MetricRow {
  readonly tag: string
  readonly better: MetricDirection | undefined
  /** Undefined for a run without the metric. */
  readonly runs: readonly (MetricSummary | undefined)[]
  /** Id of the run with the best value, the first one on a tie; undefined when `better` is. */
  readonly winner: string | undefined
}

/** An option on which runs differ, with its value in each; undefined where a run lacks it. */
export interface ConfigRow {
  /** Dotted, such as `optimizer.lr`. */
  readonly option: string
  readonly values: readonly unknown[]
}

/** Metrics and differing options of several runs. */
export interface RunComparison {
  readonly metrics: readonly MetricRow[]
  readonly config: readonly ConfigRow[]
}

/**
 * Sets runs side by side. A metric whose direction the runs contradict each other on has no winner.
 *
 * @example
 * const { history } = new MemoryLog()
 * compareRuns([{ id: 'a', history, config: { lr: 0.1 } }, { id: 'b', history, config: { lr: 0.2 } }]).config
 * // -> [{ option: 'lr', values: [0.1, 0.2] }]
 */
export function compareRuns(runs: readonly ComparedRun[]): RunComparison {
  const summaries = runs.map(({ history }) => new Map(summarizeMetrics(history).map((row) => [row.tag, row])))
  const tags = new Set(summaries.flatMap((byTag) => [...byTag.keys()]))
  const metrics = [...tags].map((tag) => {
    const row = summaries.map((byTag) => byTag.get(tag))
    const better = agreedDirection(row)
    return { tag, better, runs: row, winner: better && runs[bestRun(row, better)]?.id }
  })
  return { metrics, config: compareConfigs(runs.map(({ config }) => config)) }
}

/** The options on which configurations differ, sorted by name; nested objects are spelled with dots. */
export function compareConfigs(configs: readonly Readonly<Record<string, unknown>>[]): ConfigRow[] {
  const flat = configs.map((config) => new Map(flatten(config)))
  const options = [...new Set(flat.flatMap((map) => [...map.keys()]))].sort()
  return options
    .map((option) => ({ option, values: flat.map((map) => map.get(option)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1)
}

function flatten(config: Readonly<Record<string, unknown>>, prefix = ''): [string, unknown][] {
  return Object.entries(config).flatMap(([key, value]) =>
    isRecord(value) ? flatten(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value] satisfies [string, unknown]],
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function agreedDirection(row: readonly (MetricSummary | undefined)[]): MetricDirection | undefined {
  const directions = new Set(row.flatMap((summary) => summary?.better ?? []))
  return directions.size === 1 ? [...directions][0] : undefined
}

function bestRun(row: readonly (MetricSummary | undefined)[], better: MetricDirection): number {
  let winner = -1
  let reached = Number.NaN
  for (const [i, summary] of row.entries()) {
    const value = summary?.best?.value
    if (value === undefined || !isBetter(value, reached, better)) continue
    winner = i
    reached = value
  }
  return winner
}
