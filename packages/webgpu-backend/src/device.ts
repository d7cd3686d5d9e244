import type { DType, DataOf, Device, Program, TypedArray, View } from '@metagrad/tensor'
import { DTypeError } from '@metagrad/tensor'
import type { Engine } from './engine/engine.ts'
import type { PoolStatistics } from './engine/pool.ts'
import { GpuStorage, bytesOf, cellOf, cells, storageOf } from './engine/storage.ts'
import { copy } from './kernels/elementwise.ts'
import { kernels } from './kernels/index.ts'
import { withViews } from './kernels/temporary.ts'
import { lower } from './lower.ts'
import { fromHalf, toHalf } from './half.ts'

/** A GPU as a device: tensors made there are computed there. Reads are asynchronous: `await t.data()`, `await t.item()`. */
export interface WebGPUDevice extends Device {
  /** What the GPU is, as far as the browser or driver tells. */
  readonly adapter: string
  /** What is allocated on the GPU. */
  readonly memory: PoolStatistics
  /** Batches of commands submitted so far. */
  readonly submits: number
  /** Resolves when everything called so far has run. @throws what a read would throw: a lost device, a fault of a kernel */
  synchronize(): Promise<void>
  /** Ends the device and frees what it holds; tensors on it cannot be used any more. */
  destroy(): void
}

function allocateOn(device: Device, engine: Engine, dtype: DType, length: number): GpuStorage {
  if (!device.dtypes.has(dtype)) {
    const why = dtype === 'float16' ? 'this adapter has no shader-f16' : 'WGSL has no 64-bit numbers'
    throw new DTypeError(`webgpu: ${dtype} is not supported: ${why}. Use ${dtype === 'int64' ? 'int32' : 'float32'}.`)
  }
  const storage = new GpuStorage(device, engine, dtype, length)
  engine.releaseWith(storage, storage.buffer)
  return storage
}

/** Host data as the cells of a dtype. */
function toCells(
  dtype: DType,
  data: DataOf[DType],
): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> {
  if (dtype === 'float16') {
    // Writes come in whole words.
    const halves = new Uint16Array(2 * Math.ceil(data.length / 2))
    for (let i = 0; i < data.length; i++) halves[i] = toHalf(Number(data[i]))
    return halves
  }
  if (dtype === 'float32') return new Float32Array(data as Float32Array)
  return new Int32Array(data as Int32Array)
}

/** Cells as the host form of a dtype. */
function fromCells(dtype: DType, bytes: ArrayBuffer, first: number, length: number): TypedArray {
  if (dtype === 'float16') return Float32Array.from(new Uint16Array(bytes, 2 * first, length), fromHalf)
  if (dtype === 'float32') return new Float32Array(bytes, 4 * first, length)
  const words = new Int32Array(bytes, 4 * first, length)
  return dtype === 'int32' ? words : Uint8Array.from(words)
}

async function readContiguous(view: View): Promise<TypedArray> {
  const { dtype, layout } = view
  const { engine, buffer } = storageOf(view)
  const size = bytesOf[cellOf(dtype)]
  // Copies start and end at whole words.
  const start = Math.floor((layout.offset * size) / 4) * 4
  const end = Math.ceil(((layout.offset + layout.numel) * size) / 4) * 4
  const bytes = await engine.read(buffer, start, end - start)
  return fromCells(dtype, bytes, layout.offset - start / size, layout.numel)
}

async function read(view: View): Promise<TypedArray> {
  const { layout, dtype } = view
  if (layout.isContiguous) return readContiguous(view)
  return withViews(view, [[dtype, layout.shape]], (ordered) => {
    copy([ordered!], [view], {})
    return readContiguous(ordered!)
  })
}

/** A device over an engine. */
export function deviceOf(engine: Engine, adapter: string, hasHalf: boolean): WebGPUDevice {
  const dtypes = (Object.keys(cells) as DType[]).filter((dtype) => dtype !== 'float16' || hasHalf)
  const device: WebGPUDevice = {
    name: 'webgpu',
    adapter,
    dtypes: new Set(dtypes),
    kernels,
    allocate: (dtype, length) => allocateOn(device, engine, dtype, length),
    write(storage, data) {
      engine.write((storage as GpuStorage).buffer, toCells(storage.dtype, data))
    },
    read,
    get memory() {
      return engine.statistics
    },
    get submits() {
      return engine.submits
    },
    async synchronize() {
      await engine.read(engine.faultBuffer, 0, 4)
    },
    destroy: () => engine.destroy(),
    // In debug mode each op is checked by itself.
    ...(engine.debug ? {} : { lower: (program: Program) => lower(program, device, engine) }),
  }
  return device
}
