/**
 * The positions that a line needs to look the same on a screen: of each run of neighbours in one pixel column the first,
 * the lowest, the highest and the last. A value that cannot be drawn is kept where it opens or closes a column, which is
 * where the gap can be seen.
 *
 * @param column pixel column of position i; must not decrease for the reduction to be worth it.
 * @example
 * decimate([3, 1, 2, 5, 4], (i) => Math.floor(i / 4)) // -> [0, 1, 3, 4]
 */
export function decimate(values: ArrayLike<number>, column: (i: number) => number): number[] {
  const kept: number[] = []
  let start = 0
  let pixel = values.length > 0 ? column(0) : 0
  while (start < values.length) {
    const current = pixel
    let end = start
    let low = -1
    let high = -1
    for (let i = start; i < values.length; i++) {
      if (i > start) pixel = column(i)
      if (pixel !== current) break
      end = i
      if (!Number.isFinite(values[i]!)) continue
      if (low < 0 || values[i]! < values[low]!) low = i
      if (high < 0 || values[i]! > values[high]!) high = i
    }
    for (const i of [start, Math.min(low, high), Math.max(low, high), end]) if (i > (kept.at(-1) ?? -1)) kept.push(i)
    start = end + 1
  }
  return kept
}
