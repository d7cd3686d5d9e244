import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createRun, writeRunFile } from '@metagrad/runlog/node'
import { expect, test } from 'vitest'
import { checkRunDirectory } from './run-directory.ts'
import { withTemporaryFolder, writeTree } from './temporary-folder.ts'

/** A run as training leaves it. */
async function finishedRun(root: string, status: 'done' | 'failed'): Promise<string> {
  const run = await createRun({
    root,
    name: 'x',
    config: {},
    command: [],
    versions: {},
    device: 'cpu',
    seed: 1,
    data: [],
  })
  await run.start({ totals: { epochs: 1, rows: { train: 1 } }, task: 'classification', metrics: [] })
  run.epochScalars(1, 1, { 'train/loss': 1 })
  await run.checkpoint({ path: 'checkpoints/last.safetensors', data: 'x', reason: 'epoch', step: 1, epoch: 1 })
  const { directory } = run
  await run.end({ status, exitCode: status === 'done' ? 0 : 1 })
  for (const name of ['loss', 'boundary']) await writeRunFile(directory, `plots/${name}.svg`, '<svg/>')
  return directory
}

test('checkRunDirectory(directory) accepts what a finished run leaves', async () => {
  await withTemporaryFolder(async (root) => {
    expect(await checkRunDirectory(await finishedRun(root, 'done'))).toEqual([])
  })
})

test('checkRunDirectory(directory) names missing and empty files', async () => {
  await withTemporaryFolder(async (root) => {
    const directory = await finishedRun(root, 'done')
    rmSync(join(directory, 'plots/loss.svg'))
    writeTree(directory, { 'metrics.csv': '' })
    expect(await checkRunDirectory(directory)).toEqual([
      'metrics.csv is missing or empty.',
      'plots/loss.svg is missing or empty.',
    ])
  })
})

test('checkRunDirectory(directory) reports a run that failed and a log that is broken', async () => {
  await withTemporaryFolder(async (root) => {
    const directory = await finishedRun(root, 'failed')
    appendFileSync(join(directory, 'events.jsonl'), '{"v":1}\n')
    const [first, ...rest] = await checkRunDirectory(directory)
    expect(first).toBe('run.json: status is "failed", expected "done".')
    expect(rest.join('\n')).toContain('events.jsonl:')
  })
})
