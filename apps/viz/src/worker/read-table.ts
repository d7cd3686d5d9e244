import type { Problem, Table } from '@metagrad/data'
import { cellText, classCodes, columnStatistics, formatProblem, planTarget, readCsv, TableError } from '@metagrad/data'
import type { ProblemView, TableView } from './protocol.ts'

/** A file as a table, or the problems that kept it from being one: those of the command line, code by code. */
export async function readTable(
  name: string,
  bytes: Uint8Array,
): Promise<{ readonly table: Table | undefined; readonly view: TableView }> {
  try {
    const table = await readCsv(bytes)
    const columns = table.columns.map((column) => {
      const { missing, distinct } = columnStatistics(column)
      return { name: column.name, kind: column.kind, missing, distinct }
    })
    const { delimiter, encoding = 'utf-8' } = table.dialect
    const dialect = `${delimiterNames[delimiter] ?? JSON.stringify(delimiter)}, ${encoding.toUpperCase()}`
    const problems = table.report.problems.map(problemView)
    return { table, view: { name, rows: table.rowCount, columns, dialect, problems, isReadable: true } }
  } catch (error) {
    if (!(error instanceof TableError)) throw error
    const problems = error.problems.map(problemView)
    return { table: undefined, view: { name, rows: 0, columns: [], dialect: '', problems, isReadable: false } }
  }
}

const delimiterNames: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' }

/** Without the name of an option that would help: the page has none. */
function problemView(problem: Problem): ProblemView {
  const { code, severity, line, column } = problem
  return { code, severity, line, column, text: formatProblem({ ...problem, setting: undefined }) }
}

/** What the target column is to be learned as: `planTarget`'s decision and each row's class or value. */
export function chooseTarget(
  table: Table,
  name: string,
): { readonly classes: readonly string[]; readonly explanation: string; readonly targets: ArrayLike<number> } {
  const plan = planTarget(table, name, { dropMissingTarget: true })
  const column = table.columns.find((each) => each.name === name)!
  const { classes, explanation } = plan
  if (classes.length === 0) return { classes, explanation, targets: column.kind === 'number' ? column.values : [] }
  const targets = new Float64Array(table.rowCount).fill(Number.NaN)
  const codes = classCodes(plan, table, plan.rows)
  plan.rows.forEach((row, i) => {
    if (cellText(column, row) !== undefined) targets[row] = codes[i]!
  })
  return { classes, explanation, targets }
}
