import { formatProblem, printable } from 'metagrad'
import type { PreparedData } from '../data/prepare.ts'
import type { TrainConfig } from '../options/train-options.ts'
import { plural } from '../report/format.ts'
import type { Reporter } from '../report/reporter.ts'
import type { CreatedJob } from './job.ts'
import { parameterCount } from './model.ts'

const shownFeatures = 6
const longestPath = 200

/** Says what was made of the data and the options, before anything is trained. */
export function reportFacts(
  reporter: Reporter,
  path: string,
  { table, featureNames, plan, train, validation, problems }: PreparedData,
  { job, loss, facts }: CreatedJob,
  config: TrainConfig,
): void {
  for (const problem of problems) {
    reporter.message(problem.severity === 'warning' ? 'warning' : 'note', formatProblem(problem, 'flags'))
  }
  const names = featureNames
    .slice(0, shownFeatures)
    .map((name) => printable(name))
    .join(', ')
  const more = featureNames.length > shownFeatures ? `, and ${featureNames.length - shownFeatures} more` : ''
  reporter.fact(
    'data',
    `${printable(path, longestPath)}: ${plural(table.rowCount, 'row')}, ${plural(featureNames.length, 'feature')} (${names}${more})`,
  )
  reporter.fact('task', plan.explanation)
  const held = validation === undefined ? '' : `, validate on ${validation.count}`
  reporter.fact('split', `train on ${plural(train.count, 'row')}${held}, seed ${config.seed}, scale ${config.scale}`)
  const sizes = [facts.inputs, ...config.hidden, facts.outputs].join('-')
  const layers = config.hidden.length === 0 ? 'linear' : config.activation
  const dropout = config.dropout > 0 ? `, dropout ${config.dropout}` : ''
  reporter.fact(
    'model',
    `${sizes}, ${layers}${dropout}: ${plural(parameterCount(job.model), 'parameter')}, ${config.dtype}`,
  )
  const steps = Math.ceil(job.train.count / job.batchSize)
  const schedule = config.schedule === 'const' ? '' : `, ${config.schedule} schedule`
  const lr = job.optimizer.paramGroups[0]!.lr
  reporter.fact(
    'train',
    `${plural(job.epochs, 'epoch')} of ${plural(steps, 'step')}: ${loss}, ${config.optimizer}, lr ${lr}${schedule}`,
  )
}
