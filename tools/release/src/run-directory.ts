import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { formatProblem } from '@metagrad/runlog'
import { readManifest, validateRun } from '@metagrad/runlog/node'

/** What a finished run of the example leaves behind. */
const wanted = [
  'run.json',
  'config.json',
  'events.jsonl',
  'metrics.csv',
  'checkpoints/last.safetensors',
  'plots/loss.svg',
  'plots/boundary.svg',
]

/** What is wrong with the directory of a run that should have finished; nothing when all is there and valid. */
export async function checkRunDirectory(directory: string): Promise<string[]> {
  const missing = wanted.filter(
    (path) => !existsSync(join(directory, path)) || statSync(join(directory, path)).size === 0,
  )
  if (missing.length > 0) return missing.map((path) => `${path} is missing or empty.`)
  const { status } = await readManifest(directory)
  return [
    ...(status === 'done' ? [] : [`run.json: status is "${status}", expected "done".`]),
    ...(await validateRun(directory)).map(formatProblem),
  ]
}
