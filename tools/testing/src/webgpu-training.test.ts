import { noGrad } from '@metagrad/autograd'
import { Linear, Sequential } from '@metagrad/nn'
import type { Module } from '@metagrad/nn'
import { Adam, SGD } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { manualSeed, randn, zeros } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import { webgpu } from '@metagrad/webgpu-backend'
import { afterAll, describe, expect, it } from 'vitest'
import { openWebGPU } from './webgpu.ts'

const gpu = await openWebGPU()
afterAll(() => gpu?.destroy())

const optimizers: { readonly [name: string]: (model: Module) => { step(): unknown; zeroGrad(): void } } = {
  SGD: (model) => new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 }),
  Adam: (model) => new Adam(model.parameters(), { lr: 0.01 }),
}

interface Trained {
  readonly losses: readonly number[]
  readonly parameters: readonly Tensor[]
}

/** Twenty steps of a small network, on the CPU or moved to a device: the same program. */
async function train(optimizer: keyof typeof optimizers, device: WebGPUDevice | undefined): Promise<Trained> {
  manualSeed(7)
  const model = new Sequential(new Linear(6, 16), new Linear(16, 3))
  const [x, y] = [randn(32, 6), randn(32, 3)]
  if (device !== undefined) model.to(device)
  const [inputs, targets] = device === undefined ? [x, y] : [x.to(device), y.to(device)]
  const update = optimizers[optimizer]!(model)
  const losses: number[] = []
  for (let step = 0; step < 20; step++) {
    update.zeroGrad()
    const loss = model.forward(inputs).tanh().sub(targets).square().mean()
    loss.backward()
    update.step()
    losses.push(Number(await loss.item()))
  }
  return { losses, parameters: model.parameters() }
}

describe.runIf(gpu !== undefined)('training on the GPU', () => {
  for (const name of Object.keys(optimizers)) {
    it(`with ${name} goes step by step as on the CPU`, async () => {
      const [got, want] = [await train(name, gpu), await train(name, undefined)]
      expect(want.losses.at(-1)).toBeLessThan(want.losses[0]!)
      got.losses.forEach((loss, i) => expect(loss).toBeCloseTo(want.losses[i]!, 5))
      for (const [i, parameter] of got.parameters.entries()) {
        const [numbers, wanted] = [await parameter.data(), want.parameters[i]!.dataSync()]
        wanted.forEach((value: number | bigint, k: number) => expect(Number(numbers[k])).toBeCloseTo(Number(value), 4))
      }
    })
  }

  it('sees in-place writes through views, and backward refuses what they spoiled', async () => {
    const x = zeros([2, 3], { device: gpu! })
    x.select(0, 1).add_(2).mul_(x.select(0, 1))
    expect(await x.tolist()).toEqual([
      [0, 0, 0],
      [4, 4, 4],
    ])
    const w = randn([3], { device: gpu! }).requiresGrad_()
    const y = w.mul(2)
    const z = y.square().sum()
    y.add_(1)
    expect(() => z.backward()).toThrow('in place')
  })

  it('second derivatives are there too', async () => {
    const w = randn([5], { device: gpu! }).requiresGrad_()
    const first = w.pow(3).sum()
    first.backward(undefined, { createGraph: true })
    const slope = w.grad!
    w.grad = undefined
    slope.sum().backward()
    const [values, second] = [await w.detach().data(), await w.grad!.data()]
    values.forEach((value: number | bigint, i: number) => expect(Number(second[i])).toBeCloseTo(6 * Number(value), 4))
  })
})

/** A step of a two-layer network written out, so that the loop itself is small. */
function stepOf(device: WebGPUDevice): () => Tensor {
  const [x, y] = [randn([16, 8], { device }), randn([16, 4], { device })]
  const weights = [randn([8, 32], { device }), randn([32, 4], { device })].map((w) =>
    w.mul(0.1).detach().requiresGrad_(),
  )
  return () => {
    const loss = x.matmul(weights[0]!).relu().matmul(weights[1]!).sub(y).square().mean()
    loss.backward()
    noGrad(() => {
      for (const w of weights) {
        w.sub_(w.grad!.mul(0.01))
        w.grad = undefined
      }
    })
    return loss
  }
}

/** Runs steps, reading the loss now and then as training does; bytes on the GPU at each read. */
async function bytesWhileTraining(device: WebGPUDevice, steps: number, every: number): Promise<number[]> {
  const step = stepOf(device)
  const used: number[] = []
  for (let i = 1; i <= steps; i++) {
    const loss = step()
    if (i % every !== 0) continue
    await loss.item()
    used.push(device.memory.usedBytes)
  }
  return used
}

describe('memory on the GPU', () => {
  it('stays flat over 4,000 steps without a dispose', { timeout: 60_000 }, async () => {
    const device = await webgpu({ flags: ['backend=null'] })
    const used = await bytesWhileTraining(device, 4000, 20)
    // Between two collections some 8,000 small buffers pile up, however long the loop.
    const half = used.length / 2
    expect(Math.max(...used.slice(half))).toBeLessThan(24 * 2 ** 20)
    expect(device.memory.buffers).toBeLessThan(20_000)
    device.destroy()
  })

  it.runIf(gpu !== undefined)('stays flat with an adapter too', async () => {
    const used = await bytesWhileTraining(gpu!, 200, 10)
    expect(Math.max(...used)).toBeLessThan(128 * 2 ** 20)
  })
})
