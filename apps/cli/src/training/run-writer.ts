import type { Run } from '@metagrad/runlog/node'
import type { Tensor } from 'metagrad'
import { encodeCheckpoint, type CheckpointFacts } from './checkpoint.ts'
import type { Best, EpochReport, FitResult, Position, TrainingJob, TrainingObserver } from './fit.ts'
import type { Metrics } from './metrics.ts'

/** Least time between two checkpoints of the same name while training goes on. */
const saveEveryMs = 30_000

/** Where the two checkpoints of a run lie. */
export const checkpointFiles = { last: 'checkpoints/last.safetensors', best: 'checkpoints/best.safetensors' } as const

/** Writes a training into its run directory: values of the epochs, and checkpoints. */
export interface RunWriter extends TrainingObserver {
  /** Saves what is not saved yet. */
  finish(result: FitResult): Promise<void>
}

/** `{ loss: 1 }` of split `val` as `{ 'val/loss': 1 }`. */
export function taggedMetrics(split: string, metrics: Metrics): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${split}/${name}`, value]))
}

/** The writer of a run that has been started. */
export function runWriter(
  run: Run,
  { model, optimizer }: Pick<TrainingJob, 'model' | 'optimizer'>,
  facts: Omit<CheckpointFacts, 'best'>,
): RunWriter {
  let best: Best | undefined
  let isBestSaved = true
  const savedAt = { last: performance.now(), best: -Infinity }

  // `at` is where the training is now, `position` where the state is from: the log never goes back.
  const save = async (
    name: 'last' | 'best',
    reason: 'epoch' | 'best' | 'interval' | 'signal',
    at: Position,
    position: Position,
    state: ReadonlyMap<string, Tensor>,
  ): Promise<void> => {
    const summary = best && { epoch: best.epoch, step: best.step, loss: best.loss }
    const withState = name === 'last' ? optimizer : undefined
    const data = await encodeCheckpoint(state, withState, position, { ...facts, best: summary })
    await run.checkpoint({ path: checkpointFiles[name], data, reason, step: at.step, epoch: at.epoch })
    savedAt[name] = performance.now()
  }
  const saveBest = async (at: Position): Promise<void> => {
    if (best === undefined || isBestSaved) return
    isBestSaved = true
    const { epoch, step, loss } = best
    await run.setBest({ metric: 'val/loss', value: loss, step, epoch })
    await save('best', 'best', at, best, best.state)
  }

  return {
    epoch({ step, epoch, lr, gradNorm, train, validation, rowsPerSecond }: EpochReport) {
      run.epochScalars(step, epoch, {
        ...taggedMetrics('train', train),
        ...(validation === undefined ? {} : taggedMetrics('val', validation)),
        'optim/lr': lr,
        ...(gradNorm === undefined ? {} : { 'grad/norm': gradNorm }),
        'time/rows_per_s': rowsPerSecond,
      })
    },
    async progress(position) {
      if (performance.now() - savedAt.last < saveEveryMs) return
      await save('last', 'interval', position, position, model.stateDict())
    },
    async best(found) {
      best = found
      isBestSaved = false
      if (performance.now() - savedAt.best >= saveEveryMs) await saveBest(found)
    },
    async finish(result) {
      await saveBest(result)
      // Weights that gave a loss which is no number are of no use.
      if (result.status === 'diverged') return
      await save('last', result.status === 'interrupted' ? 'signal' : 'epoch', result, result, model.stateDict())
    },
  }
}
