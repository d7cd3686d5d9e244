import type { ElementCall } from './elements.ts'
import { product, rowLength } from './elements.ts'

/** Elements of a strip: 4 KB each of a few operands fit into the nearest cache of any machine. */
const stripLength = 1024
/** What the kernel of sums adds up in float32, before it goes on in float64. */
const sumBlock = 512

/** How a loop goes through its dims. */
export interface Course {
  /** How many dims are loops around the strips. */
  readonly outer: number
  /** Elements of the dims within. */
  readonly region: number
  /** Elements of a strip: whole rows, or a part of one. */
  readonly strip: number
}

/** How many elements of a loop are worked on at a time: all at once, if no kernel is called that wants a strip in the cache. */
export function courseOf(sizes: readonly number[], calls: readonly ElementCall[]): Course {
  const isWhole = calls.every(({ row }) => row.code !== undefined)
  const inner = sizes.at(-1)!
  const hasRows = sizes.length > 1 && (isWhole || inner <= stripLength)
  const outer = Math.max(0, sizes.length - (hasRows ? 2 : 1))
  const region = product(sizes.slice(outer))
  const longest = hasRows ? Math.floor(stripLength / inner) * inner : stripLength
  return { outer, region, strip: isWhole ? region : Math.min(region, longest) }
}

/** Whether each strip is of whole rows of a reduction: its kernel then is called for them. */
export const hasWholeRows = (call: ElementCall, { strip }: Course): boolean => strip % rowLength(call) === 0
/** Whether a sum goes on from strip to strip with the blocks that its kernel makes of a whole row. */
export const goesOnWithRow = (call: ElementCall, { region, strip }: Course): boolean =>
  call.name === 'sumF32' && region === rowLength(call) && strip % sumBlock === 0
