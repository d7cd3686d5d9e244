import { noGrad } from '@metagrad/autograd'
import type { Tensor } from '@metagrad/tensor'
import { randn } from '@metagrad/tensor'
import type { WebGPUDevice } from '@metagrad/webgpu-backend'
import { webgpu } from '@metagrad/webgpu-backend'
import { afterAll, describe, expect, it } from 'vitest'
import { openWebGPU } from './webgpu/open.ts'

const gpu = await openWebGPU()
afterAll(() => gpu?.destroy())

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

/** Every night a hundred thousand. */
const STEPS = process.env['METAGRAD_NIGHTLY'] === '1' ? 100_000 : 4000

describe('memory on the GPU', () => {
  it(`stays flat over ${STEPS} steps without a dispose`, { timeout: 600_000 }, async () => {
    const device = await webgpu({ flags: ['backend=null'] })
    const used = await bytesWhileTraining(device, STEPS, 20)
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
