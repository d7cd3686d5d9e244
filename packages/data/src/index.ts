export { readCsv, readCsvBatches, parseCsv, type CsvInput } from './csv/read-csv.ts'
export { columnTypeNames, missingWords, type ColumnTypeName, type CsvOptions } from './csv/options.ts'
export type { Dialect } from './csv/dialect.ts'
export {
  formatProblem,
  problemCodes,
  TableError,
  type Problem,
  type ProblemCode,
  type ProblemReport,
  type Setting,
  type Severity,
} from './csv/problem.ts'
export { printable } from './csv/printable.ts'
export { similarNames } from './csv/similar.ts'
export {
  cellText,
  columnNames,
  columnOf,
  isMissing,
  missingBoolean,
  tableFrom,
  type BooleanColumn,
  type Column,
  type NumberColumn,
  type Table,
  type TextColumn,
  type Value,
} from './table/table.ts'
export { formatCsvRecord, type CsvWriteOptions } from './csv/write-csv.ts'
