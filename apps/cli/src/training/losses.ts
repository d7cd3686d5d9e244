import { BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, L1Loss, MSELoss, type Task, type Tensor } from 'metagrad'
import { usageError } from '../errors.ts'
import type { TrainConfig } from '../options/train-options.ts'

/** Name of a loss. */
export type LossName = Exclude<TrainConfig['loss'], 'auto'>

/** A loss, and the tasks it can be used for. */
interface LossKind {
  readonly tasks: readonly Task[]
  /** Whether it takes one logit per class rather than one number per row. */
  readonly perClass: boolean
  readonly make: () => { forward(output: Tensor, target: Tensor): Tensor }
}

const classification: readonly Task[] = ['binary', 'multiclass']
const regression: readonly Task[] = ['regression']

/** All losses; the first that fits a task is its default. */
export const losses: Readonly<Record<LossName, LossKind>> = {
  bce: { tasks: ['binary'], perClass: false, make: () => new BCEWithLogitsLoss() },
  'cross-entropy': { tasks: classification, perClass: true, make: () => new CrossEntropyLoss() },
  mse: { tasks: regression, perClass: false, make: () => new MSELoss() },
  l1: { tasks: regression, perClass: false, make: () => new L1Loss() },
  huber: { tasks: regression, perClass: false, make: () => new HuberLoss() },
}

/** The loss of a training. @throws CliError for one that the task cannot use */
export function chooseLoss(task: Task, wanted: TrainConfig['loss']): LossName {
  const fitting = (Object.keys(losses) as LossName[]).filter((name) => losses[name].tasks.includes(task))
  const chosen = wanted === 'auto' ? fitting[0] : fitting.find((name) => name === wanted)
  if (chosen !== undefined) return chosen
  throw usageError(`--loss ${wanted}: cannot be used for ${task}. Use ${fitting.join(' or ')}, or another --task.`)
}
