import type { Device, Storage, View } from '../device.ts'
import type { DType } from '../dtypes.ts'
import { dtypes } from '../dtypes.ts'
import type { Block, Resident } from './memory.ts'
import { memory } from './engine.ts'

/** How the CPU holds the elements of each dtype: float16 as its bits. */
export type CpuArray = Uint8Array | Uint16Array | Int32Array | BigInt64Array | Float32Array | Float64Array

const arrayTypes = {
  bool: Uint8Array,
  uint8: Uint8Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const

export function cpuArray(dtype: DType, length: number): CpuArray {
  return new arrayTypes[dtype](length)
}

/** Stands for a huge storage in the memory, which so does not keep the storage from the collector. */
class Place implements Resident {
  readonly byteLength: number
  address = -1
  outside: Resident['outside'] = undefined
  block: Block | undefined = undefined

  constructor(byteLength: number) {
    this.byteLength = byteLength
  }
}

/** Elements in the engine's memory while they are used, outside of it otherwise. */
export class CpuStorage implements Storage, Resident {
  readonly device: Device
  readonly dtype: DType
  readonly length: number
  readonly byteLength: number
  version = 0
  rewrites = 0
  address = -1
  outside: Resident['outside'] = undefined
  block: Block | undefined = undefined
  /** What stands for it in the memory: itself, unless it is huge. */
  readonly resident: Resident

  constructor(device: Device, dtype: DType, length: number) {
    this.device = device
    this.dtype = dtype
    this.length = length
    this.byteLength = length * dtypes[dtype].bytes
    const engine = memory()
    if (engine.isHuge(this.byteLength)) {
      this.resident = new Place(this.byteLength)
      engine.placeFor(this, this.resident)
    } else {
      this.resident = this
      engine.place(this)
    }
  }
}

/** Elements in an array of their own, for the results of a routine on their way into a tensor. */
export class ArrayStorage implements Storage {
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

/** The elements behind a view, for the length of one kernel: the next op may move them. Dispatch made sure that they are on the CPU. */
export function arrayOf(view: View): CpuArray {
  const storage = view.storage as CpuStorage | ArrayStorage
  if (storage instanceof ArrayStorage) return storage.array
  const engine = memory()
  const address = engine.touch(storage.resident)
  return new arrayTypes[storage.dtype](engine.bytes.buffer as ArrayBuffer, address, storage.length)
}

/** What is touched from here on stays in memory until the next op begins. */
export function beginOp(): void {
  memory().beginOp()
}

/** More would only be taken by operands that do not fit together. */
const holdPasses = 4

/**
 * Brings operands into memory, so that taking their addresses one by one moves none of them: an op that writes several needs
 * that. Bringing one back may copy an earlier one out, which then comes back into a slot that stays.
 */
export function hold(views: readonly View[]): void {
  const engine = memory()
  let isMoved = true
  for (let pass = 0; isMoved && pass < holdPasses; pass++) {
    isMoved = false
    for (const { storage } of views) {
      if (!(storage instanceof CpuStorage)) continue
      isMoved ||= storage.resident.address < 0
      engine.touch(storage.resident)
    }
  }
}

/** Address of a view's first element. Valid until the next address is asked for beyond an op's few. */
export function pointer({ storage, layout: { offset }, dtype }: View): number {
  const start = memory().touch((storage as CpuStorage).resident)
  return offset === 0 ? start : start + offset * dtypes[dtype].bytes
}
