import type { DType } from '@metagrad/tensor'
import type { Cell } from '../engine/storage.ts'
import { cellOf } from '../engine/storage.ts'

/** What kernels compute with: float16 is widened to f32 when it is read and rounded once when it is stored. */
export type ValueType = 'f32' | 'i32'

export function valueType(dtype: DType): ValueType {
  return cellOf(dtype) === 'i32' ? 'i32' : 'f32'
}

/** The value in a cell. */
export function loadText(cell: Cell, place: string): string {
  return cell === 'f16' ? `f32(${place})` : place
}

/** A computed value as the cell of a dtype holds it: uint8 wraps at 256. Expressions for bool are conditions. */
export function storeText(dtype: DType, value: string): string {
  switch (dtype) {
    case 'float16':
      return `f16(${value})`
    case 'uint8':
      return `(${value}) & 255`
    default:
      return value
  }
}
