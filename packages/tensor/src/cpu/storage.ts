import type { Device, Storage, View } from '../device.ts'
import type { DType } from '../dtypes.ts'

/** How the CPU holds the elements of each dtype: float16 as its bits. */
export type CpuArray = Uint8Array | Uint16Array | Int32Array | BigInt64Array | Float32Array | Float64Array

export function cpuArray(dtype: DType, length: number): CpuArray {
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return new Uint8Array(length)
    case 'float16':
      return new Uint16Array(length)
    case 'int32':
      return new Int32Array(length)
    case 'int64':
      return new BigInt64Array(length)
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
  }
}

/** Elements in a plain typed array, collected with the last tensor that uses them. */
export class CpuStorage implements Storage {
  readonly device: Device
  readonly dtype: DType
  readonly length: number
  readonly array: CpuArray
  version = 0
  rewrites = 0

  constructor(device: Device, dtype: DType, array: CpuArray) {
    this.device = device
    this.dtype = dtype
    this.length = array.length
    this.array = array
  }
}

/** The typed array behind a view. Dispatch made sure that the view lives on the CPU. */
export function arrayOf(view: View): CpuArray {
  return (view.storage as CpuStorage).array
}
