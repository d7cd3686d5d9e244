import {
  applySchema,
  assignRoles,
  classCodes,
  columnNames,
  encodeTarget,
  findSharedRows,
  fitSchema,
  Generator,
  planTarget,
  printable,
  splitRows,
  type ProblemReport,
  type Problem,
  type Roles,
  type Schema,
  type Table,
  type TargetPlan,
} from 'metagrad'
import { readCsvFile } from 'metagrad/node'
import { usageError } from '../errors.ts'
import type { TrainConfig } from '../options/train-options.ts'
import { seedOf } from '../training/seeds.ts'
import { columnName, columnTypes } from './columns.ts'

const shownColumns = 20

/** Rows as the model takes them. */
export interface Rows {
  /** Row by row, `count * width` numbers. */
  readonly features: Float32Array | Float64Array
  /** Class positions, or scaled numbers. */
  readonly targets: Int32Array | Float64Array
  readonly count: number
  /** The row of the table that each comes from. */
  readonly tableRows: Uint32Array
}

/** Data that is ready to be learnt from. */
export interface PreparedData {
  readonly table: Table
  readonly roles: Roles
  readonly plan: TargetPlan
  readonly schema: Schema
  readonly featureNames: readonly string[]
  readonly train: Rows
  /** Absent where nothing is held out. */
  readonly validation?: Rows | undefined
  /** Warnings and notes, in the order in which they arose. */
  readonly problems: readonly Problem[]
}

/**
 * Reads a CSV file and turns it into numbers: roles of the columns, task, split, and a schema fitted on the training rows.
 *
 * @throws TableError for data that cannot be used, CliError for options that do not fit
 */
export async function prepareData(path: string, target: string, config: TrainConfig): Promise<PreparedData> {
  const table = await readTable(path, config)
  const problems: Problem[] = []
  const note = ({ problems: found }: ProblemReport): void => void problems.push(...found)
  note(table.report)

  const name = columnName(table, target)
  const named = (columns: readonly string[]): string[] => columns.map((column) => columnName(table, column))
  const roles = assignRoles(table, {
    target: name,
    ignore: named(config.ignore),
    ...(config.features === null ? {} : { features: named(config.features) }),
  })
  note(roles.report)
  const plan = planTarget(table, name, {
    dropMissingTarget: config.dropMissingTarget,
    ...(config.task === 'auto' ? {} : { task: config.task }),
  })
  note(plan.report)

  const generator = new Generator(seedOf('split', config.seed))
  const isClass = plan.task !== 'regression'
  const split = splitRows(plan.rows, {
    validation: config.val,
    random: () => generator.uniform53(),
    ...(isClass ? { classes: classCodes(plan, table, plan.rows), classNames: plan.classes } : {}),
  })
  note(split.report)
  note(findSharedRows(table, split, [...roles.features, name]).report)

  const { schema, report } = fitSchema(table, {
    features: roles.features,
    rows: split.train,
    target: plan,
    scaling: config.scale,
    targetScaling: config.scale === 'none' ? 'none' : 'zscore',
    missing: config.missing,
  })
  note(report)
  const rowsOf = (tableRows: Uint32Array): Rows => {
    const matrix =
      config.dtype === 'float64'
        ? applySchema(schema, table, { rows: tableRows, dtype: 'float64' })
        : applySchema(schema, table, { rows: tableRows })
    problems.push(...matrix.report.problems.filter(({ code }) => code === 'UNSEEN_CATEGORY'))
    const { data: features, rowCount: count, rows } = matrix
    return { features, count, tableRows: rows, targets: encodeTarget(schema, table, rows) }
  }
  const train = rowsOf(split.train)
  const validation = split.validation.length > 0 ? rowsOf(split.validation) : undefined
  const featureNames = applySchema(schema, table, { rows: [] }).featureNames
  return { table, roles, plan, schema, featureNames, train, validation, problems }
}

function readTable(path: string, config: TrainConfig): Promise<Table> {
  const { header, types, na, delimiter, decimal, encoding, escape, comment } = config
  const { skipLines, dedupe, normalizeLabels, nonFinite, repeatedHeader, onBadRow, maxBadRows } = config
  if (header === false && Number.isNaN(Number(config.target)) && !/^column_\d+$/.test(config.target ?? '')) {
    throw usageError(`--target: a file without a header has no column "${config.target}". Give its position, from 1.`)
  }
  return readCsvFile(path, {
    types: columnTypes(types),
    skipLines,
    dedupe,
    normalizeLabels,
    nonFinite,
    repeatedHeader,
    onBadRow,
    maxBadRows,
    ...(header === null ? {} : { header }),
    ...(na === null ? {} : { na }),
    ...(delimiter === null ? {} : { delimiter }),
    ...(decimal === null ? {} : { decimal }),
    ...(encoding === null ? {} : { encoding }),
    ...(escape === null ? {} : { escape }),
    ...(comment === null ? {} : { comment }),
  })
}

/** The error of a command that names no target: it lists the columns. @throws TableError for a file that cannot be read */
export async function missingTarget(path: string, config: TrainConfig): Promise<Error> {
  const names = columnNames(await readTable(path, { ...config, target: '1' }))
  const shown = names
    .slice(0, shownColumns)
    .map((name) => printable(name))
    .join(', ')
  const more = names.length > shownColumns ? `, and ${names.length - shownColumns} more` : ''
  return usageError(`train: there is no --target. Name the column to predict: ${shown}${more}.`)
}
