import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { silentReporter, train, type EpochReport } from './index.ts'

// The tutorial's data is not ours to publish: a folder beside the repository, or the one that a variable names.
const folder =
  process.env['METAGRAD_TUTORIAL_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url))
const data = join(folder, 'marks.txt')
const trace = join(folder, 'seed-trace.csv')

it('train(config) repeats the 20 lines of the tutorial: 200,000 epochs of logistic regression', async ({ skip }) => {
  for (const file of [data, trace])
    if (!existsSync(file)) skip(`${file} is not here; METAGRAD_TUTORIAL_DATA may name its folder`)
  const out = await mkdtemp(join(tmpdir(), 'metagrad-tutorial-'))
  onTestFinished(() => rm(out, { recursive: true, force: true }))
  const expected = readFileSync(trace, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
  expect(expected).toHaveLength(20)

  const logged: EpochReport[] = []
  await train(
    {
      data,
      // The first row is data, but the tutorial takes it for the names.
      header: true,
      target: '3',
      scale: 'none',
      val: 0,
      hidden: [],
      init: 'zeros',
      optimizer: 'sgd',
      lr: 0.001,
      batchSize: 'full',
      epochs: 200_000,
      logEvery: 10_000,
      out,
    },
    { reporter: { ...silentReporter, epoch: (report) => void (report.isLogged && logged.push(report)) } },
  )

  expect(logged.map(({ epoch }) => epoch)).toEqual(expected.map(([epoch]) => epoch))
  for (const [i, [, loss, percent]] of expected.entries()) {
    expect(Math.abs(logged[i]!.train['loss']! - loss!)).toBeLessThan(2e-4)
    expect(100 * logged[i]!.train['accuracy']!).toBeCloseTo(percent!, 9)
  }
}, 600_000)
