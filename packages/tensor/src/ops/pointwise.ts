import { dispatch } from '../dispatch.ts'
import type { DType } from '../dtypes.ts'
import { dtypes, isFloat, kindRank, resultType } from '../dtypes.ts'
import { ArgumentError, DTypeError } from '../errors.ts'
import type { Operand } from '../operands.ts'
import { cast, checkOperand, constant, floatType, isTensor, promote } from '../operands.ts'
import type { BinaryPrimitive, UnaryPrimitive } from '../primitives.ts'
import { noParams } from '../primitives.ts'
import type { Tensor } from '../tensor.ts'

/** A function of one tensor in its own dtype. */
export function unary(primitive: UnaryPrimitive, x: Tensor): Tensor {
  return dispatch(primitive, [x], noParams)
}

/** A function of floats: ints and bools are cast to the default float first. */
export function unaryFloat(primitive: UnaryPrimitive, x: Tensor): Tensor {
  return dispatch(primitive, [cast(x, floatType(x.dtype))], noParams)
}

/** A function of two operands in their common dtype. */
export function binary(primitive: BinaryPrimitive, a: Tensor, b: Operand): Tensor {
  return dispatch(primitive, promote(primitive, a, b), noParams)
}

/** A function of two operands in their common float dtype. */
export function binaryFloat(primitive: BinaryPrimitive, a: Tensor, b: Operand): Tensor {
  if (typeof b !== 'object' && isFloat(a.dtype)) return binary(primitive, a, b)
  checkOperand(primitive, b)
  return dispatch(primitive, promote(primitive, a, b, floatType(resultType(a, b))), noParams)
}

/** `rounding` 'floor' and 'trunc' divide as ints do. */
export function div(a: Tensor, b: Operand, rounding?: 'floor' | 'trunc'): Tensor {
  switch (rounding) {
    case undefined:
      return binaryFloat('div', a, b)
    case 'floor':
      return binary('floorDivide', a, b)
    case 'trunc': {
      checkOperand('div', b)
      const dtype = resultType(a, b)
      if (isFloat(dtype)) return binaryFloat('div', a, b).trunc()
      const remainder = binary('fmod', a, b)
      return binary('floorDivide', a.sub(remainder), b)
    }
    default:
      throw new ArgumentError(`div: rounding must be 'floor' or 'trunc', got ${JSON.stringify(rounding)}.`)
  }
}

/** Powers that have a name, as in PyTorch. */
const namedPowers: ReadonlyMap<Operand, 'square' | 'sqrt' | 'reciprocal' | 'rsqrt'> = new Map([
  [2, 'square'],
  [0.5, 'sqrt'],
  [-1, 'reciprocal'],
  [-0.5, 'rsqrt'],
] as const)

/** @throws DTypeError for an int tensor to a negative number */
export function pow(a: Tensor, b: Operand): Tensor {
  const named = isFloat(a.dtype) ? namedPowers.get(b) : undefined
  if (named !== undefined) return dispatch(named, [a], noParams)
  if (typeof b === 'number' && b < 0 && Number.isInteger(b) && !isFloat(a.dtype)) {
    throw new DTypeError(`pow: ints to the negative power ${b} are not ints. Use x.to('float32').pow(${b}).`)
  }
  return binary('pow', a, b)
}

/** Bounds as numbers stay in the kernel; tensors broadcast. A missing bound does not limit. */
export function clamp(x: Tensor, min: Operand | undefined, max: Operand | undefined): Tensor {
  if (min === undefined && max === undefined) throw new ArgumentError('clamp: needs min, max or both.')
  // A bound that is not a number makes all of the result so, as among tensors.
  if ([min, max].some((bound) => isTensor(bound) || Number.isNaN(bound))) {
    let result = x
    if (min !== undefined) result = clampTo(result, 'lt', min)
    if (max !== undefined) result = clampTo(result, 'gt', max)
    return result
  }
  for (const bound of [min, max]) if (bound !== undefined) checkOperand('clamp', bound)
  const bounds = [min, max].filter((bound) => bound !== undefined)
  const wide = cast(x, resultType(x, ...bounds))
  return dispatch('clamp', [wide], { min: Number(min ?? -Infinity), max: Number(max ?? Infinity) })
}

function clampTo(x: Tensor, beyond: 'lt' | 'gt', bound: Operand): Tensor {
  const [wide, limit] = promote('clamp', x, bound)
  return where(wide[beyond](limit).logicalOr(limit.isnan()), limit, wide)
}

export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const { device } = [a, b].find((x) => isTensor(x)) ?? condition
  const dtype = resultType(a, b)
  const as = (x: Operand) => (isTensor(x) ? cast(x, dtype) : constant('where', Number(x), dtype, device))
  checkOperand('where', a)
  checkOperand('where', b)
  return dispatch('where', [condition, as(a), as(b)], noParams)
}

/** The result dtype of sums: bools and ints add up as the widest int. */
export function sumType(x: Tensor, dtype: DType | undefined): DType {
  if (dtype !== undefined) return dtype
  return kindRank(x.dtype) < 2 ? (x.device.dtypes.has('int64') ? 'int64' : 'int32') : x.dtype
}

/** Logits beyond it have an e^-|x| of 0 in every dtype. An infinite one times the target would be NaN in the cross-entropy. */
const farLogit = 1000

/** log(1 + e^x) is the cross-entropy of logit x and target 0: stable, with the right derivative at 0. Linear above the threshold. */
export function softplus(x: Tensor, beta: number, threshold: number): Tensor {
  const scaled = x.mul(beta)
  return where(scaled.gt(threshold), x, scaled.clamp(-farLogit).bceWithLogits(0).div(beta))
}

/** log(sigmoid(x)) is the negative cross-entropy of logit x and target 1. */
export function logSigmoid(x: Tensor): Tensor {
  return x.clamp(undefined, farLogit).bceWithLogits(1).neg()
}

/** @throws ArgumentError unless it is a number */
export function checkedNumber(op: string, value: number | boolean): number {
  checkOperand(op, value)
  return Number(value)
}

export function nanToNum(x: Tensor, nan: number, positive: number | undefined, negative: number | undefined): Tensor {
  if (!isFloat(x.dtype)) return x.clone()
  const finite = where(x.isnan(), nan, x)
  const { min, max } = dtypes[x.dtype]
  return where(finite.eq(Infinity), positive ?? max, where(finite.eq(-Infinity), negative ?? min, finite))
}
