import type { Device, DType, Storage, View } from '@metagrad/tensor'
import type { Engine } from './engine.ts'
import type { PooledBuffer } from './pool.ts'

/** How WGSL holds the elements of a dtype. */
export type Cell = 'f32' | 'f16' | 'i32'

/**
 * WGSL has no 8-bit store: packed bytes would need an atomic per element wherever neighbours are written by different
 * threads (slices, flips, scatter). So uint8 and bool take a 32-bit word each, as int32 does; only float16 is narrower.
 */
export const cells: { readonly [D in DType]?: Cell } = {
  bool: 'i32',
  uint8: 'i32',
  int32: 'i32',
  float16: 'f16',
  float32: 'f32',
}

export const bytesOf: { readonly [C in Cell]: number } = { f16: 2, f32: 4, i32: 4 }

/**
 * What a buffer weighs at least, with all that the GPU's driver keeps about it. Measured: V8 collects after 64 MiB of such
 * weight, so a loop over small tensors holds some 8,000 buffers at most, where it would hold 60,000 by their bytes alone.
 */
const LEAST_PRESSURE = 8192

/** Elements in a GPU buffer, which returns to the pool when the last tensor that uses it is collected. */
export class GpuStorage implements Storage {
  readonly device: Device
  readonly engine: Engine
  readonly dtype: DType
  readonly length: number
  readonly buffer: PooledBuffer
  /** As heavy as the buffer and never touched: it lets the garbage collector see what the GPU holds. */
  readonly pressure: ArrayBuffer
  version = 0
  rewrites = 0

  constructor(device: Device, engine: Engine, dtype: DType, length: number) {
    this.device = device
    this.engine = engine
    this.dtype = dtype
    this.length = length
    this.buffer = engine.pool.take(length * bytesOf[cellOf(dtype)])
    this.pressure = new ArrayBuffer(Math.max(this.buffer.bytes, LEAST_PRESSURE))
  }
}

/** The cell of a dtype that the device has. */
export function cellOf(dtype: DType): Cell {
  return cells[dtype]!
}

/** What is behind a view. Dispatch made sure that it lives on this backend. */
export function storageOf(view: View): GpuStorage {
  return view.storage as GpuStorage
}

export function engineOf(view: View): Engine {
  return storageOf(view).engine
}
