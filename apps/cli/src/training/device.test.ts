import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatProblem } from '@metagrad/runlog'
import { readHistory, readManifest, validateRun } from '@metagrad/runlog/node'
import { loadSafetensors, type Tensor } from 'metagrad'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { TrainConfig } from '../options/train-options.ts'
import { train, type TrainSummary } from '../train.ts'
import { openDevice } from './device.ts'

/** Where Debian's chromium keeps the driver that computes on the CPU. */
const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json'
if (process.env['VK_DRIVER_FILES'] === undefined && existsSync(softwareDriver)) {
  process.env['VK_DRIVER_FILES'] = softwareDriver
}

let folder = ''
let hasGpu = false
beforeAll(async () => {
  const { adapter, reason, close } = await openDevice('webgpu')
  close()
  hasGpu = adapter !== undefined
  if (hasGpu) return
  if (process.env['REQUIRE_WEBGPU'] === '1') throw new Error(reason)
  console.warn(`skipped, no WebGPU adapter: ${reason} REQUIRE_WEBGPU=1 makes this a failure.`)
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metagrad-device-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
})

const sine = (i: number): string => Math.sin(1.7 * i + 0.3).toFixed(3)
const cosine = (i: number): string => Math.cos(2.3 * i).toFixed(3)
const tables = {
  binary: (i: number) => `${sine(i)},${cosine(i)},${Math.sin(1.7 * i + 0.3) + Math.cos(2.3 * i) > 0 ? 'yes' : 'no'}`,
  multiclass: (i: number) => `${sine(i)},${cosine(i)},${'abc'[i % 3]}`,
  regression: (i: number) => `${sine(i)},${cosine(i)},${(3 * Math.sin(1.7 * i) + i / 40).toFixed(3)}`,
} as const

interface Trained {
  readonly summary: TrainSummary
  /** What an epoch's row of the log holds, by tag. */
  readonly curves: ReadonlyMap<string, readonly number[]>
  readonly checkpoint: ReadonlyMap<string, Tensor>
}

async function trainOn(
  device: TrainConfig['device'],
  task: keyof typeof tables,
  options: Partial<TrainConfig>,
): Promise<Trained> {
  const data = join(folder, 'data.csv')
  await writeFile(data, `x,y,target\n${Array.from({ length: 50 }, (_, i) => tables[task](i)).join('\n')}\n`)
  const summary = await train({ data, target: 'target', out: join(folder, device), epochs: 4, device, ...options })
  const { history } = await readHistory(summary.run)
  const tags = history.tags('epoch').filter((tag) => !tag.startsWith('time/'))
  const curves = new Map(tags.map((tag) => [tag, history.series(tag, 'epoch')!.values]))
  const { tensors } = loadSafetensors(await readFile(join(summary.run, 'checkpoints/last.safetensors')))
  return { summary, curves, checkpoint: tensors }
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

/** Between them every kind of task, loss, optimizer, activation, schedule and size of batch. */
const trainings: readonly (readonly [task: keyof typeof tables, options: Partial<TrainConfig>])[] = [
  ['binary', { dropout: 0.2, clip: 0.5, schedule: 'cosine', lr: 0.03 }],
  ['binary', { loss: 'cross-entropy', optimizer: 'sgd', activation: 'tanh', batchSize: 'full', val: 0 }],
  ['binary', { hidden: [], init: 'metagrad', optimizer: 'momentum', schedule: 'step' }],
  ['multiclass', { optimizer: 'adamw', weightDecay: 0.01, activation: 'gelu', hidden: [8, 8], patience: 3 }],
  ['multiclass', { optimizer: 'rmsprop', momentum: 0.5, activation: 'silu', batchSize: 7, scale: 'minmax' }],
  ['regression', { activation: 'sigmoid', init: 'zeros', hidden: [] }],
  ['regression', { loss: 'l1', scale: 'none', activation: 'sigmoid' }],
  ['regression', { loss: 'huber', optimizer: 'sgd', momentum: 0.9, lr: 0.01 }],
]

describe('train({ device: "webgpu" })', () => {
  for (const [task, options] of trainings) {
    it(`${task} with ${JSON.stringify(options)} goes as on the cpu`, async ({ skip }) => {
      if (!hasGpu) skip('no WebGPU adapter')
      const [gpu, cpu] = [await trainOn('webgpu', task, options), await trainOn('cpu', task, options)]
      expect([gpu.summary.device, cpu.summary.device]).toEqual(['webgpu', 'cpu'])
      expect(await readManifest(gpu.summary.run)).toMatchObject({ device: 'webgpu', status: cpu.summary.status })
      expect((await validateRun(gpu.summary.run)).map(formatProblem)).toEqual([])
      expect(gpu.summary.files).toEqual(cpu.summary.files)
      expect([...gpu.curves.keys()]).toEqual([...cpu.curves.keys()])
      for (const [tag, values] of cpu.curves) {
        expect(largestDifference(gpu.curves.get(tag)!, values), tag).toBeLessThanOrEqual(1e-4)
      }
      expect([...gpu.checkpoint.keys()]).toEqual([...cpu.checkpoint.keys()])
      for (const [name, value] of cpu.checkpoint) {
        const numbers = gpu.checkpoint.get(name)!.dataSync() as Float32Array
        expect(largestDifference(numbers, value.dataSync() as Float32Array), name).toBeLessThanOrEqual(1e-4)
      }
    })
  }

  it('stops where the loss is no number any more', async ({ skip }) => {
    if (!hasGpu) skip('no WebGPU adapter')
    const { status, divergence, device } = await train({
      ...(await wildData()),
      out: join(folder, 'runs'),
      device: 'webgpu',
      optimizer: 'sgd',
      lr: 1e30,
      hidden: [],
    })
    expect({ status, device }).toEqual({ status: 'diverged', device: 'webgpu' })
    expect(divergence!.step).toBeGreaterThan(1)
  })

  it('refuses numbers that GPUs do not have, whether or not there is one', async () => {
    await expect(train({ ...(await wildData()), device: 'webgpu', dtype: 'float64' })).rejects.toThrowError(
      expect.objectContaining({
        message: '--dtype float64: GPUs have no 64-bit numbers. Use --dtype float32, or --device cpu.',
        exitCode: 2,
      }),
    )
  })
})

async function wildData(): Promise<{ data: string; target: string }> {
  const data = join(folder, 'data.csv')
  await writeFile(data, `x,y,target\n${Array.from({ length: 50 }, (_, i) => tables.regression(i)).join('\n')}\n`)
  return { data, target: 'target' }
}
