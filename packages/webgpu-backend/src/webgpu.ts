import { DeviceError } from '@metagrad/tensor'
import type { WebGPUDevice } from './device.ts'
import { deviceOf } from './device.ts'
import { Engine } from './engine/engine.ts'

/** What `webgpu()` accepts; all have defaults. */
export interface WebGPUOptions {
  /** Which GPU, where there are several. Default: the fast one. */
  readonly powerPreference?: 'low-power' | 'high-performance'
  /** Names the op that the GPU refuses, at the price of speed. Default: false. */
  readonly debug?: boolean
  /** Bytes of unused buffers that are kept for later tensors. Default: 512 MiB. */
  readonly poolBytes?: number
  /** Dispatches that are collected before they are submitted, 1 to 128. Default: 32. */
  readonly batch?: number
  /** Flags for Dawn in Node, such as `backend=null`. Default: none. */
  readonly flags?: readonly string[]
}

/** What npm's `webgpu` exports, as far as it is used. */
interface NodeWebGPU {
  create(flags: readonly string[]): GPU
}

/** Held for ever: were one collected while a device lives, the process would crash. */
const created: GPU[] = []

async function nodeGpu(flags: readonly string[]): Promise<GPU> {
  // A name in a variable keeps bundlers for browsers from looking for the package.
  const name = 'webgpu'
  let module: NodeWebGPU
  try {
    module = (await import(/* @vite-ignore */ name)) as NodeWebGPU
  } catch (cause) {
    throw new DeviceError(
      'webgpu: there is no navigator.gpu here, and the package "webgpu" cannot be loaded. Install it: npm install webgpu@0.6.2.',
      'DEVICE_MISSING',
      { cause },
    )
  }
  const gpu = module.create(flags)
  created.push(gpu)
  return gpu
}

/** The limits that kernels profit from, as large as the adapter has them. */
const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxStorageBuffersPerShaderStage',
] as const

async function openDevice(adapter: GPUAdapter, hasHalf: boolean): Promise<GPUDevice> {
  try {
    return await adapter.requestDevice({
      requiredFeatures: hasHalf ? ['shader-f16'] : [],
      requiredLimits: Object.fromEntries(wantedLimits.map((name) => [name, adapter.limits[name]])),
    })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause)
    throw new DeviceError(`webgpu: the adapter opens no device: ${why}. Use the cpu.`, 'DEVICE_MISSING', { cause })
  }
}

/**
 * Opens a GPU as a device: by `navigator.gpu` in browsers, by the package `webgpu` (an optional peer) in Node.
 *
 * It has float32, int32, uint8 and bool, and float16 where the adapter has `shader-f16`; WGSL knows no 64-bit numbers.
 * Results are read asynchronously. Mistakes in values (an index out of range, a singular matrix) are found by the GPU and thrown
 * by the next read. Memory is returned by the garbage collector, which runs when the program awaits: read a loss now and then.
 *
 * @throws DeviceError where there is no WebGPU or no adapter
 * @example
 * ```ts fragment
 * const gpu = await webgpu()
 * const x = tensor([[1, 2], [3, 4]], { device: gpu })
 * console.log(await x.matmul(x).data()) // Float32Array [7, 10, 15, 22]
 * ```
 * @see https://www.w3.org/TR/webgpu/
 */
export async function webgpu(options: WebGPUOptions = {}): Promise<WebGPUDevice> {
  const { powerPreference = 'high-performance', debug = false, flags = [] } = options
  const { poolBytes = 512 * 2 ** 20, batch = 32 } = options
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu ?? (await nodeGpu(flags))
  // An adapter gives one device only: each call asks for its own.
  const adapter = await gpu.requestAdapter({ powerPreference })
  if (adapter === null) {
    throw new DeviceError(
      'webgpu: no adapter was found. Check the graphics driver (in Node: Vulkan, Metal or D3D12), or use the cpu.',
      'DEVICE_MISSING',
    )
  }
  const hasHalf = adapter.features.has('shader-f16')
  const device = await openDevice(adapter, hasHalf)
  const engine = new Engine(device, { poolBytes, debug, batch: Math.max(1, Math.min(128, batch)) })
  const { vendor, architecture, description } = adapter.info
  return deviceOf(engine, [vendor, architecture, description].filter((part) => part !== '').join(' '), hasHalf)
}
