import type { Device, Storage, View } from './device.ts'
import type { DType, TypedArray } from './dtypes.ts'
import type { ComputePrimitive, ComputePrimitives } from './primitives.ts'

/**
 * Stands between the dispatch door and the devices while a function is recorded or replayed: what is made, what is computed,
 * what enters from the host and what is asked of it. `@metagrad/compile` implements it; eager code runs without one.
 */
export interface Trace {
  /** Room for a result. */
  allocate(device: Device, dtype: DType, length: number): Storage
  /** Stands for the device's kernel. */
  compute<P extends ComputePrimitive>(
    device: Device,
    primitive: P,
    outputs: readonly View[],
    inputs: readonly View[],
    params: ComputePrimitives[P],
  ): void
  /** Plain data was written to a fresh storage. */
  upload(storage: Storage, data: TypedArray): void
  /** Values are about to be read by the host. */
  read(op: string, view: View): void
  /** Something is about to happen that no replay would repeat. */
  refuse(op: string, why: string): void
  /** The computation depends on a value of the host, and stays what it is while `holds()`. */
  guard(holds: () => boolean): void
  /** Runs a section of plain host code that is to run again at each replay. */
  late<T>(section: () => T): T
}

let trace: Trace | undefined

/** The trace in place, if any. */
export function currentTrace(): Trace | undefined {
  return trace
}

/** Puts a trace in place, or none, and returns the one before. */
export function setTrace(next: Trace | undefined): Trace | undefined {
  const before = trace
  trace = next
  return before
}

/**
 * Runs a section of host code whose numbers change from call to call: learning rates, step counts, schedules. A compiled
 * function runs it anew at each call, and takes over the numbers that it passes to ops. Outside of compiled functions it simply runs.
 */
export function late<T>(section: () => T): T {
  return trace === undefined ? section() : trace.late(section)
}

/** Room for `length` elements on a device; the contents are undefined until written. */
export function allocate(device: Device, dtype: DType, length: number): Storage {
  return trace === undefined ? device.allocate(dtype, length) : trace.allocate(device, dtype, length)
}

/** Runs a primitive's kernel. */
export function compute<P extends ComputePrimitive>(
  device: Device,
  primitive: P,
  outputs: readonly View[],
  inputs: readonly View[],
  params: ComputePrimitives[P],
): void {
  if (trace !== undefined) trace.compute(device, primitive, outputs, inputs, params)
  else device.kernels[primitive](outputs, inputs, params)
}

/** A storage filled with plain data in the dtype's user form. */
export function upload(device: Device, dtype: DType, data: TypedArray): Storage {
  const storage = device.allocate(dtype, data.length)
  device.write(storage, data)
  trace?.upload(storage, data)
  return storage
}

/** Whether values can be read at once, to check them: not on every device, and not while a function is compiled. */
export function canReadNow(device: Device): boolean {
  return device.readSync !== undefined && trace === undefined
}
