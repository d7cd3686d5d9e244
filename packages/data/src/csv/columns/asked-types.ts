import { checkType } from '../check-options.ts'
import type { ColumnTypeName, CsvOptions } from '../options.ts'
import { quoted } from '../printable.ts'
import type { ProblemLog } from '../problem.ts'
import { didYouMean } from '../similar.ts'

/** The types that the options ask for, by column. */
export type AskedTypes = ReadonlyMap<string, ColumnTypeName>

/** @throws {TableError} for columns that are not there, ArgumentError for types that do not exist */
export function askedTypes(op: string, log: ProblemLog, { types }: CsvOptions, names: readonly string[]): AskedTypes {
  const asked = new Map<string, ColumnTypeName>()
  if (typeof types === 'function') {
    for (const name of names) {
      const type = types(name)
      if (type === undefined) continue
      checkType(op, name, type)
      asked.set(name, type)
    }
    return asked
  }
  const known = new Set(names)
  for (const [name, type] of Object.entries(types ?? {})) {
    if (known.has(name)) asked.set(name, type)
    else {
      log.add({
        code: 'COLUMN_MISSING',
        severity: 'error',
        message: `types names ${quoted(name)}, but there is no such column.`,
        advice: didYouMean(name, names),
      })
    }
  }
  log.throwErrors(op)
  return asked
}
