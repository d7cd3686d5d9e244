import type { Device } from 'metagrad'
import type { PreparedData } from '../data/prepare.ts'
import type { TrainConfig } from '../options/train-options.ts'
import type { CheckpointFacts } from './checkpoint.ts'
import { examplesOf } from './examples.ts'
import type { TrainingJob } from './fit.ts'
import { chooseLoss, losses, type LossName } from './losses.ts'
import { classScorer, numberScorer } from './metrics.ts'
import { buildModel } from './model.ts'
import { createOptimizer } from './optimizers.ts'
import { schedules } from './schedules.ts'

/** A training that is ready to start, and what its checkpoints say of it. */
export interface CreatedJob {
  readonly job: TrainingJob
  readonly loss: LossName
  readonly facts: Omit<CheckpointFacts, 'best' | 'schemaSha256'>
}

/** What a scaled target must be multiplied with to be in its own units; 1 for classes. */
export function targetScale({ target }: PreparedData['schema']): number {
  return target?.task === 'regression' ? target.scale : 1
}

/** Model, loss, optimizer and data as a config wants them, on a device. @throws CliError for options that do not go together */
export function createJob(data: PreparedData, config: TrainConfig, device: Device): CreatedJob {
  const { plan, featureNames, schema } = data
  const loss = chooseLoss(plan.task, config.loss)
  const { perClass, make } = losses[loss]
  const outputs = perClass ? plan.classes.length : 1
  const inputs = featureNames.length
  const model = buildModel(inputs, outputs, config).to(device)
  const optimizer = createOptimizer(model.parameters(), config)
  const criterion = make()
  const train = examplesOf(data.train, config.dtype, perClass, device)
  const { epochs, batchSize, seed, clip, patience, logEvery, dropout } = config
  const job: TrainingJob = {
    model,
    optimizer,
    scheduler: schedules[config.schedule](optimizer, epochs),
    lossOf: (output, target) => criterion.forward(output, target),
    newScorer: () => (plan.task === 'regression' ? numberScorer(targetScale(schema)) : classScorer(outputs)),
    train,
    validation: data.validation && examplesOf(data.validation, config.dtype, perClass, device),
    epochs,
    batchSize: batchSize === 'full' ? train.count : Math.min(batchSize, train.count),
    seed,
    clip,
    patience,
    logEvery: logEvery === 'auto' ? Math.max(1, Math.floor(epochs / 10)) : logEvery,
    usesDropout: dropout > 0,
  }
  return { job, loss, facts: { seed, config, inputs, outputs } }
}
