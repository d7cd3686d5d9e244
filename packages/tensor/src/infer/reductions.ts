import type { View } from '../device.ts'
import { indexDType } from '../device.ts'
import { ShapeError } from '../errors.ts'
import type { Shape } from '../layout.ts'
import { formatShape, scalarLayout } from '../layout.ts'
import type { ReduceParams, ReducePrimitives, ScanPrimitives } from '../primitives.ts'
import type { InferTable, Output } from './outputs.ts'
import { fresh, freshLayout, same } from './outputs.ts'

function reducedShape(shape: Shape, { dims, keepDim }: ReduceParams): Shape {
  if (!keepDim && dims.length === shape.length) return scalarLayout.shape
  return keepDim
    ? shape.map((size, dim) => (dims.includes(dim) ? 1 : size))
    : shape.filter((_, dim) => !dims.includes(dim))
}

const reduce = ([x]: readonly View[], params: ReduceParams): Output =>
  fresh(x!.dtype, reducedShape(x!.layout.shape, params))

/** Reductions without a neutral element cannot fold an empty dim. */
function nonEmpty(op: string, { layout }: View, { dims }: ReduceParams): void {
  for (const dim of dims) {
    if (layout.shape[dim] === 0) {
      throw new ShapeError(
        `${op}: dim ${dim} of ${formatShape(layout.shape)} is empty and ${op} of nothing has no value.`,
      )
    }
  }
}

const extremum = (op: string) => (inputs: readonly View[], params: ReduceParams) => {
  nonEmpty(op, inputs[0]!, params)
  return reduce(inputs, params)
}

const position =
  (op: string) =>
  ([x]: readonly View[], params: ReduceParams): Output => {
    nonEmpty(op, x!, params)
    return fresh(indexDType(x!.storage.device), reducedShape(x!.layout.shape, params))
  }

const withPositions = ([x]: readonly View[]): readonly Output[] => [
  { dtype: x!.dtype, layout: freshLayout(x!.layout) },
  { dtype: indexDType(x!.storage.device), layout: freshLayout(x!.layout) },
]

/** Along dims: to one value, step by step, or in order. */
export const inferReductions: InferTable<keyof ReducePrimitives | keyof ScanPrimitives | 'sort'> = {
  sum: reduce,
  mean: reduce,
  prod: reduce,
  amax: extremum('amax'),
  amin: extremum('amin'),
  argmax: position('argmax'),
  argmin: position('argmin'),

  cumsum: same,
  cumprod: same,
  cummax: withPositions,
  cummin: withPositions,
  sort: withPositions,
}
