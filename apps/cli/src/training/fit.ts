import { clipGradNorm_, manualSeed, noGrad, type Layer, type OptimizerStateDict, type Tensor } from 'metagrad'
import { batchesOf, type Examples } from './examples.ts'
import type { Metrics, Scorer } from './metrics.ts'
import { seedOf } from './seeds.ts'

/** What training needs of an optimizer. */
export interface TrainingOptimizer {
  readonly paramGroups: readonly { readonly lr: number }[]
  zeroGrad(): void
  step(): void
  stateDict(): OptimizerStateDict
}

/** All that is trained, and how. */
export interface TrainingJob {
  readonly model: Layer
  readonly lossOf: (output: Tensor, target: Tensor) => Tensor
  readonly optimizer: TrainingOptimizer
  /** Changes the learning rate after each epoch. */
  readonly scheduler?: { step(): void } | undefined
  readonly train: Examples
  readonly validation?: Examples | undefined
  readonly newScorer: () => Scorer
  readonly epochs: number
  readonly batchSize: number
  readonly seed: number
  /** Largest norm of the gradient. */
  readonly clip: number | null
  /** Epochs without a better validation loss after which training stops. */
  readonly patience: number | null
  /** Epochs between two lines of the log. */
  readonly logEvery: number
  /** Whether the model draws at random while training. */
  readonly usesDropout: boolean
}

/** How far training has come. */
export interface Position {
  /** Epochs that are complete. */
  readonly epoch: number
  /** Optimizer steps done. */
  readonly step: number
}

/** What is known after an epoch. */
export interface EpochReport extends Position {
  readonly lr: number
  /** Norm of the last gradient before it was clipped. */
  readonly gradNorm?: number | undefined
  /** Over the batches as they were trained on, each before its step. */
  readonly train: Metrics
  readonly validation?: Metrics | undefined
  /** Rows trained on per second since the last report. */
  readonly rowsPerSecond: number
  /** Whether it is one for the log. */
  readonly isLogged: boolean
}

/** What is known between epochs. */
export interface Progress extends Position {
  readonly loss: number
  readonly validationLoss?: number | undefined
}

/** The lowest validation loss so far. */
export interface Best extends Position {
  readonly loss: number
  /** The model then. */
  readonly state: ReadonlyMap<string, Tensor>
}

/** Watches a training: what shows it, and what writes it down. What returns a promise is waited for. */
export interface TrainingObserver {
  /** About ten times a second. */
  progress?(progress: Progress): void | Promise<void>
  /** After the epochs that are recorded: all of them up to a thousand, else evenly spread ones. */
  epoch?(report: EpochReport): void | Promise<void>
  /** After an epoch with the lowest validation loss so far. */
  best?(best: Best): void | Promise<void>
}

/** How a training ended. */
export interface FitResult extends Position {
  readonly status: 'done' | 'early_stop' | 'interrupted' | 'diverged'
  readonly best?: Best | undefined
  /** The last report. */
  readonly last?: EpochReport | undefined
  /** Of a training that diverged: the step whose loss was not finite, and that loss. */
  readonly divergence?: { readonly step: number; readonly epoch: number; readonly loss: number } | undefined
}

/** Most epochs that are recorded one by one. */
const recordedEpochs = 1000
/** Time between two looks at the outside world. */
const tickMs = 100

/**
 * Trains until the epochs are done, validation stops getting better, the loss is no finite number, or `signal` aborts,
 * which lets the step under way finish. It knows neither terminal nor files: observers do.
 *
 * The loss of an epoch is that of its batches, each before its step. A thousand epochs or fewer are all reported; of more,
 * evenly spread ones, so that neither validation nor the log grows with them.
 */
export async function fit(
  job: TrainingJob,
  observers: readonly TrainingObserver[] = [],
  signal?: AbortSignal,
): Promise<FitResult> {
  const { model, lossOf, optimizer, scheduler, train, validation, epochs, batchSize, seed, clip, patience } = job
  const parameters = model.parameters()
  const recordEvery = Math.ceil(epochs / recordedEpochs)
  const currentLr = (): number => optimizer.paramGroups[0]!.lr
  let step = 0
  let best: Best | undefined
  let last: EpochReport | undefined
  let tickedAt = performance.now()
  let reportedAt = tickedAt
  let rowsSinceReport = 0
  model.train()

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const isLogged = epoch % job.logEvery === 0 || epoch === epochs
    const isReported = isLogged || epoch % recordEvery === 0
    const scorer = isReported ? job.newScorer() : undefined
    if (job.usesDropout) manualSeed(seedOf('dropout', seed) + epoch)
    let lossSum = 0
    let gradNorm: number | undefined
    const lr = currentLr()
    for (const batch of batchesOf(train, batchSize, seed, epoch)) {
      optimizer.zeroGrad()
      const output = model.forward(batch.x)
      const loss = lossOf(output, batch.y)
      // Together, so that a device that answers later is waited for once.
      const [value, outputs] = await Promise.all([loss.item(), scorer && output.data()])
      if (!Number.isFinite(value)) {
        return {
          status: 'diverged',
          epoch: epoch - 1,
          step,
          best,
          last,
          divergence: { step: step + 1, epoch, loss: value },
        }
      }
      loss.backward()
      if (clip !== null) gradNorm = await clipGradNorm_(parameters, clip).item()
      optimizer.step()
      step++
      lossSum += value * batch.count
      rowsSinceReport += batch.count
      scorer?.add(outputs as ArrayLike<number>, batch.targets)
      const now = performance.now()
      if (now - tickedAt >= tickMs) {
        tickedAt = now
        const progress = { epoch: epoch - 1, step, loss: value, validationLoss: last?.validation?.['loss'] }
        for (const observer of observers) await observer.progress?.(progress)
        await otherEvents()
      }
      if (signal?.aborted) return { status: 'interrupted', epoch: epoch - 1, step, best, last }
    }
    scheduler?.step()
    if (scorer === undefined) continue

    const measured = validation && (await evaluate(job, validation)).metrics
    const now = performance.now()
    last = {
      epoch,
      step,
      lr,
      gradNorm,
      train: { loss: lossSum / train.count, ...scorer.metrics() },
      validation: measured,
      rowsPerSecond: (1000 * rowsSinceReport) / Math.max(now - reportedAt, 0.001),
      isLogged,
    }
    reportedAt = now
    rowsSinceReport = 0
    for (const observer of observers) await observer.epoch?.(last)
    if (measured === undefined) continue
    if (best === undefined || measured['loss']! < best.loss) {
      best = { epoch, step, loss: measured['loss']!, state: copyOf(model.stateDict()) }
      for (const observer of observers) await observer.best?.(best)
    } else if (patience !== null && epoch - best.epoch >= patience) {
      return { status: 'early_stop', epoch, step, best, last }
    }
  }
  return { status: 'done', epoch: epochs, step, best, last }
}

/** What a model gives for rows, and how good that is. */
export interface Evaluation {
  readonly outputs: Float32Array | Float64Array
  readonly metrics: Metrics
}

/** Asks the model as it answers outside of training, without changing it. */
export async function evaluate(
  { model, lossOf, newScorer }: Pick<TrainingJob, 'model' | 'lossOf' | 'newScorer'>,
  { x, y, targets }: Examples,
): Promise<Evaluation> {
  const [output, loss] = asEvaluated(model, () => {
    const answer = model.forward(x)
    return [answer, lossOf(answer, y)] as const
  })
  const [data, value] = await Promise.all([output.data(), loss.item()])
  const outputs = Float64Array.from(data as ArrayLike<number>)
  const scorer = newScorer()
  scorer.add(outputs, targets)
  return { outputs, metrics: { loss: value, ...scorer.metrics() } }
}

/** Runs with a model that neither trains nor records. */
function asEvaluated<T>(model: Layer, run: () => T): T {
  const wasTraining = model.training
  model.eval()
  try {
    return noGrad(run)
  } finally {
    model.train(wasTraining)
  }
}

/** A state that stays as it is while training goes on. */
function copyOf(state: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(Array.from(state, ([name, value]) => [name, value.clone()]))
}

/** Lets signals, timers and files have their turn. */
function otherEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
