export {
  Optimizer,
  type GroupOptions,
  type LearningRate,
  type OptimizerDefinition,
  type OptimizerParams,
  type OptimizerStateDict,
  type ParamGroup,
  type ParamState,
} from './optimizer.ts'
export type { Check, OptionTable } from './options.ts'
export { FirstOrderOptimizer, type FirstOrderOptions, type FirstOrderSettings } from './first-order.ts'
// In rising complexity.
export { SGD, type SGDOptions, type SGDSettings } from './sgd.ts'
export { Adagrad, type AdagradOptions, type AdagradSettings } from './adagrad.ts'
export { Adadelta, type AdadeltaOptions, type AdadeltaSettings } from './adadelta.ts'
export { RMSprop, type RMSpropOptions, type RMSpropSettings } from './rmsprop.ts'
export type { MomentSettings } from './moments.ts'
export { Adam, type AdamOptions, type AdamSettings } from './adam.ts'
export { AdamW } from './adamw.ts'
export { Adamax, type AdamaxOptions, type AdamaxSettings } from './adamax.ts'
export { NAdam, type NAdamOptions, type NAdamSettings } from './nadam.ts'
export { RAdam, type RAdamOptions, type RAdamSettings } from './radam.ts'
export { LBFGS, type LBFGSOptions, type LBFGSSettings } from './lbfgs.ts'
export { clipGradNorm_, clipGradValue_, type ClipGradNormOptions } from './clip-grad.ts'
export {
  AveragedParameters,
  equalAverage,
  exponentialAverage,
  type Averaging,
  type AveragedParametersStateDict,
} from './averaged-parameters.ts'
export {
  Scheduler,
  type PerGroup,
  type Scheduled,
  type ScheduledGroup,
  type SchedulerStateDict,
} from './schedulers/scheduler.ts'
export { FactorScheduler, type Factor } from './schedulers/factor-scheduler.ts'
export {
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiStepLR,
  PolynomialLR,
  StepLR,
  warmUp,
  type ConstantLRSettings,
  type CosineAnnealingLRSettings,
  type CosineAnnealingWarmRestartsSettings,
  type ExponentialLRSettings,
  type LinearLRSettings,
  type MultiStepLRSettings,
  type PolynomialLRSettings,
  type StepLRSettings,
} from './schedulers/factors.ts'
export { NoamLR, type NoamLRSettings } from './schedulers/noam-lr.ts'
export { CyclicLR, OneCycleLR, type CyclicLRSettings, type OneCycleLRSettings } from './schedulers/cycles.ts'
export { ReduceLROnPlateau, type ReduceLROnPlateauSettings } from './schedulers/reduce-lr-on-plateau.ts'
export { ChainedScheduler, SequentialLR, type SequentialLROptions } from './schedulers/combined.ts'
