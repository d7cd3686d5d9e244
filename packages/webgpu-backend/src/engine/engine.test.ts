import { tensor, zeros } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import { webgpu } from '../webgpu.ts'
import type { WebGPUDevice, WebGPUOptions } from '../index.ts'
import type { Engine } from './engine.ts'
import { storageOf } from './storage.ts'

const open = (options: WebGPUOptions = {}): Promise<WebGPUDevice> => webgpu({ flags: ['backend=null'], ...options })
const engineOf = (gpu: WebGPUDevice): Engine => storageOf(zeros([1], { device: gpu })).engine

/** Submissions of an engine from here on. */
function countSubmits({ device }: Engine): { count: number } {
  const counter = { count: 0 }
  const submit = device.queue.submit.bind(device.queue)
  device.queue.submit = (buffers) => {
    counter.count++
    return submit(buffers)
  }
  return counter
}

describe('commands', () => {
  it('are submitted in batches, and what is left when the program yields', async () => {
    const gpu = await open({ batch: 8 })
    const engine = engineOf(gpu)
    engine.flush()
    const counter = countSubmits(engine)
    let x = tensor([1, 2], { device: gpu })
    for (let i = 0; i < 20; i++) x = x.neg()
    expect(counter.count).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(counter.count).toBe(3)
    gpu.destroy()
  })

  it('pending when a buffer that they read is written are submitted first', async () => {
    const gpu = await open()
    const engine = engineOf(gpu)
    const x = tensor([1, 2], { device: gpu })
    x.neg()
    const counter = countSubmits(engine)
    gpu.write(x.storage, Float32Array.of(3, 4))
    expect(counter.count).toBe(1)
    gpu.write(x.storage, Float32Array.of(3, 4))
    expect(counter.count).toBe(1)
    gpu.destroy()
  })
})

describe('a device that fails', () => {
  it('when lost, throws it from every later op, and from a read under way', async () => {
    const gpu = await open()
    const x = tensor([1, 2], { device: gpu })
    const reading = x.add(1).data()
    gpu.destroy()
    await expect(reading).rejects.toThrow('the device was lost')
    await expect(x.data()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: webgpu: the device was lost: device was destroyed. Open a new one with await webgpu() and load your tensors again.]`,
    )
    expect(() => x.neg()).toThrow('the device was lost')
    expect(() => zeros([9_999], { device: gpu })).toThrow('the device was lost')
  })

  it('by a kernel that does not compile, names the kernel and its line', async () => {
    const gpu = await open()
    const engine = engineOf(gpu)
    const { buffer } = storageOf(zeros([1], { device: gpu }))
    engine.run({
      op: 'broken',
      key: 'broken f32',
      source: () => ({
        bindings: [{ name: 'out', cell: 'f32', writes: true }],
        words: ['n'],
        lanes: 64,
        body: '  out[0] = nothing + 1.0;',
      }),
      buffers: [buffer],
      words: [1],
      groups: 1,
    })
    await expect(gpu.synchronize()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: webgpu: kernel "broken f32" does not compile: line 10: unresolved value 'nothing': out[0] = nothing + 1.0;]`,
    )
    gpu.destroy()
  })

  it('in debug mode, names the op that the GPU refuses', async () => {
    const gpu = await open({ debug: true })
    const engine = engineOf(gpu)
    const { buffer } = storageOf(zeros([1], { device: gpu }))
    engine.run({
      op: 'twice',
      key: 'one buffer by two names',
      source: () => ({
        bindings: ['a', 'b'].map((name) => ({ name, cell: 'f32', writes: true })),
        words: [],
        lanes: 64,
        body: '  a[0] = 1.0; b[0] = 1.0;',
      }),
      buffers: [buffer, buffer],
      words: [],
      groups: 1,
    })
    await expect(gpu.synchronize()).rejects.toThrow(/^twice: the GPU refuses it: /)
    gpu.destroy()
  })
})

describe('memory', () => {
  it('of a tensor larger than the adapter binds is refused', async () => {
    const gpu = await open()
    const { maxStorageBufferBindingSize, maxBufferSize } = engineOf(gpu).device.limits
    const most = Math.min(maxStorageBufferBindingSize, maxBufferSize)
    expect(() => zeros([most / 4 + 1], { device: gpu })).toThrow('webgpu: a tensor is too large')
    gpu.destroy()
  })

  it('of 64-bit dtypes says why there is none', async () => {
    const gpu = await open()
    expect(() => gpu.allocate('float64', 1)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: webgpu: float64 is not supported: WGSL has no 64-bit numbers. Use float32.]`,
    )
    expect(() => gpu.allocate('int64', 1)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: webgpu: int64 is not supported: WGSL has no 64-bit numbers. Use int32.]`,
    )
    expect(() => zeros([1], { device: gpu, dtype: 'float64' })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: full: device "webgpu" has no float64. It has bool, uint8, int32, float16, float32.]`,
    )
    gpu.destroy()
  })

  it('of temporaries is used again', async () => {
    const gpu = await open()
    const x = zeros([4, 300], { device: gpu })
    const kept: unknown[] = [x.sort(1)]
    const { created, usedBytes } = gpu.memory
    kept.push(x.sort(1))
    // Two results of a sort, no new temporary.
    expect(gpu.memory.created - created).toBe(2)
    expect(gpu.memory.usedBytes - usedBytes).toBe(2 * 5120)
    gpu.destroy()
  })
})
