import { missingBoolean, type BooleanColumn } from '../../table/table.ts'
import { booleanPair, parseBoolean } from '../boolean.ts'
import type { ColumnTypeName } from '../options.ts'
import { quoted } from '../printable.ts'
import type { UntypedColumn } from './untyped-column.ts'

/** A column of yes and no, named as they are spelt most often. */
export function booleanColumn(column: UntypedColumn, asked?: ColumnTypeName): BooleanColumn {
  const { name, cells } = column
  const values = new Uint8Array(cells.length)
  const spellings: [Map<string, number>, Map<string, number>] = [new Map(), new Map()]
  let missingCount = 0
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row]!
    const isMissing = column.isMissing(row)
    const value = isMissing ? undefined : parseBoolean(cell)
    values[row] = value ?? missingBoolean
    if (value === undefined) {
      missingCount++
      if (!isMissing) {
        column.bad(row, {
          code: 'TYPE',
          message: `${quoted(cell)} says neither yes nor no.`,
          advice: 'Write true or false.',
        })
      }
      continue
    }
    const text = cell.trim()
    spellings[value].set(text, (spellings[value].get(text) ?? 0) + 1)
  }
  const ranked = spellings.map((counts) => [...counts].sort((a, b) => b[1] - a[1]).map(([text]) => text))
  const [no = [], yes = []] = ranked
  const pairs = new Set([...no, ...yes].map(booleanPair))
  if (pairs.size > 1) {
    column.note({
      code: 'BOOLEAN_MIXED',
      severity: 'warning',
      message: `yes and no are spelt in several ways (${[...no, ...yes].slice(0, 6).map(quoted).join(', ')}): all are read as one.`,
    })
  }
  return { kind: 'boolean', name, values, labels: [no[0] ?? 'false', yes[0] ?? 'true'], missingCount, asked }
}
