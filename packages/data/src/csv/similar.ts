import { quoted } from './printable.ts'

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min(row[j - 1]! + 1, last[j]! + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}

const folded = (name: string): string => name.normalize('NFKC').trim().toLowerCase().slice(0, 100)

/**
 * The names closest to a misspelt one, best first: those within a third of its length in edits, ignoring case.
 *
 * @example
 * ```ts
 * similarNames('specis', ['sepal_length', 'species']) // -> ['species']
 * ```
 */
export function similarNames(name: string, names: Iterable<string>, limit = 3): string[] {
  const wanted = folded(name)
  const most = Math.max(1, Math.floor(wanted.length / 3))
  return [...names]
    .map((candidate) => ({ candidate, distance: editDistance(wanted, folded(candidate)) }))
    .filter(({ distance }) => distance <= most)
    .sort((x, y) => x.distance - y.distance)
    .slice(0, limit)
    .map(({ candidate }) => candidate)
}

/** A sentence that suggests the closest names, or else lists what there is; ends with a full stop. */
export function didYouMean(name: string, names: readonly string[]): string {
  const similar = similarNames(name, names)
  if (similar.length > 0) return `Did you mean ${similar.map(quoted).join(' or ')}?`
  const shown = names.slice(0, 20).map(quoted)
  return `There ${names.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${names.length > 20 ? ` and ${names.length - 20} more` : ''}.`
}
