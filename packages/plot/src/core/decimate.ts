/**
 * The positions that a line needs to look the same on a screen: of each run of neighbours in one pixel column the first,
 * the lowest, the highest and the last; of each run of values that cannot be drawn, one.
 *
 * @param column pixel column of position i; must not decrease for the reduction to be worth it.
 */
export function decimate(values: ArrayLike<number>, column: (i: number) => number): number[] {
  const kept: number[] = []
  const keep = (i: number): void => {
    if (kept.at(-1) !== i) kept.push(i)
  }
  // What may not be drawn counts as a column of its own.
  const place = (i: number): number => (Number.isFinite(values[i]!) ? column(i) : Number.NaN)
  let start = 0
  while (start < values.length) {
    const pixel = place(start)
    let end = start
    let low = start
    let high = start
    while (end + 1 < values.length && Object.is(place(end + 1), pixel)) {
      end += 1
      if (values[end]! < values[low]!) low = end
      if (values[end]! > values[high]!) high = end
    }
    if (Number.isNaN(pixel)) keep(start)
    else for (const i of [start, Math.min(low, high), Math.max(low, high), end]) keep(i)
    start = end + 1
  }
  return kept
}
