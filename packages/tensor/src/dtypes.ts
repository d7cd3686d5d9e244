import { DTypeError } from './errors.ts'

/** Element type of a tensor. The names and the meaning are PyTorch's. */
export type DType = 'bool' | 'uint8' | 'int32' | 'int64' | 'float16' | 'float32' | 'float64'

/** bool < int < float: the order in which PyTorch's promotion ranks dtypes. */
export type DTypeKind = 'bool' | 'int' | 'float'

/** What `data()` hands out: one typed array per dtype; float16 comes as (exact) Float32Array, bool as 0 and 1. */
export interface DataOf {
  bool: Uint8Array
  uint8: Uint8Array
  int32: Int32Array
  int64: BigInt64Array
  float16: Float32Array
  float32: Float32Array
  float64: Float64Array
}

export type TypedArray = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array

interface DTypeFacts {
  readonly kind: DTypeKind
  /** Bytes of one element. */
  readonly bytes: number
  /** Machine epsilon of float dtypes (the gap after 1), 0 for the others. */
  readonly eps: number
  /** Largest and smallest finite value. */
  readonly max: number
  readonly min: number
}

/** In the order of promotion: of two dtypes, the later row wins. */
export const dtypes: { readonly [D in DType]: DTypeFacts } = {
  bool: { kind: 'bool', bytes: 1, eps: 0, max: 1, min: 0 },
  uint8: { kind: 'int', bytes: 1, eps: 0, max: 255, min: 0 },
  int32: { kind: 'int', bytes: 4, eps: 0, max: 2 ** 31 - 1, min: -(2 ** 31) },
  int64: { kind: 'int', bytes: 8, eps: 0, max: 2 ** 63, min: -(2 ** 63) },
  float16: { kind: 'float', bytes: 2, eps: 2 ** -10, max: 65504, min: -65504 },
  float32: { kind: 'float', bytes: 4, eps: 2 ** -23, max: 3.4028234663852886e38, min: -3.4028234663852886e38 },
  float64: { kind: 'float', bytes: 8, eps: 2 ** -52, max: Number.MAX_VALUE, min: -Number.MAX_VALUE },
}

const order = Object.keys(dtypes)
const kinds: readonly DTypeKind[] = ['bool', 'int', 'float']

let defaultFloat: DType = 'float32'

/** The dtype of factories and of plain numbers where nothing else says so: float32 unless changed. */
export function getDefaultDType(): DType {
  return defaultFloat
}

/** Sets the dtype that factories use by default. @throws DTypeError unless it is a float dtype. */
export function setDefaultDType(dtype: DType): void {
  if (!isFloat(checkDType('setDefaultDType', dtype))) {
    throw new DTypeError(`setDefaultDType: needs a float dtype, got ${dtype}. Use float32, float64 or float16.`)
  }
  defaultFloat = dtype
}

export function isFloat(dtype: DType): boolean {
  return dtypes[dtype].kind === 'float'
}

/** Rank of a dtype's kind: 0 bool, 1 int, 2 float. */
export function kindRank(dtype: DType): number {
  return kinds.indexOf(dtypes[dtype].kind)
}

/** Returns `dtype` if it is one. @throws DTypeError naming the known ones. */
export function checkDType(op: string, dtype: DType): DType {
  if (!Object.hasOwn(dtypes, dtype)) {
    throw new DTypeError(`${op}: unknown dtype ${JSON.stringify(dtype)}. Use one of ${order.join(', ')}.`)
  }
  return dtype
}

/** The smallest dtype that both convert to, as `torch.promote_types`: int32 and float16 give float16. */
export function promoteTypes(a: DType, b: DType): DType {
  return order.indexOf(a) >= order.indexOf(b) ? a : b
}

/** Whether PyTorch lets a result of dtype `from` be stored in place in `to`: never float to int, nor number to bool. */
export function canCast(from: DType, to: DType): boolean {
  return kindRank(from) <= kindRank(to)
}

interface Promotable {
  readonly dtype: DType
  readonly ndim: number
}

/** What a plain number asks for among tensors: its kind decides only if no tensor has at least that kind. */
function dtypeOfNumber(value: number | boolean, beside: DType | undefined): DType {
  if (typeof value === 'boolean') return 'bool'
  const integral = Number.isInteger(value)
  // A whole number has no kind of its own in JavaScript: beside ints it stays an int, beside nothing it is a float.
  return integral && beside !== undefined && !isFloat(beside) ? 'int64' : defaultFloat
}

/**
 * The dtype that an operation of these operands has, as `torch.result_type`.
 *
 * Dimensioned tensors decide; a 0-d tensor or a number only raises the kind (bool, int, float) when it has a higher one.
 * Difference from PyTorch: a whole JavaScript number (`2`, which cannot be told from `2.0`) counts as an int beside int tensors.
 * @see https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
 */
export function resultType(...operands: readonly (Promotable | number | boolean)[]): DType {
  let dimensioned: DType | undefined
  let zeroDim: DType | undefined
  for (const operand of operands) {
    if (typeof operand !== 'object') continue
    if (operand.ndim > 0)
      dimensioned = dimensioned === undefined ? operand.dtype : promoteTypes(dimensioned, operand.dtype)
    else zeroDim = zeroDim === undefined ? operand.dtype : promoteTypes(zeroDim, operand.dtype)
  }
  let result = raise(dimensioned, zeroDim)
  for (const operand of operands) {
    if (typeof operand !== 'object') result = raise(result, dtypeOfNumber(operand, result))
  }
  return result ?? defaultFloat
}

function raise(strong: DType | undefined, weak: DType | undefined): DType | undefined {
  if (strong === undefined || weak === undefined) return strong ?? weak
  return kindRank(weak) > kindRank(strong) ? promoteTypes(strong, weak) : strong
}
