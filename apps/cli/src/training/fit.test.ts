import { Linear, MSELoss, SGD, tensor, type Tensor } from 'metagrad'
import { describe, expect, it, vi } from 'vitest'
import { batchesOf, type Examples } from './examples.ts'
import { evaluate, fit, type EpochReport, type TrainingJob } from './fit.ts'
import { numberScorer } from './metrics.ts'

/** y = 2 x + 1 at 0, 1, ..., n - 1, divided by n. */
function line(count: number): Examples {
  const x = Array.from({ length: count }, (_, i) => i / count)
  const targets = x.map((value) => 2 * value + 1)
  return { x: tensor(x).reshape(count, 1), y: tensor(targets).reshape(count, 1), targets, count }
}

function jobOf(changes: Partial<TrainingJob> = {}): TrainingJob {
  const model = new Linear(1, 1, { init: 'zeros' })
  const criterion = new MSELoss()
  return {
    model,
    optimizer: new SGD(model.parameters(), { lr: 0.5 }),
    lossOf: (output, target) => criterion.forward(output, target),
    newScorer: () => numberScorer(1),
    train: line(8),
    epochs: 5,
    batchSize: 8,
    seed: 1,
    clip: null,
    patience: null,
    logEvery: 2,
    usesDropout: false,
    ...changes,
  }
}

const collect = (): { reports: EpochReport[]; epoch: (report: EpochReport) => void } => {
  const reports: EpochReport[] = []
  return { reports, epoch: (report) => void reports.push(report) }
}

describe('batchesOf(examples, batchSize, seed, epoch)', () => {
  it('gives all rows as they are, the very same tensors, when they are one batch', () => {
    const examples = line(5)
    expect([...batchesOf(examples, 5, 1, 1)]).toEqual([examples])
    expect([...batchesOf(examples, 9, 1, 1)][0]?.x).toBe(examples.x)
  })

  it('gives each row once, the last batch smaller, targets beside their rows', () => {
    const examples = line(7)
    const batches = [...batchesOf(examples, 3, 1, 1)]
    expect(batches.map(({ count }) => count)).toEqual([3, 3, 1])
    const rows = batches.flatMap(({ x, y, targets, count }) =>
      Array.from({ length: count }, (_, i) => [x.dataSync()[i], y.dataSync()[i], targets[i]].map(Number)),
    )
    for (const [x, y, target] of rows) {
      expect(y).toBeCloseTo(2 * x! + 1, 6)
      expect(target).toBeCloseTo(y!, 6)
    }
    expect(rows.map(([x]) => x!.toFixed(4)).sort()).toEqual(
      Array.from({ length: 7 }, (_, i) => Number(examples.x.dataSync()[i]).toFixed(4)),
    )
  })

  it('orders by seed and epoch alone', () => {
    const order = (seed: number, epoch: number): string =>
      [...batchesOf(line(20), 4, seed, epoch)].map(({ x }) => x.dataSync().join()).join()
    expect(order(1, 1)).toBe(order(1, 1))
    expect(order(1, 2)).not.toBe(order(1, 1))
    expect(order(2, 1)).not.toBe(order(1, 1))
  })
})

describe('fit(job, observers, signal)', () => {
  it('reports each epoch, its loss before the step, and says which are for the log', async () => {
    const watch = collect()
    const result = await fit(jobOf(), [watch])
    expect(result).toMatchObject({ status: 'done', epoch: 5, step: 5 })
    expect(watch.reports.map(({ epoch, step, isLogged }) => [epoch, step, isLogged])).toEqual([
      [1, 1, false],
      [2, 2, true],
      [3, 3, false],
      [4, 4, true],
      [5, 5, true],
    ])
    // All weights 0: the loss is the mean square of the targets.
    const targets = Array.from(line(8).targets)
    expect(watch.reports[0]!.train['loss']).toBeCloseTo(targets.reduce((sum, y) => sum + y * y, 0) / 8, 5)
    expect(watch.reports[4]!.train['loss']).toBeLessThan(watch.reports[0]!.train['loss']!)
  })

  it('weighs batches by their rows', async () => {
    const watch = collect()
    const job = jobOf({ train: line(7), batchSize: 3, epochs: 1 })
    for (const group of job.optimizer.paramGroups) Object.assign(group, { lr: 0 })
    await fit(job, [watch])
    expect(watch.reports[0]!.train['loss']).toBeCloseTo((await evaluate(job, line(7))).metrics['loss']!, 5)
    expect(watch.reports[0]).toMatchObject({ epoch: 1, step: 3 })
  })

  it('reports at most about a thousand epochs of many, the logged and the last among them', async () => {
    const watch = collect()
    await fit(jobOf({ epochs: 2501, logEvery: 1000 }), [watch])
    const epochs = watch.reports.map(({ epoch }) => epoch)
    expect(epochs).toHaveLength(Math.floor(2501 / 3) + 3)
    expect(epochs).toEqual(expect.arrayContaining([1000, 2000, 2501]))
  })

  it('keeps the state of the best epoch while training goes on', async () => {
    // A rate so large that every step leads away.
    const job = jobOf({ validation: line(4), epochs: 4 })
    for (const group of job.optimizer.paramGroups) Object.assign(group, { lr: 1.2 })
    const watch = collect()
    const { best, last } = await fit(job, [watch])
    const losses = watch.reports.map(({ validation }) => validation!['loss']!)
    expect(best!.loss).toBe(Math.min(...losses))
    expect(best!.epoch).toBe(losses.indexOf(best!.loss) + 1)
    expect(last!.validation!['loss']).toBeGreaterThan(best!.loss)
    job.model.loadStateDict(best!.state)
    expect((await evaluate(job, line(4))).metrics['loss']).toBeCloseTo(best!.loss, 6)
  })

  it('stops after so many epochs without a better one', async () => {
    const job = jobOf({ validation: line(4), epochs: 100, patience: 3 })
    for (const group of job.optimizer.paramGroups) Object.assign(group, { lr: 1.2 })
    const { status, epoch, best } = await fit(job)
    expect(status).toBe('early_stop')
    expect(epoch).toBe(best!.epoch + 3)
  })

  it('stops before a step whose loss is no finite number, and says which', async () => {
    const job = jobOf({ epochs: 100 })
    let calls = 0
    const lossOf = (output: Tensor, target: Tensor): Tensor =>
      job.lossOf(output, target).mul(++calls === 7 ? Infinity : 1)
    const before = vi.fn<() => void>(() => {})
    const step = (): void => {
      before()
      job.optimizer.step()
    }
    const optimizer = {
      ...job.optimizer,
      paramGroups: job.optimizer.paramGroups,
      step,
      zeroGrad: () => job.optimizer.zeroGrad(),
      stateDict: () => job.optimizer.stateDict(),
    }
    const result = await fit({ ...job, lossOf, optimizer })
    expect(result).toMatchObject({
      status: 'diverged',
      epoch: 6,
      step: 6,
      divergence: { step: 7, epoch: 7, loss: Infinity },
    })
    expect(before).toHaveBeenCalledTimes(6)
  })

  it('finishes the step under way when it is aborted', async () => {
    const controller = new AbortController()
    const watch = { epoch: ({ epoch }: EpochReport): void => void (epoch === 3 && controller.abort()) }
    const result = await fit(jobOf({ epochs: 100 }), [watch], controller.signal)
    expect(result).toMatchObject({ status: 'interrupted', epoch: 3, step: 4 })
  })

  it('limits the gradient, and reports its norm', async () => {
    const watch = collect()
    const job = jobOf({ clip: 0.001, epochs: 1 })
    const [weight] = job.model.parameters()
    await fit(job, [watch])
    expect(watch.reports[0]!.gradNorm).toBeGreaterThan(1)
    expect(Math.abs(weight!.itemSync())).toBeLessThanOrEqual(0.5 * 0.001)
  })

  it('lets timers have their turn in a long training', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const until = performance.now() + 350
    const controller = new AbortController()
    const progress = vi.fn<() => void>(() => {
      if (performance.now() > until) controller.abort()
    })
    await fit(jobOf({ epochs: 10_000_000, logEvery: 10_000_000 }), [{ progress }], controller.signal)
    clearInterval(timer)
    expect(progress.mock.calls.length).toBeGreaterThan(1)
    expect(turns).toBeGreaterThan(0)
  })
})
