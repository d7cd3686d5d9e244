import type { DataOf, DType, TypedArray } from './dtypes.ts'
import type { Layout } from './layout.ts'
import type { ComputePrimitive, ComputePrimitives } from './primitives.ts'
import type { LoweredProgram, Program } from './program.ts'

/** Elements of one dtype on one device. What holds them is the device's own business. */
export interface Storage {
  readonly device: Device
  readonly dtype: DType
  /** Number of elements. */
  readonly length: number
  /** Rises with every write; backward compares it with what it was when the tape was written. */
  version: number
  /** Rises with every in-place write that the tape recorded: views then take their history from their base anew. */
  rewrites: number
}

/** A storage read through a layout: all that a kernel sees of a tensor. */
export interface View {
  readonly storage: Storage
  readonly layout: Layout
  readonly dtype: DType
}

/**
 * Computes one primitive. Inputs are strided views, already of matching dtypes; outputs have the inferred shape and dtype.
 * An output may be a strided view too (in-place methods) and may then equal an input exactly, but never overlap it otherwise.
 */
export type KernelOf<Params> = (outputs: readonly View[], inputs: readonly View[], params: Params) => void

export type Kernel<P extends ComputePrimitive> = KernelOf<ComputePrimitives[P]>

export type Kernels = { readonly [P in ComputePrimitive]: Kernel<P> }

/** A place where tensors live and ops run. A backend is a value of this type; nothing is registered by name. */
export interface Device {
  readonly name: string
  readonly dtypes: ReadonlySet<DType>
  readonly kernels: Kernels
  /** Room for `length` elements; the contents are undefined until written. */
  allocate(dtype: DType, length: number): Storage
  /** Fills a whole storage from plain data in the dtype's user form. */
  write(storage: Storage, data: DataOf[DType]): void
  /** A fresh row-major copy of a view's elements. */
  read(view: View): Promise<TypedArray>
  /** The same at once, on devices that can. */
  readonly readSync?: (view: View) => TypedArray
  /** Turns a recorded program into something quicker than calling its kernels one by one, on devices that can. */
  readonly lower?: (program: Program) => LoweredProgram
}

/** The dtype in which a device gives positions (argmax, sort): int64 as PyTorch where it can, else int32. */
export function indexDType(device: Device): DType {
  return device.dtypes.has('int64') ? 'int64' : 'int32'
}
