import * as optim from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { late } from '@metagrad/tensor'

/** What a training calls after each `backward()`, and what keeps state on the way. */
export interface Trainer {
  readonly update: () => void
  readonly optimizer: optim.Scheduled & { zeroGrad(): void; stateDict(): object }
  /** Schedulers and averages: all that has a state besides the optimizer. */
  readonly others: readonly { stateDict(): object }[]
}

/** Makes the trainer of some parameters. */
export type OptimizerRow = (params: readonly Tensor[]) => Trainer

const plain =
  (make: (params: readonly Tensor[]) => Trainer['optimizer'] & { step(): unknown }): OptimizerRow =>
  (params) => {
    const optimizer = make(params)
    return { update: () => void optimizer.step(), optimizer, others: [] }
  }

const clipped = (clip: (params: readonly Tensor[]) => void): OptimizerRow => {
  const row = plain((params) => new optim.SGD(params, { lr: 0.1 }))
  return (params) => {
    const { update, ...rest } = row(params)
    return {
      ...rest,
      update: () => {
        clip(params)
        update()
      },
    }
  }
}

const scheduled =
  (make: (optimizer: optim.SGD) => { step(): void; stateDict(): object }): OptimizerRow =>
  (params) => {
    const optimizer = new optim.SGD(params, { lr: 0.1, momentum: 0.5 })
    const scheduler = make(optimizer)
    const update = (): void => {
      optimizer.step()
      scheduler.step()
    }
    return { update, optimizer, others: [scheduler] }
  }

/** A metric that gets better, and then no more. */
const metrics = [1, 0.8, 0.9, 0.9, 0.9, 0.7, 0.8]

const onPlateau: OptimizerRow = (params) => {
  const optimizer = new optim.SGD(params, { lr: 0.1 })
  const scheduler = new optim.ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 })
  let steps = 0
  const update = (): void => {
    optimizer.step()
    late(() => scheduler.step(metrics[steps++ % metrics.length]!))
  }
  return { update, optimizer, others: [scheduler] }
}

const averaged =
  (average: optim.Averaging): OptimizerRow =>
  (params) => {
    const optimizer = new optim.SGD(params, { lr: 0.1 })
    const averages = new optim.AveragedParameters(params, average)
    const update = (): void => {
      optimizer.step()
      averages.update()
    }
    return { update, optimizer, others: [averages] }
  }

const twoSchedulers = (optimizer: optim.SGD): [optim.Scheduler, optim.Scheduler] => [
  new optim.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 }),
  new optim.ExponentialLR(optimizer, { gamma: 0.7 }),
]

/**
 * Every optimizer with its options, and what else changes parameters or rates, by its name in `@metagrad/optim`; what stands in brackets
 * tells rows of one name apart.
 */
export const optimizerRows: Readonly<Record<string, OptimizerRow>> = {
  SGD: plain((p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 })),
  'SGD (plain)': plain((p) => new optim.SGD(p, { lr: 0.1 })),
  Adam: plain((p) => new optim.Adam(p, { lr: 0.05, amsgrad: true, weightDecay: 0.01 })),
  'Adam (plain)': plain((p) => new optim.Adam(p, { lr: 0.05 })),
  AdamW: plain((p) => new optim.AdamW(p, { lr: 0.05 })),
  NAdam: plain((p) => new optim.NAdam(p, { lr: 0.05 })),
  RAdam: plain((p) => new optim.RAdam(p, { lr: 0.05 })),
  Adamax: plain((p) => new optim.Adamax(p, { lr: 0.05 })),
  Adagrad: plain((p) => new optim.Adagrad(p, { lr: 0.05 })),
  Adadelta: plain((p) => new optim.Adadelta(p, { lr: 1 })),
  RMSprop: plain((p) => new optim.RMSprop(p, { lr: 0.02, centered: true, momentum: 0.5 })),
  clipGradNorm_: clipped((p) => void optim.clipGradNorm_(p, 0.3)),
  clipGradValue_: clipped((p) => optim.clipGradValue_(p, 0.05)),
  AveragedParameters: averaged(optim.exponentialAverage(0.6)),
  'AveragedParameters (equal)': averaged(optim.equalAverage),
  StepLR: scheduled((o) => new optim.StepLR(o, { stepSize: 2 })),
  MultiStepLR: scheduled((o) => new optim.MultiStepLR(o, { milestones: [2, 5] })),
  ConstantLR: scheduled((o) => new optim.ConstantLR(o, { factor: 0.5, totalIters: 3 })),
  LinearLR: scheduled((o) => new optim.LinearLR(o, { startFactor: 0.2, totalIters: 4 })),
  ExponentialLR: scheduled((o) => new optim.ExponentialLR(o, { gamma: 0.8 })),
  LambdaLR: scheduled((o) => new optim.LambdaLR(o, (step) => 1 / (step + 1))),
  'LambdaLR (warmUp)': scheduled((o) => new optim.LambdaLR(o, optim.warmUp(4))),
  PolynomialLR: scheduled((o) => new optim.PolynomialLR(o, { totalIters: 8, power: 2 })),
  CosineAnnealingLR: scheduled((o) => new optim.CosineAnnealingLR(o, { tMax: 5 })),
  CosineAnnealingWarmRestarts: scheduled((o) => new optim.CosineAnnealingWarmRestarts(o, { t0: 3 })),
  NoamLR: scheduled((o) => new optim.NoamLR(o, { modelSize: 16, warmupSteps: 3 })),
  CyclicLR: scheduled((o) => new optim.CyclicLR(o, { baseLr: 0.01, maxLr: 0.2, stepSizeUp: 3 })),
  OneCycleLR: scheduled((o) => new optim.OneCycleLR(o, { maxLr: 0.3, totalSteps: 20 })),
  ReduceLROnPlateau: onPlateau,
  SequentialLR: scheduled((o) => new optim.SequentialLR(o, twoSchedulers(o), { milestones: [3] })),
  ChainedScheduler: scheduled((o) => new optim.ChainedScheduler(twoSchedulers(o))),
}

/** Bases, and the one optimizer that calls a closure and reads what it gives. */
const apart: ReadonlySet<string> = new Set([
  'Optimizer',
  'FirstOrderOptimizer',
  'Scheduler',
  'FactorScheduler',
  'LBFGS',
])

const moves = (value: unknown): boolean =>
  typeof value === 'function' &&
  typeof value.prototype === 'object' &&
  ('step' in value.prototype || 'update' in value.prototype)

/** The names of optimizers, schedulers and functions that change gradients in `@metagrad/optim` that have no row. */
export function optimizersWithoutRow(): string[] {
  return Object.entries(optim)
    .filter(([name, value]) => (moves(value) || name.endsWith('_')) && !apart.has(name) && !(name in optimizerRows))
    .map(([name]) => name)
}
