import { tensor } from '@metagrad/tensor'
import { describe, expect, it } from 'vitest'
import { create } from 'webgpu'
import { webgpu } from './webgpu.ts'

describe('webgpu(options)', () => {
  it('finds the installed package by itself', async () => {
    expect(create(['backend=null'])).toHaveProperty('requestAdapter')
    const gpu = await webgpu({ flags: ['backend=null'] })
    expect(gpu.name).toBe('webgpu')
    expect([...gpu.dtypes]).toEqual(['bool', 'uint8', 'int32', 'float16', 'float32'])
    gpu.destroy()
  })

  it('without an adapter says what to check', async () => {
    await expect(webgpu({ flags: ['backend=d3d12'] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: webgpu: no adapter was found. Check the graphics driver (in Node: Vulkan, Metal or D3D12), or use the cpu.]`,
    )
  })

  it('gives each call a device of its own, whose tensors do not mix', async () => {
    const [a, b] = [await webgpu({ flags: ['backend=null'] }), await webgpu({ flags: ['backend=null'] })]
    expect(a).not.toBe(b)
    const [x, y] = [tensor([1], { device: a }), tensor([2], { device: b })]
    expect(() => x.add(y)).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: add: tensors are on different devices: "webgpu" and "webgpu". Use x.to(device).]`,
    )
    expect(() => x.add(tensor([1]))).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: add: tensors are on different devices: "webgpu" and "cpu". Use x.to(device).]`,
    )
    a.destroy()
    b.destroy()
  })

  it('gives tensors that cannot be read at once', async () => {
    const gpu = await webgpu({ flags: ['backend=null'] })
    expect(() => tensor([1], { device: gpu }).itemSync()).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: itemSync: device "webgpu" cannot be read synchronously. Use await t.item().]`,
    )
    gpu.destroy()
  })
})
