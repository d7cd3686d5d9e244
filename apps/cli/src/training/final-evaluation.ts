import type { EvalFields } from '@metagrad/runlog'
import type { TargetPlan } from 'metagrad'
import { evaluate, type TrainingJob } from './fit.ts'
import type { Examples } from './examples.ts'
import { confusionMatrix, macroF1, predictedClasses, rocAuc } from './metrics.ts'

/** All that is measured of a split when training is over. */
export async function finalEvaluation(
  job: TrainingJob,
  split: string,
  examples: Examples,
  { task, classes }: Pick<TargetPlan, 'task' | 'classes'>,
): Promise<EvalFields> {
  const { outputs, metrics } = await evaluate(job, examples)
  if (task === 'regression') return { split, metrics }
  const width = outputs.length / examples.count
  const confusion = confusionMatrix(predictedClasses(outputs, width), examples.targets, classes.length)
  const more: Record<string, number> = { f1: macroF1(confusion) }
  if (task === 'binary') {
    // How much more the second class is spoken for than the first.
    const scores = Float64Array.from({ length: examples.count }, (_, row) =>
      width === 1 ? outputs[row]! : outputs[2 * row + 1]! - outputs[2 * row]!,
    )
    more['rocAuc'] = rocAuc(scores, examples.targets)
  }
  return { split, metrics: { ...metrics, ...more }, classes, confusion }
}
