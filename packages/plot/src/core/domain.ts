/** Beyond this a difference of two numbers may overflow; larger ones are drawn at the edge. */
export const largest = 1e300

/** Smaller spans are rounding noise, not data. */
const tiny = 1e-290

/** Keeps a finite number inside the drawable range. */
export const clamp = (value: number): number => Math.min(largest, Math.max(-largest, value))

/** The lowest and highest of the numbers that `keep` admits, or undefined when there are none. */
export function extentOf(
  lists: Iterable<ArrayLike<number>>,
  keep: (value: number) => boolean = Number.isFinite,
): [number, number] | undefined {
  let low = Infinity
  let high = -Infinity
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!
      if (!keep(value)) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  return low <= high ? [clamp(low), clamp(high)] : undefined
}

/** A domain that can be drawn: no data gives [0, 1], a constant gets room on both sides, `padding` is a share of the span. */
export function drawable(extent: readonly [number, number] | undefined, padding = 0): [number, number] {
  if (extent === undefined) return [0, 1]
  const [low, high] = extent
  const size = Math.max(Math.abs(low), Math.abs(high))
  if (high - low <= Math.max(tiny, size * 1e-12)) {
    const room = size > tiny ? size * 0.1 : 1
    return [clamp(low - room), clamp(high + room)]
  }
  const room = (high - low) * padding
  return [clamp(low - room), clamp(high + room)]
}
