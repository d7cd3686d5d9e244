import type { Task } from 'metagrad'

/** Numbers of an evaluation by name: `loss`, `accuracy`, ... */
export type Metrics = Readonly<Record<string, number>>

/** How a metric is named, compared and printed. */
export interface MetricKind {
  readonly name: string
  readonly label: string
  readonly better: 'lower' | 'higher'
  readonly form: 'number' | 'percent'
}

const loss: MetricKind = { name: 'loss', label: 'Loss', better: 'lower', form: 'number' }
const classMetrics: readonly MetricKind[] = [
  loss,
  { name: 'accuracy', label: 'Accuracy', better: 'higher', form: 'percent' },
]

/** What is measured while training, the loss first. */
export const metricKinds: Readonly<Record<Task, readonly MetricKind[]>> = {
  binary: classMetrics,
  multiclass: classMetrics,
  regression: [
    loss,
    { name: 'mae', label: 'MAE', better: 'lower', form: 'number' },
    { name: 'rmse', label: 'RMSE', better: 'lower', form: 'number' },
    { name: 'r2', label: 'R2', better: 'higher', form: 'number' },
  ],
}

/** What is measured at the end besides. */
export const finalMetricKinds: readonly MetricKind[] = [
  { name: 'f1', label: 'F1', better: 'higher', form: 'number' },
  { name: 'rocAuc', label: 'ROC AUC', better: 'higher', form: 'number' },
]

/** Adds up what batches of rows give, until the metrics of all of them are taken. */
export interface Scorer {
  /** @param outputs of the model, row by row */
  add(outputs: ArrayLike<number>, targets: ArrayLike<number>): void
  metrics(): Metrics
}

/**
 * The class that each row of outputs speaks for: the greatest of several logits (the first of equals), or the sign of a
 * single one.
 */
export function predictedClasses(outputs: ArrayLike<number>, width: number): Int32Array {
  return Int32Array.from({ length: outputs.length / width }, (_, row) => {
    if (width === 1) return outputs[row]! > 0 ? 1 : 0
    let best = 0
    for (let k = 1; k < width; k++) if (outputs[row * width + k]! > outputs[row * width + best]!) best = k
    return best
  })
}

/** Counts right answers. `width` is the number of logits per row. */
export function classScorer(width: number): Scorer {
  let right = 0
  let count = 0
  return {
    add(outputs, targets) {
      const predicted = predictedClasses(outputs, width)
      for (let row = 0; row < targets.length; row++) if (predicted[row] === targets[row]) right++
      count += targets.length
    },
    metrics: () => ({ accuracy: right / count }),
  }
}

/** Adds up errors of scaled numbers; `scale` takes them back to the units of the target. */
export function numberScorer(scale: number): Scorer {
  let count = 0
  let absolute = 0
  let square = 0
  // Welford's way: the targets' own spread, in one pass and without cancellation.
  let mean = 0
  let spread = 0
  return {
    add(outputs, targets) {
      for (let row = 0; row < targets.length; row++) {
        const target = targets[row]!
        const error = outputs[row]! - target
        absolute += Math.abs(error)
        square += error * error
        count++
        const distance = target - mean
        mean += distance / count
        spread += distance * (target - mean)
      }
    },
    metrics: () => ({
      mae: (absolute / count) * Math.abs(scale),
      rmse: Math.sqrt(square / count) * Math.abs(scale),
      r2: spread > 0 ? 1 - square / spread : NaN,
    }),
  }
}

/** `confusion[actual][predicted]`, counts. */
export function confusionMatrix(
  predicted: ArrayLike<number>,
  actual: ArrayLike<number>,
  classCount: number,
): number[][] {
  const counts = Array.from({ length: classCount }, () => Array.from({ length: classCount }, () => 0))
  for (let row = 0; row < actual.length; row++) counts[actual[row]!]![predicted[row]!]! += 1
  return counts
}

/** Mean over the classes of `2 tp / (2 tp + fp + fn)`; a class that is neither there nor predicted counts 0. */
export function macroF1(confusion: readonly (readonly number[])[]): number {
  const scores = confusion.map((row, k) => {
    const actual = row.reduce((sum, count) => sum + count, 0)
    const predicted = confusion.reduce((sum, each) => sum + each[k]!, 0)
    return actual + predicted === 0 ? 0 : (2 * row[k]!) / (actual + predicted)
  })
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

/**
 * The chance that a row of class 1 has a higher score than one of class 0, ties counting half; NaN without both classes.
 *
 * `(sum of the ranks of class 1 - n1 (n1 + 1) / 2) / (n0 n1)`
 */
export function rocAuc(scores: ArrayLike<number>, actual: ArrayLike<number>): number {
  const order = Array.from({ length: actual.length }, (_, row) => row).sort((a, b) => scores[a]! - scores[b]!)
  let rankSum = 0
  let positives = 0
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++
    // Equal scores share the mean of their ranks, which count from 1.
    const rank = (start + 1 + end) / 2
    for (let i = start; i < end; i++) {
      if (actual[order[i]!] !== 1) continue
      rankSum += rank
      positives++
    }
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives))
}

/** What always saying the same would reach: the most frequent class, or the mean, of the training rows. */
export function baselineMetrics(
  task: Task,
  trainTargets: ArrayLike<number>,
  targets: ArrayLike<number>,
  scale: number,
): Metrics {
  if (task === 'regression') {
    const mean = Array.from(trainTargets).reduce((sum, value) => sum + value, 0) / trainTargets.length
    const scorer = numberScorer(scale)
    scorer.add(new Float64Array(targets.length).fill(mean), targets)
    return scorer.metrics()
  }
  const counts = new Map<number, number>()
  for (const target of Array.from(trainTargets)) counts.set(target, (counts.get(target) ?? 0) + 1)
  const [[usual] = []] = [...counts].sort(([, a], [, b]) => b - a)
  const right = Array.from(targets).filter((target) => target === usual).length
  return { accuracy: right / targets.length }
}
