/**
 * Exponential moving average without the pull towards zero at the start:
 * `m_t = weight m_{t-1} + (1 - weight) x_t`, shown as `m_t / (1 - weight^t)`.
 * Values that are not finite stay as they are and do not enter the average.
 *
 * @param weight share of the past, 0 (no smoothing) up to but not including 1.
 * @example
 * debiasedAverage([1, 3], 0.5) // Float64Array [1, 2.333…]
 */
export function debiasedAverage(values: ArrayLike<number>, weight: number): Float64Array {
  const smooth = new Float64Array(values.length)
  let average = 0
  let past = 1
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) {
      smooth[i] = value
      continue
    }
    average = weight * average + (1 - weight) * value
    past *= weight
    smooth[i] = average / (1 - past)
  }
  return smooth
}
