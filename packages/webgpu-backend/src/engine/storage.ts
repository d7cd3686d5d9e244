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

/** Elements in a GPU buffer, which returns to the pool when the last tensor that uses it is collected. */
export class GpuStorage implements Storage {
  readonly device: Device
  readonly engine: Engine
  readonly dtype: DType
  readonly length: number
  readonly buffer: PooledBuffer
  /** As large as the buffer and never touched: it lets the garbage collector see what the GPU holds. */
  readonly pressure: ArrayBuffer
  version = 0
  rewrites = 0

  constructor(device: Device, engine: Engine, dtype: DType, length: number) {
    this.device = device
    this.engine = engine
    this.dtype = dtype
    this.length = length
    this.buffer = engine.pool.take(length * bytesOf[cellOf(dtype)])
    this.pressure = new ArrayBuffer(this.buffer.bytes)
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
