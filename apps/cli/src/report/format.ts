import type { EpochReport } from '../training/fit.ts'
import type { MetricKind, Metrics } from '../training/metrics.ts'

/** A number as logs show it: four decimals, or four digits where they would all be zero or too many. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  return value === 0 || (size >= 0.001 && size < 1e6) ? value.toFixed(4) : value.toExponential(3)
}

/** A value of a metric: `0.5823`, `60.6061%`. */
export function formatMetric({ form }: Pick<MetricKind, 'form'>, value: number): string {
  return form === 'percent' ? `${(100 * value).toFixed(4)}%` : formatNumber(value)
}

/** Seconds as `00:04`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?'
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  return `${hours > 0 ? `${hours}:` : ''}${two((whole % 3600) / 60)}:${two(whole % 60)}`
}

/** Three digits or more: `0.52`, `78.1`, `12,345`. */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return '?'
  if (perSecond >= 1000) return Math.round(perSecond).toLocaleString('en-US')
  return perSecond.toFixed(perSecond >= 100 ? 0 : perSecond >= 10 ? 1 : 2)
}

/** `3 rows`, `1 row`. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}

function metricsText(name: string, kinds: readonly MetricKind[], metrics: Metrics): string {
  return `${name} - ${kinds.map((kind) => `${kind.label}: ${formatMetric(kind, metrics[kind.name] ?? NaN)}.`).join(' ')}`
}

/** A line of the log: `Epoch 20. Train - Loss: 0.5823. Accuracy: 60.6061%.` */
export function epochLine({ epoch, train, validation }: EpochReport, kinds: readonly MetricKind[]): string {
  const parts = [`Epoch ${epoch}.`, metricsText('Train', kinds, train)]
  if (validation !== undefined) parts.push(metricsText('Val', kinds, validation))
  return parts.join(' ')
}
