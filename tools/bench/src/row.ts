import { keepingName, limitName } from './peer.ts'
import type { Share } from './profile.ts'

/** What was measured of one workload. */
export interface Row {
  readonly workload: string
  /** Microseconds per call: median, and the middle half of the rounds. */
  readonly microseconds: number
  readonly spread: readonly [number, number]
  readonly accept: number
  readonly goal: number
  /** PyTorch's time over ours, round by round: the median. Missing without PyTorch. */
  readonly ratio?: number
  /** Microseconds per call of the others: medians. */
  readonly peers: { readonly [name: string]: number }
  /** Of what misses: where its time goes. */
  readonly shares?: readonly Share[]
}

/** A row, and whom it stands beside. */
export interface Measured {
  readonly row: Row
  readonly peers: readonly { readonly name: string; readonly version: string }[]
}

const noRival: ReadonlySet<string> = new Set(['PyTorch', keepingName, limitName])

/** The peers in JavaScript that are quicker. */
export const slowerThan = ({ microseconds, peers }: Row): string[] =>
  Object.keys(peers).filter((name) => !noRival.has(name) && peers[name]! < microseconds)

/** Whether less was reached than is asked for at least. */
export const misses = (row: Row): boolean =>
  (row.ratio !== undefined && row.ratio < row.accept) || slowerThan(row).length > 0
