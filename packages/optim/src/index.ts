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
