import type { Tensor } from '@metagrad/tensor'

/** The objective at `t` steps along a direction: its value, its slope along the direction, its gradient. */
export interface Point {
  readonly t: number
  readonly value: number
  readonly slope: number
  readonly gradient: Tensor
}

export interface LineSearch {
  readonly evaluate: (t: number) => Point
  /** The point at t = 0, with a negative slope. */
  readonly start: Point
  /** First t to try. */
  readonly t: number
  /** Largest element of the direction, for `tolerance`. */
  readonly reach: number
  /** The search ends when no parameter can move by more. */
  readonly tolerance: number
}

/** How much of the slope's promise a step must keep. */
const DECREASE = 1e-4
/** How much of the slope may be left. */
const CURVATURE = 0.9
const MOST_STEPS = 25

/**
 * A point where the objective has fallen enough and its slope is flat enough (the strong Wolfe conditions):
 * `value(t) <= value(0) + 1e-4 t slope(0)` and `|slope(t)| <= 0.9 |slope(0)|`; the best point seen after 25 steps.
 *
 * @see J. Nocedal, S. Wright, "Numerical optimization", algorithms 3.5 and 3.6; M. Schmidt, minFunc, whose safeguards
 * PyTorch takes over too
 */
export function strongWolfe({ evaluate, start, t, reach, tolerance }: LineSearch): Point {
  const isTooHigh = (point: Point): boolean => point.value > start.value + DECREASE * point.t * start.slope
  const isFlat = (point: Point): boolean => Math.abs(point.slope) <= -CURVATURE * start.slope

  // Go on until an interval must hold such a point.
  let steps = 0
  let previous = start
  let point = evaluate(t)
  while (!(isTooHigh(point) || (steps > 1 && point.value >= previous.value))) {
    if (isFlat(point)) return point
    if (point.slope >= 0) break
    const next = cubicMinimum(previous, point, point.t + 0.01 * (point.t - previous.t), point.t * 10)
    previous = point
    point = evaluate(next)
    if (++steps === MOST_STEPS) return start.value <= point.value ? start : point
  }

  // Shrink the interval.
  const ends: [Point, Point] = [previous, point]
  let low: 0 | 1 = ends[0].value <= ends[1].value ? 0 : 1
  let wasNearEnd = false
  for (; steps < MOST_STEPS && Math.abs(ends[1].t - ends[0].t) * reach >= tolerance; steps++) {
    const [left, right] = ends[0].t < ends[1].t ? [ends[0].t, ends[1].t] : [ends[1].t, ends[0].t]
    let next = cubicMinimum(ends[0], ends[1], left, right)
    const margin = 0.1 * (right - left)
    const isNearEnd = Math.min(right - next, next - left) < margin
    const isStuck: boolean = isNearEnd && (wasNearEnd || next >= right || next <= left)
    if (isStuck) next = Math.abs(next - right) < Math.abs(next - left) ? right - margin : left + margin
    wasNearEnd = isNearEnd && !isStuck

    point = evaluate(next)
    if (isTooHigh(point) || point.value >= ends[low].value) {
      ends[1 - low] = point
      low = ends[0].value <= ends[1].value ? 0 : 1
      continue
    }
    if (isFlat(point)) return point
    if (point.slope * (ends[1 - low]!.t - ends[low].t) >= 0) ends[1 - low] = ends[low]
    ends[low] = point
  }
  return ends[low]
}

/** Where the cubic through two points with slopes is lowest, within bounds; their middle if it has no minimum. */
function cubicMinimum(a: Point, b: Point, lowest: number, highest: number): number {
  const [near, far] = a.t <= b.t ? [a, b] : [b, a]
  const bend = near.slope + far.slope - (3 * (near.value - far.value)) / (near.t - far.t)
  const square = bend * bend - near.slope * far.slope
  if (!(square >= 0)) return (lowest + highest) / 2
  const root = Math.sqrt(square)
  const minimum = far.t - (far.t - near.t) * ((far.slope + root - bend) / (far.slope - near.slope + 2 * root))
  return Math.min(Math.max(minimum, lowest), highest)
}
