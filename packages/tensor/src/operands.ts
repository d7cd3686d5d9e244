import type { Device } from './device.ts'
import { indexDType } from './device.ts'
import { dispatch, wrap } from './dispatch.ts'
import type { DType, TypedArray } from './dtypes.ts'
import { canCast, dtypes, getDefaultDType, isFloat, resultType } from './dtypes.ts'
import { ArgumentError, DTypeError } from './errors.ts'
import type { Shape } from './layout.ts'
import { contiguousLayout, scalarLayout } from './layout.ts'
import { noParams } from './primitives.ts'
import type { Tensor } from './tensor.ts'
import { upload } from './trace.ts'

/** What may stand beside a tensor in arithmetic: a number or a boolean takes the tensor's dtype where its kind allows. */
export type Operand = Tensor | number | boolean

/** The typed array in which users give and get elements of a dtype; see `DataOf`. */
export function dataArray(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return new Uint8Array(length)
    case 'int32':
      return new Int32Array(length)
    case 'int64':
      return new BigInt64Array(length)
    case 'float64':
      return new Float64Array(length)
    case 'float16':
    case 'float32':
      return new Float32Array(length)
  }
}

const constants = new WeakMap<Device, Map<DType, Map<number, Tensor>>>()
const constantsKept = 256

/** A 0-d tensor of a number, for use as an operand only: it is shared, so it must never be written to. */
export function constant(op: string, value: number, dtype: DType, device: Device): Tensor {
  let byDType = constants.get(device)
  if (byDType === undefined) constants.set(device, (byDType = new Map()))
  let byValue = byDType.get(dtype)
  if (byValue === undefined) byDType.set(dtype, (byValue = new Map()))
  // A Map takes -0 for 0.
  const known = Object.is(value, -0) ? undefined : byValue.get(value)
  if (known !== undefined) return known
  const result = wrap(upload(device, dtype, toData(op, [value], dtype)), scalarLayout, dtype)
  if (byValue.size >= constantsKept) byValue.clear()
  if (!Object.is(value, -0)) byValue.set(value, result)
  return result
}

/** Plain numbers as elements of a dtype. @throws DTypeError where an int dtype cannot hold a value */
export function toData(op: string, values: ArrayLike<number | bigint | boolean>, dtype: DType): TypedArray {
  const data = dataArray(dtype, values.length)
  if (data instanceof BigInt64Array) {
    for (let i = 0; i < values.length; i++) data[i] = toBigInt(op, values[i]!)
    return data
  }
  const { kind, min, max } = dtypes[dtype]
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i])
    if (kind === 'int' && !(Number.isInteger(value) && value >= min && value <= max)) throw notHeld(op, value, dtype)
    data[i] = kind === 'bool' ? Number(value !== 0) : value
  }
  return data
}

function toBigInt(op: string, value: number | bigint | boolean): bigint {
  if (typeof value === 'number' && !Number.isInteger(value)) throw notHeld(op, value, 'int64')
  const big = BigInt(value)
  if (BigInt.asIntN(64, big) !== big) throw notHeld(op, big, 'int64')
  return big
}

function notHeld(op: string, value: number | bigint, dtype: DType): DTypeError {
  return new DTypeError(`${op}: ${dtype} cannot hold ${String(value)}. Use a float dtype, or round and clamp first.`)
}

/** A tensor of plain numbers that a composite computed: positions, masks. */
export function indexTensor(
  op: string,
  values: ArrayLike<number>,
  shape: Shape,
  device: Device,
  dtype: DType = indexDType(device),
): Tensor {
  return wrap(upload(device, dtype, toData(op, values, dtype)), contiguousLayout(shape), dtype)
}

/**
 * What is written into `x`, in its dtype. Precision may be lost, but never the kind: floats do not go into ints unasked.
 * @throws DTypeError
 */
export function stored(op: string, x: Tensor, value: Operand): Tensor {
  checkOperand(op, value)
  if (typeof value !== 'object') return constant(op, Number(value), x.dtype, x.device)
  if (!canCast(value.dtype, x.dtype)) {
    throw new DTypeError(`${op}: ${value.dtype} values cannot be stored as ${x.dtype}. Use values.to('${x.dtype}').`)
  }
  return cast(value, x.dtype)
}

/** Whether `value` is a tensor, without importing the class: storage and layout are what makes one. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'storage' in value && 'layout' in value
}

/** For calls that the types did not see. @throws ArgumentError unless all are tensors */
export function checkTensors(op: string, ...values: readonly unknown[]): void {
  for (const value of values) {
    if (isTensor(value)) continue
    const got = Array.isArray(value)
      ? 'an array'
      : value === undefined
        ? 'none'
        : value === null
          ? 'null'
          : typeof value
    throw new ArgumentError(`${op}: needs tensors, got ${got}. Wrap data in tensor(...).`)
  }
}

/** @throws ArgumentError unless `list` is an array of tensors */
export function checkTensorList(op: string, list: readonly unknown[]): void {
  if (!Array.isArray(list))
    throw new ArgumentError(`${op}: needs an array of tensors, got ${isTensor(list) ? 'a tensor' : typeof list}.`)
  checkTensors(op, ...(list as readonly unknown[]))
}

/** @throws ArgumentError unless `list` is an array */
export function checkList(op: string, what: string, list: readonly unknown[]): void {
  if (!Array.isArray(list)) throw new ArgumentError(`${op}: ${what} must be an array, got ${String(list)}.`)
}

/** @throws ArgumentError unless `value` is a tensor, a number or a boolean */
export function checkOperand(op: string, value: Operand): void {
  if (isTensor(value) || typeof value === 'number' || typeof value === 'boolean') return
  const got = Array.isArray(value) ? 'an array' : typeof value
  throw new ArgumentError(
    `${op}: the other operand must be a tensor or a number, got ${got}. Wrap data in tensor(...).`,
  )
}

/** A tensor in another dtype; itself if it has it already. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : dispatch('cast', [x], { dtype })
}

/** Both operands as tensors of `dtype`, or of their common dtype. */
export function promote(op: string, a: Tensor, b: Operand, dtype?: DType): [Tensor, Tensor] {
  if (typeof b === 'object' && b !== null && b.dtype === a.dtype && (dtype === undefined || dtype === a.dtype))
    return [a, b]
  checkOperand(op, b)
  const common = dtype ?? (typeof b === 'number' && isFloat(a.dtype) ? a.dtype : resultType(a, b))
  return [cast(a, common), typeof b === 'object' ? cast(b, common) : constant(op, Number(b), common, a.device)]
}

/** The float dtype in which an operation of floats runs: ints and bools take the default. */
export function floatType(dtype: DType): DType {
  return isFloat(dtype) ? dtype : getDefaultDType()
}

/** A contiguous tensor of the same elements: itself, or a recorded copy. */
export function contiguous(x: Tensor): Tensor {
  return x.layout.isContiguous ? x : dispatch('copy', [x], noParams)
}
