import type { View } from '../device.ts'
import type { DType } from '../dtypes.ts'
import { isFloat } from '../dtypes.ts'
import { DTypeError } from '../errors.ts'
import type { Layout, Shape } from '../layout.ts'
import { contiguousLayout } from '../layout.ts'
import type { ComputePrimitive, ComputePrimitives } from '../primitives.ts'

// What the tables of inference share.

/** What a primitive will produce. */
export interface Output {
  readonly dtype: DType
  readonly layout: Layout
}

/** One output, or a list for primitives with several. An input may stand for an output of its layout and dtype. */
export type Inferred = Output | readonly Output[]

/** Whether it is one output rather than a list. */
export function isSingle(inferred: Inferred): inferred is Output {
  return 'layout' in inferred
}

export function firstOf(inferred: Inferred): Output {
  return isSingle(inferred) ? inferred : inferred[0]!
}

/** The outputs of one primitive, by its inputs and parameters. */
type Infer<P extends ComputePrimitive> = (inputs: readonly View[], params: ComputePrimitives[P]) => Inferred

/** Shape and dtype of the outputs of each of these primitives. */
export type InferTable<P extends ComputePrimitive> = { readonly [K in P]: Infer<K> }

/** The fresh layout of a tensor's shape; the tensor's own where that is fresh already. */
export function freshLayout(layout: Layout): Layout {
  return layout.isFresh ? layout : contiguousLayout(layout.shape)
}

export function fresh(dtype: DType, shape: Shape): Output {
  return { dtype, layout: contiguousLayout(shape) }
}

/** The output that is like `x`: `x` itself stands for it where its layout is fresh. */
export function like(x: View): Output {
  return x.layout.isFresh ? x : { dtype: x.dtype, layout: contiguousLayout(x.layout.shape) }
}

// Plain indexing: destructuring an array goes through its iterator, and this stands in front of every op.
export const same = (inputs: readonly View[]): Output => like(inputs[0]!)

/** Functions of floats: the methods cast ints before they come here. */
export function floating(op: string): (inputs: readonly View[]) => Output {
  return (inputs) => {
    const { dtype } = inputs[0]!
    if (!isFloat(dtype)) throw new DTypeError(`${op}: needs a float dtype, got ${dtype}. Use x.to('float32').`)
    return same(inputs)
  }
}
