import { Adam, AdamW, RMSprop, SGD, type Tensor } from 'metagrad'
import { usageError } from '../errors.ts'
import type { TrainConfig } from '../options/train-options.ts'

/** What is asked of every optimizer. */
interface Settings {
  readonly lr: number
  readonly weightDecay: number
  readonly momentum: number
}

/** An optimizer and its defaults; `momentum` is undefined where it has none. */
interface OptimizerKind {
  readonly lr: number
  readonly momentum: number | undefined
  readonly make: (params: readonly Tensor[], settings: Settings) => SGD | Adam | AdamW | RMSprop
}

const makeSGD: OptimizerKind['make'] = (params, settings) => new SGD(params, settings)

/** All optimizers by the name that `--optimizer` takes. */
export const optimizers: Readonly<Record<TrainConfig['optimizer'], OptimizerKind>> = {
  sgd: { lr: 0.1, momentum: 0, make: makeSGD },
  momentum: { lr: 0.02, momentum: 0.9, make: makeSGD },
  adam: {
    lr: 0.003,
    momentum: undefined,
    make: (params, { lr, weightDecay }) => new Adam(params, { lr, weightDecay }),
  },
  adamw: {
    lr: 0.003,
    momentum: undefined,
    make: (params, { lr, weightDecay }) => new AdamW(params, { lr, weightDecay }),
  },
  rmsprop: { lr: 0.001, momentum: 0, make: (params, settings) => new RMSprop(params, settings) },
}

/** The optimizer of a training, and the settings it has. @throws CliError for a momentum that it cannot use */
export function createOptimizer(
  params: readonly Tensor[],
  { optimizer: name, lr, momentum, weightDecay }: TrainConfig,
): SGD | Adam | AdamW | RMSprop {
  const kind = optimizers[name]
  if (momentum !== 'auto' && kind.momentum === undefined) {
    throw usageError(`--momentum: ${name} has none. Use it with sgd, momentum or rmsprop.`)
  }
  return kind.make(params, {
    lr: lr === 'auto' ? kind.lr : lr,
    weightDecay,
    momentum: momentum === 'auto' ? (kind.momentum ?? 0) : momentum,
  })
}
