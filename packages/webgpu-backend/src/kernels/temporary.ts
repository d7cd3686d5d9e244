import type { DType, Shape, View } from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import type { Engine } from '../engine/engine.ts'
import type { PooledBuffer } from '../engine/pool.ts'
import type { GpuStorage } from '../engine/storage.ts'
import { storageOf } from '../engine/storage.ts'

/**
 * A buffer for the length of a call. What is recorded after it may take the same buffer: dispatches run in their order.
 */
export function withBuffer<T>(engine: Engine, bytes: number, use: (buffer: PooledBuffer) => T): T {
  const buffer = engine.pool.take(bytes)
  try {
    return use(buffer)
  } finally {
    engine.pool.giveBack(buffer)
  }
}

/** Row-major strides. */
export function rowMajor(shape: Shape): number[] {
  const strides: number[] = Array.from(shape)
  let step = 1
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = step
    step *= Math.max(1, shape[dim]!)
  }
  return strides
}

export function contiguous(shape: Shape, offset = 0): Layout {
  return new Layout(shape, rowMajor(shape), offset)
}

/** A fresh tensor on the device of `beside`, collected like any other. */
export function freshView(beside: View, dtype: DType, shape: Shape): View {
  const layout = contiguous(shape)
  return { storage: storageOf(beside).device.allocate(dtype, layout.numel), layout, dtype }
}

/** A temporary tensor: its buffer goes back to the pool when `use` returns. */
export function withViews<T>(
  beside: View,
  wanted: readonly (readonly [DType, Shape])[],
  use: (...views: View[]) => T,
): T {
  const engine = storageOf(beside).engine
  const views = wanted.map(([dtype, shape]) => borrow(beside, dtype, shape))
  try {
    return use(...views)
  } finally {
    for (const view of views) engine.pool.giveBack((view.storage as GpuStorage).buffer)
  }
}

function borrow(beside: View, dtype: DType, shape: Shape): View {
  const { device, engine } = storageOf(beside)
  const layout = contiguous(shape)
  const bytes = layout.numel * (dtype === 'float16' ? 2 : 4)
  const storage: Pick<GpuStorage, 'device' | 'engine' | 'dtype' | 'length' | 'buffer' | 'version' | 'rewrites'> = {
    device,
    engine,
    dtype,
    length: layout.numel,
    buffer: engine.pool.take(bytes),
    version: 0,
    rewrites: 0,
  }
  return { storage, layout, dtype }
}

/** The same storage read otherwise. */
export function withLayout({ storage, dtype }: View, layout: Layout): View {
  return { storage, dtype, layout }
}
