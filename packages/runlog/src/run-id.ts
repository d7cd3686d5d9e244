/** A run's folder name: `yyyymmdd-hhmmss-slug`, with `-2`, `-3`, ... when that name is taken. */
export const runIdPattern: RegExp = /^\d{8}-\d{6}-[a-z0-9]+(?:-[a-z0-9]+)*$/

const maxSlugLength = 40

/**
 * Lower-case ASCII words joined by hyphens, at most 40 characters; `run` when nothing is left.
 *
 * @example
 * slugify('Données de Zoé.csv') // -> 'donnees-de-zoe-csv'
 */
export function slugify(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g)
  const slug = (words ?? []).join('-').slice(0, maxSlugLength).replace(/-$/, '')
  return slug === '' ? 'run' : slug
}

/**
 * The folder name of a run that starts at `time`, in local time as a directory listing shows it.
 * `occurrence` 2 and up gives the name to try when the earlier ones are taken.
 *
 * @example
 * runId(new Date(2026, 0, 31, 9, 5, 7), 'iris') // -> '20260131-090507-iris'
 */
export function runId(time: Date, name: string, occurrence = 1): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${String(time.getFullYear()).padStart(4, '0')}${two(time.getMonth() + 1)}${two(time.getDate())}`
  const clock = `${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`
  return `${day}-${clock}-${slugify(name)}${occurrence === 1 ? '' : `-${occurrence}`}`
}
