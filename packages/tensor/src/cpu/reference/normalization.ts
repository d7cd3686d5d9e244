import type { Kernel, View } from '../../device.ts'
import { listOf, store } from './loops.ts'

/** Of the elements at `places`: their mean, and the mean square of their distance from it. */
function moments(x: Float64Array, places: Float64Array): readonly [mean: number, variance: number] {
  const mean = places.reduce((total, at) => total + x[at]!, 0) / places.length
  return [mean, places.reduce((total, at) => total + (x[at]! - mean) ** 2, 0) / places.length]
}

/** How the elements of x fall into groups that are normalised together, and which parameter each of them meets. */
interface Grouping {
  readonly groups: readonly Float64Array[]
  readonly parameterOf: (at: number) => number
}

/** A group per row, a parameter per column. */
function byRow({ layout }: View, rows: number): Grouping {
  const size = rows === 0 ? 0 : layout.numel / rows
  return {
    groups: Array.from({ length: rows }, (_, row) => Float64Array.from({ length: size }, (_x, k) => row * size + k)),
    parameterOf: (at) => at % size,
  }
}

/** A group and a parameter per channel. */
function byChannel({ layout }: View): Grouping {
  const [batch, channels, ...rest] = layout.shape as [number, number, ...number[]]
  const length = rest.reduce((size, n) => size * n, 1)
  const place = (c: number, k: number): number => (Math.floor(k / length) * channels + c) * length + (k % length)
  return {
    groups: Array.from({ length: channels }, (_, c) =>
      Float64Array.from({ length: batch * length }, (_x, k) => place(c, k)),
    ),
    parameterOf: (at) => Math.floor(at / length) % channels,
  }
}

/** `(x - mean) rstd weight + bias` within each group; returns the mean and the variance of each. */
function normalize(
  out: View,
  { groups, parameterOf }: Grouping,
  [x, weight, bias]: readonly View[],
  eps: number,
): (readonly [mean: number, variance: number])[] {
  const [values, factors, shifts] = [listOf(x!), weight && listOf(weight), bias && listOf(bias)]
  const results = new Float64Array(values.length)
  const statistics = groups.map((places) => moments(values, places))
  groups.forEach((places, i) => {
    const [mean, variance] = statistics[i]!
    const rstd = 1 / Math.sqrt(variance + eps)
    for (const at of places) {
      const parameter = parameterOf(at)
      results[at] = (values[at]! - mean) * rstd * (factors?.[parameter] ?? 1) + (shifts?.[parameter] ?? 0)
    }
  })
  store(out, results)
  return statistics
}

/**
 * With h = (x - mean) rstd and d = g weight: dx = rstd (d - mean(d) - h mean(d h)) within each group, dweight the sum of g h
 * and dbias that of g over all that meet a parameter.
 */
function normalizeBackward(
  [dx, dWeight, dBias]: readonly View[],
  { groups, parameterOf }: Grouping,
  g: View,
  x: View,
  statistics: (group: number) => readonly [mean: number, rstd: number],
  weight: View | undefined,
): void {
  const [gradients, values, factors] = [listOf(g), listOf(x), weight && listOf(weight)]
  const results = new Float64Array(values.length)
  const [ofWeight, ofBias] = [dWeight, dBias].map((view) => new Float64Array(view?.layout.numel ?? 0))
  groups.forEach((places, i) => {
    const [mean, rstd] = statistics(i)
    const normal = places.map((at) => (values[at]! - mean) * rstd)
    const scaled = places.map((at) => gradients[at]! * (factors?.[parameterOf(at)] ?? 1))
    const meanOf = (term: (k: number) => number): number =>
      places.reduce((total, _, k) => total + term(k), 0) / places.length
    const [meanD, meanDH] = [meanOf((k) => scaled[k]!), meanOf((k) => scaled[k]! * normal[k]!)]
    places.forEach((at, k) => {
      const parameter = parameterOf(at)
      results[at] = rstd * (scaled[k]! - meanD - normal[k]! * meanDH)
      ofWeight![parameter]! += gradients[at]! * normal[k]!
      ofBias![parameter]! += gradients[at]!
    })
  })
  store(dx!, results)
  if (dWeight !== undefined) store(dWeight, ofWeight!)
  if (dBias !== undefined) store(dBias, ofBias!)
}

export const layerNorm: Kernel<'layerNorm'> = ([out, means, rstds], inputs, { eps }) => {
  const statistics = normalize(out!, byRow(inputs[0]!, means!.layout.numel), inputs, eps)
  store(
    means!,
    statistics.map(([mean]) => mean),
  )
  store(
    rstds!,
    statistics.map(([, variance]) => 1 / Math.sqrt(variance + eps)),
  )
}

export const layerNormBackward: Kernel<'layerNormBackward'> = (outputs, [g, x, mean, rstd, weight]) => {
  const [means, rstds] = [listOf(mean!), listOf(rstd!)]
  normalizeBackward(outputs, byRow(x!, means.length), g!, x!, (row) => [means[row]!, rstds[row]!], weight)
}

export const batchNorm: Kernel<'batchNorm'> = ([out, means, variances], inputs, { eps }) => {
  const statistics = normalize(out!, byChannel(inputs[0]!), inputs, eps)
  store(
    means!,
    statistics.map(([mean]) => mean),
  )
  store(
    variances!,
    statistics.map(([, variance]) => variance),
  )
}

export const batchNormBackward: Kernel<'batchNormBackward'> = (outputs, [g, x, mean, variance, weight], { eps }) => {
  const [means, variances] = [listOf(mean!), listOf(variance!)]
  const statistics = (c: number): readonly [number, number] => [means[c]!, 1 / Math.sqrt(variances[c]! + eps)]
  normalizeBackward(outputs, byChannel(x!), g!, x!, statistics, weight)
}
