import type { TypedArray } from '../dtypes.ts'

/** The memory of a floating point tensor. */
export type FloatArray = Float32Array | Float64Array

/** Sets every element, in order, to the next value of `draw`; what is no integer is cut toward zero for an integer array. */
export function fillWith(out: TypedArray, draw: () => number): void {
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) out[i] = BigInt(Math.trunc(draw()))
  } else {
    for (let i = 0; i < out.length; i++) out[i] = draw()
  }
}
