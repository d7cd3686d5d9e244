/** Pairs of words for false and true, in lower case. */
const pairs: readonly (readonly [string, string])[] = [
  ['false', 'true'],
  ['no', 'yes'],
  ['n', 'y'],
  ['f', 't'],
  ['off', 'on'],
]

const words: ReadonlyMap<string, 0 | 1> = new Map(
  pairs.flatMap(([no, yes]): [string, 0 | 1][] => [
    [no, 0],
    [yes, 1],
  ]),
)

/** 0 or 1 for a word that says no or yes, in any case; undefined for others, digits included. */
export function booleanWord(cell: string): 0 | 1 | undefined {
  return cell.length > 12 ? undefined : words.get(cell.trim().toLowerCase())
}

/** 0 or 1 for a word that says no or yes, and for the digits 0 and 1. */
export function parseBoolean(cell: string): 0 | 1 | undefined {
  const text = cell.trim()
  if (text === '0' || text === '1') return text === '1' ? 1 : 0
  return booleanWord(text)
}

/** Which pair of words a spelling belongs to: -1 for digits. */
export function booleanPair(cell: string): number {
  const text = cell.trim().toLowerCase()
  return pairs.findIndex((pair) => pair.includes(text))
}
