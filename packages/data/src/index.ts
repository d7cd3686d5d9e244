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
export {
  columnStatistics,
  allRows,
  type BooleanStatistics,
  type ColumnStatistics,
  type NumberStatistics,
  type Rows,
  type TextStatistics,
} from './table/statistics.ts'
export { assignRoles, type IgnoreReason, type RoleOptions, type Roles } from './table/roles.ts'
export { classCodes, planTarget, type TargetOptions, type TargetPlan, type Task } from './table/target.ts'
export { checkTrainClasses, findSharedRows, splitRows, type Split, type SplitOptions } from './table/split.ts'
export { fitSchema, type FitOptions, type MissingStrategy, type Scaling } from './table/fit-schema.ts'
export { applySchema, decodeTarget, encodeTarget, type ApplyOptions, type FeatureMatrix } from './table/apply-schema.ts'
export {
  featureNames,
  parseSchema,
  readingOptions,
  type BooleanFeature,
  type CategoryFeature,
  type ClassTarget,
  type FeatureSchema,
  type MissingAction,
  type NumberFeature,
  type NumberTarget,
  type Schema,
  type TargetSchema,
} from './table/schema.ts'
export {
  ConcatDataset,
  randomSplit,
  Subset,
  TensorDataset,
  type Dataset,
  type IterableDataset,
  type MapDataset,
  type RandomSplitOptions,
} from './loader/dataset.ts'
export {
  BatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type GeneratorOption,
  type RandomSamplerOptions,
  type Sampler,
  type WeightedRandomSamplerOptions,
} from './loader/sampler.ts'
export { defaultCollate, type Collated } from './loader/collate.ts'
export { DataLoader, type DataLoaderOptions } from './loader/data-loader.ts'
export { padSequence, type PadSequenceOptions } from './loader/pad-sequence.ts'
