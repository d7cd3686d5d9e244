import { join } from 'node:path'
import { createRun } from '@metagrad/runlog/node'
import { generateDataset } from '../model/dataset.ts'
import type { Experiment } from '../model/experiment.ts'
import { defaultData, defaultExperiment } from '../model/experiment.ts'
import { Trainer } from '../model/trainer.ts'

/** Trains an experiment into a run directory, as the command line does; `isOver` false leaves the run open. */
export async function sampleRun(
  folder: string,
  name: string,
  change: Partial<Experiment>,
  epochs: number,
  isOver: boolean,
): Promise<() => Promise<void>> {
  const experiment = { ...defaultExperiment, ...change }
  const data = experiment.data.source === 'generator' ? experiment.data : defaultData
  const dataset = generateDataset(data, experiment.seed)
  const trainer = new Trainer(experiment, dataset)
  const { optimizer, lr, batchSize, seed } = experiment
  const run = await createRun({
    root: join(folder),
    name,
    config: { optimizer, lr, batchSize, seed, hidden: experiment.blocks.map(({ units }) => units).join(',') },
    command: ['metagrad', 'train', `${data.generator}.csv`, '--target', 'class'],
    versions: {},
    device: 'cpu',
    seed,
    data: [],
  })
  await run.start({
    totals: {
      epochs,
      stepsPerEpoch: trainer.stepsPerEpoch,
      rows: { train: dataset.train.length, val: dataset.validation.length },
    },
    task: 'classification',
    metrics: [
      { name: 'loss', better: 'lower' },
      { name: 'accuracy', better: 'higher' },
    ],
  })
  while (trainer.epoch <= epochs) {
    const { epoch } = trainer
    const { loss, endsEpoch } = trainer.step()
    run.scalars(trainer.stepCount, epoch, { 'train/loss': loss, 'optim/lr': lr })
    if (!endsEpoch) continue
    const held = trainer.evaluate(dataset.validation)
    run.epochScalars(trainer.stepCount, epoch, { 'val/loss': held.loss, 'val/accuracy': held.score })
  }
  if (isOver) await run.end({ status: 'done', exitCode: 0 })
  return () => (isOver ? Promise.resolve() : run.end({ status: 'interrupted', exitCode: 130 }))
}
