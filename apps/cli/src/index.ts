/** The trainer of `metagrad train`, for programs: CSV file in, run directory out. */
export { train, type SplitSummary, type TrainOptions, type TrainSummary } from './train.ts'
export { trainConfig, type TrainConfig } from './options/train-options.ts'
export type { ReadingConfig } from './options/reading-options.ts'
export { silentReporter, type MessageLevel, type Reporter, type TrainingTotals } from './report/reporter.ts'
export { fit, evaluate } from './training/fit.ts'
export type {
  Best,
  EpochReport,
  Evaluation,
  FitResult,
  Position,
  Progress,
  TrainingJob,
  TrainingObserver,
  TrainingOptimizer,
} from './training/fit.ts'
export { CliError } from './errors.ts'
export { exitCodes, type ExitCode } from './exit-codes.ts'
