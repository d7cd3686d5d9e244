import { columnNames, columnTypeNames, printable, similarNames, type ColumnTypeName, type Table } from 'metagrad'
import { usageError } from '../errors.ts'

/**
 * The name of a column that was given by name or by position from 1. A name wins over a position; what is neither is
 * returned as it is, for the caller to refuse with the names that there are.
 */
export function columnName(table: Pick<Table, 'columns'>, given: string): string {
  const names = columnNames(table)
  if (names.includes(given) || !/^\d+$/.test(given)) return given
  return names[Number(given) - 1] ?? given
}

const isTypeName = (text: string): text is ColumnTypeName => columnTypeNames.some((name) => name === text)

/** The types that `--types zip=category,...` asks for. @throws CliError for an entry without a known type */
export function columnTypes(entries: readonly string[]): Record<string, ColumnTypeName> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.lastIndexOf('=')
      const type = entry.slice(at + 1)
      if (at > 0 && isTypeName(type)) return [entry.slice(0, at), type]
      const [similar] = similarNames(type, columnTypeNames)
      const advice = similar === undefined ? `Types are ${columnTypeNames.join(', ')}.` : `Did you mean ${similar}?`
      throw usageError(`--types: expected column=type, got "${printable(entry)}". ${advice}`)
    }),
  )
}
