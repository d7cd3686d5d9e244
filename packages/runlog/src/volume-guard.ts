/** Points per tag that are all kept before thinning starts. */
export const defaultPointsPerTag = 5000

/**
 * Thins what is logged too often. The first `limit` values of a tag are all kept; then every second value until
 * `2 limit` were seen, every fourth until `4 limit`, and so on: a million values leave about `4.8 limit` points
 * at the default, evenly spread within each doubling.
 *
 * @example
 * const guard = new VolumeGuard(4)
 * ;[0, 1, 2, 3, 4, 5, 6, 7, 8].filter(() => guard.keep('train/loss')) // -> [0, 1, 2, 3, 4, 6, 8]
 */
export class VolumeGuard {
  readonly limit: number
  readonly #tags = new Map<string, { seen: number; interval: number }>()

  /** `limit` is a positive even integer. */
  constructor(limit: number = defaultPointsPerTag) {
    this.limit = limit
  }

  /** Whether `tag` was seen before. */
  has(tag: string): boolean {
    return this.#tags.has(tag)
  }

  /** Counts a value of `tag` and says whether to keep it. */
  keep(tag: string): boolean {
    const state = this.#tags.get(tag) ?? { seen: 0, interval: 1 }
    this.#tags.set(tag, state)
    const kept = state.seen % state.interval === 0
    state.seen += 1
    if (state.seen >= this.limit * state.interval) state.interval *= 2
    return kept
  }

  /** Continues where an earlier attempt that kept `points` values of `tag` left off. */
  restore(tag: string, points: number): void {
    const half = this.limit / 2
    const doublings = Math.max(0, Math.floor((points - this.limit) / half) + 1)
    const interval = 2 ** doublings
    const seen = doublings === 0 ? points : (this.limit + ((points - this.limit) % half) * 2) * (interval / 2)
    this.#tags.set(tag, { seen, interval })
  }
}
