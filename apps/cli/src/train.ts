import { basename } from 'node:path'
import type { EndStatus } from '@metagrad/runlog'
import { createRun, describeFile, sha256, type Run } from '@metagrad/runlog/node'
import { formatProblem, type Task } from 'metagrad'
import { missingTarget, prepareData, type PreparedData } from './data/prepare.ts'
import { exitCodeOf, usageError } from './errors.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { trainConfig, type TrainConfig } from './options/train-options.ts'
import { boundaryPlot, lossPlot } from './plots.ts'
import { silentReporter, type Reporter } from './report/reporter.ts'
import { openDevice, type OpenedDevice } from './training/device.ts'
import { reportFacts } from './training/facts.ts'
import { finalEvaluation } from './training/final-evaluation.ts'
import { fit, type FitResult } from './training/fit.ts'
import { createJob, targetScale, type CreatedJob } from './training/job.ts'
import { baselineMetrics, metricKinds, type Metrics } from './training/metrics.ts'
import { parameterCount } from './training/model.ts'
import { runWriter } from './training/run-writer.ts'
import { version } from './version.ts'

/** Who watches a training, and who may stop it. */
export interface TrainOptions {
  readonly reporter?: Reporter
  /** Aborting lets the step under way finish and saves what was learnt. The reason may be 'SIGINT' or 'SIGTERM'. */
  readonly signal?: AbortSignal
  /** What `run.json` names as the command. */
  readonly command?: readonly string[]
}

/** Rows of a split, and what the model reaches on them. */
export interface SplitSummary {
  readonly rows: number
  readonly metrics: Metrics
  /** The same of always giving the most frequent class, or the mean, of the training rows. */
  readonly baseline: Metrics
}

/** What came of a training. */
export interface TrainSummary {
  /** The run's folder. */
  readonly run: string
  readonly status: EndStatus
  readonly exitCode: ExitCode
  readonly task: Task
  readonly target: string
  /** What it ran on: `cpu` or `webgpu`. */
  readonly device: string
  readonly classes: readonly string[]
  /** Complete epochs, and steps. */
  readonly epochs: number
  readonly steps: number
  readonly seconds: number
  readonly parameters: number
  /** The epoch with the lowest validation loss: the metrics are of the model then, or else of the last. */
  readonly best: { readonly epoch: number; readonly loss: number } | null
  /** `train`, and `val` where rows are held out; empty for a training that diverged before it had a best epoch. */
  readonly splits: Readonly<Record<string, SplitSummary>>
  /** Of a training that diverged: the step whose loss was no finite number. */
  readonly divergence: { readonly step: number; readonly epoch: number; readonly loss: number } | null
  /** Files in the run's folder. */
  readonly files: readonly string[]
}

/**
 * Trains a model on a CSV file and leaves a run directory: all of `metagrad train` but the terminal.
 *
 * Nothing is written before data and options are known to be good.
 * @throws CliError for options that do not fit, TableError for data that cannot be used, RunlogError for files
 * @example
 * ```ts fragment
 * const { splits, run } = await train({ data: 'admissions.csv', target: 'admitted', epochs: 100 })
 * console.log(splits['val']?.metrics['accuracy'], run)
 * ```
 */
export async function train(given: Partial<TrainConfig>, options: TrainOptions = {}): Promise<TrainSummary> {
  const config = trainConfig(given)
  const { data: path, target } = config
  if (path === null)
    throw usageError('train: there is no file to learn from. Try metagrad train data.csv --target column.')
  if (target === null) throw await missingTarget(path, config)
  if (config.patience !== null && config.val === 0) {
    throw usageError('--patience: there is no validation loss to wait for. Use --val 0.2, or leave --patience out.')
  }

  if (config.device === 'webgpu' && config.dtype === 'float64') {
    throw usageError('--dtype float64: GPUs have no 64-bit numbers. Use --dtype float32, or --device cpu.')
  }

  const data = await prepareData(path, target, config)
  const opened = await openDevice(config.device)
  try {
    return await trainOn(opened, data, path, config, options)
  } finally {
    opened.close()
  }
}

/** Trains on a device that is open. */
async function trainOn(
  { device, adapter, reason }: OpenedDevice,
  data: PreparedData,
  path: string,
  config: TrainConfig,
  { reporter = silentReporter, signal, command = process.argv }: TrainOptions,
): Promise<TrainSummary> {
  const created = createJob(data, config, device)
  const { job, facts } = created
  if (reason !== undefined) reporter.message('warning', fallbackText(reason))
  reportFacts(reporter, path, data, created, config)
  if (adapter !== undefined) reporter.fact('device', `${device.name}, ${adapter}`)

  const schema = `${JSON.stringify(data.schema, undefined, 2)}\n`
  const { task } = data.plan
  const run = await createRun({
    root: config.out,
    name: basename(path).replace(/(?:\.\w{1,5}){1,2}$/, ''),
    config: { ...config },
    command,
    versions: { metagrad: version, node: process.version },
    device: device.name,
    seed: config.seed,
    data: [await describeFile(path)],
  })
  const stepsPerEpoch = Math.ceil(job.train.count / job.batchSize)
  const rows = { train: job.train.count, ...(job.validation ? { val: job.validation.count } : {}) }
  const metrics = metricKinds[task]
  await run.start({
    totals: { epochs: job.epochs, stepsPerEpoch, rows },
    task,
    metrics: metrics.map(({ name, better }) => ({ name, better })),
  })
  const startedAt = performance.now()
  try {
    await run.writeFile('schema.json', schema)
    if (reason !== undefined) run.log('warn', fallbackText(reason))
    for (const problem of data.problems) {
      if (problem.severity === 'warning') run.log('warn', formatProblem(problem, 'flags'))
    }
    reporter.fact('run', run.directory)
    reporter.begin({ epochs: job.epochs, stepsPerEpoch, metrics })
    const writer = runWriter(run, job, { ...facts, schemaSha256: sha256(schema) })
    const result = await fit(job, [writer, reporter], signal)
    reporter.end()
    await writer.finish(result)
    return await finish(run, result, data, created, config, signal, startedAt)
  } catch (error) {
    reporter.end()
    // The first fault is the one to show; writing it down may meet the same.
    await run.fail(exitCodeOf(error), error).catch(() => {})
    throw error
  }
}

/** What is said where the wanted device is not there. */
const fallbackText = (reason: string): string => `${reason} This training runs on the cpu.`

/** How a training that ended leaves the process. */
function exitCodeOfResult({ status }: FitResult, signal: AbortSignal | undefined): ExitCode {
  if (status === 'diverged') return exitCodes.diverged
  if (status !== 'interrupted') return exitCodes.ok
  return signal?.reason === 'SIGTERM' ? exitCodes.sigterm : exitCodes.sigint
}

/** Measures what was learnt, draws it, and ends the run. */
async function finish(
  run: Run,
  result: FitResult,
  data: PreparedData,
  { job }: CreatedJob,
  config: TrainConfig,
  signal: AbortSignal | undefined,
  startedAt: number,
): Promise<TrainSummary> {
  const { plan, schema } = data
  const { best, step, epoch, status, divergence } = result
  const exitCode = exitCodeOfResult(result, signal)
  if (best !== undefined) job.model.loadStateDict(best.state)
  const splits: Record<string, SplitSummary> = {}
  const isUsable = status !== 'diverged' || best !== undefined
  if (isUsable) {
    for (const [split, examples] of Object.entries({ train: job.train, val: job.validation })) {
      if (examples === undefined) continue
      const evaluation = await finalEvaluation(job, split, examples, plan)
      run.evaluation(step, epoch, evaluation)
      const baseline = baselineMetrics(plan.task, job.train.targets, examples.targets, targetScale(schema))
      splits[split] = { rows: examples.count, metrics: evaluation.metrics, baseline }
    }
    const boundary = await boundaryPlot(
      job.model,
      data,
      config,
      `${plan.column} by ${schema.features.map(({ name }) => name).join(' and ')}`,
    )
    if (boundary !== undefined) {
      run.surface(step, epoch, boundary.surface)
      await run.writeFile('plots/boundary.svg', boundary.svg)
    }
  }
  if (divergence !== undefined) {
    run.alert({ code: 'NONFINITE', subject: 'loss', text: `loss is ${divergence.loss}` }, { step, epoch })
  }
  if (result.last !== undefined) {
    await run.writeFile('plots/loss.svg', lossPlot(run.history, `Loss: ${plan.column}`, best?.epoch))
  }
  const files = run.manifest.files.map(({ path }) => path)
  await run.end({ status, exitCode })
  return {
    run: run.directory,
    status,
    exitCode,
    task: plan.task,
    target: plan.column,
    device: job.train.x.device.name,
    classes: plan.classes,
    epochs: epoch,
    steps: step,
    seconds: (performance.now() - startedAt) / 1000,
    parameters: parameterCount(job.model),
    best: best === undefined ? null : { epoch: best.epoch, loss: best.loss },
    splits,
    divergence: divergence ?? null,
    files,
  }
}
