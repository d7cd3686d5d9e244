import { dispatch, dispatchInto } from '../dispatch.ts'
import { dtypes, isFloat } from '../dtypes.ts'
import { ArgumentError, DTypeError, ShapeError } from '../errors.ts'
import { broadcastShapes, formatShape, normalizeDim, sameShape } from '../layout.ts'
import type { Operand } from '../operands.ts'
import { checkTensors, isTensor, stored } from '../operands.ts'
import type { ComputePrimitive, ComputePrimitives, ScatterReduce } from '../primitives.ts'
import type { Tensor } from '../tensor.ts'
import type { IndexSpec } from './indexing.ts'
import { put } from './indexing.ts'

/** Where a result goes: into a fresh tensor, or into `target`. */
export type Door = <P extends ComputePrimitive>(
  target: Tensor,
  primitive: P,
  inputs: readonly Tensor[],
  params: ComputePrimitives[P],
) => Tensor

export const fresh: Door = (_, primitive, inputs, params) => dispatch(primitive, inputs, params)
export const inPlace: Door = dispatchInto

function checkIndexTensor(op: string, index: Tensor, ...values: readonly Tensor[]): void {
  if (!isTensor(index))
    throw new ArgumentError(`${op}: the index must be an int tensor. Wrap it in tensor(..., { dtype: 'int64' }).`)
  checkTensors(op, ...values)
}

export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  checkIndexTensor('gather', index)
  return dispatch('gather', [x, index], { dim: normalizeDim('gather', dim, x.ndim) })
}

export function scatter(
  door: Door,
  x: Tensor,
  dim: number,
  index: Tensor,
  values: Operand,
  reduce: ScatterReduce,
): Tensor {
  checkIndexTensor('scatter', index)
  const source = stored('scatter', x, values)
  // The gradients of extrema look at the old values, which a write in place would change.
  const from = door === inPlace && (reduce === 'amax' || reduce === 'amin') ? x.clone() : x
  return door(x, 'scatter', [from, index, isTensor(values) ? source : source.expand(index.shape)], {
    dim: normalizeDim('scatter', dim, x.ndim),
    reduce,
  })
}

/** PyTorch's names of the ways to combine. */
export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin'

const scatterNames: { readonly [R in Exclude<ScatterReduction, 'mean'>]: ScatterReduce } = {
  sum: 'add',
  prod: 'multiply',
  amax: 'amax',
  amin: 'amin',
}

/** What leaves the other operand as it is. */
function neutral(x: Tensor, index: Tensor, reduce: ScatterReduction): Operand {
  if (reduce === 'sum' || reduce === 'mean') return 0
  if (reduce === 'prod') return 1
  if (isFloat(x.dtype)) return reduce === 'amax' ? -Infinity : Infinity
  const { min } = dtypes[x.dtype]
  // The largest int64 is no number, but it has all the bits that the smallest lacks.
  return reduce === 'amax' ? min : x.newFull(index.shape, min).bitwiseNot()
}

/** With `includeSelf` false the old values of written places do not count. */
export function scatterReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  values: Tensor,
  reduce: ScatterReduction,
  includeSelf: boolean,
): Tensor {
  checkIndexTensor('scatterReduce', index, values)
  if (reduce !== 'mean' && !Object.hasOwn(scatterNames, reduce)) {
    throw new ArgumentError(
      `scatterReduce: unknown reduction ${JSON.stringify(reduce)}. Use sum, prod, mean, amax or amin.`,
    )
  }
  const old = includeSelf ? x : scatter(fresh, x, dim, index, neutral(x, index, reduce), 'replace')
  if (reduce !== 'mean') return scatter(fresh, old, dim, index, values, scatterNames[reduce])
  const sum = scatter(fresh, old, dim, index, values, 'add')
  const ones = x.newFull(x.shape, 1)
  const base = includeSelf ? ones : scatter(fresh, ones, dim, index, 0, 'replace')
  const count = scatter(fresh, base, dim, index, values.newFull(values.shape, 1), 'add').clamp(1)
  return isFloat(x.dtype) ? sum.div(count) : sum.div(count, { rounding: 'floor' })
}

/** A 1-d index (a single one may be 0-d). @throws ShapeError */
function lineOf(op: string, index: Tensor): Tensor {
  checkIndexTensor(op, index)
  if (index.ndim > 1)
    throw new ShapeError(`${op}: the index must be 1-d, got ${formatShape(index.shape)}. Use index.flatten().`)
  return index.ndim === 1 ? index : index.reshape([1])
}

export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  const line = lineOf('indexSelect', index)
  const at = normalizeDim('indexSelect', dim, x.ndim)
  if (x.ndim > 0) return dispatch('indexSelect', [x, line], { dim: at })
  if (line.numel !== 1)
    throw new ShapeError(`indexSelect: a 0-d tensor has one element to select, got ${line.numel} indices.`)
  return dispatch('indexSelect', [x.reshape([1]), line], { dim: 0 }).reshape([])
}

export function indexAdd(door: Door, x: Tensor, dim: number, index: Tensor, values: Tensor, alpha: number): Tensor {
  const line = lineOf('indexAdd', index)
  checkTensors('indexAdd', values)
  const at = normalizeDim('indexAdd', dim, x.ndim)
  const source = stored('indexAdd', x, values)
  const added = alpha === 1 ? source : stored('indexAdd', x, source.mul(alpha))
  if (x.ndim > 0) return door(x, 'indexAdd', [x, line, added], { dim: at })
  // A view, so that a write in place reaches x.
  const row = x.view([1])
  return door(row, 'indexAdd', [row, line, added.reshape([1])], { dim: 0 }).reshape([])
}

/** The slices along `dim` that a 1-d index names, as an index of all dims. */
function slicesAlong(op: string, x: Tensor, dim: number, index: Tensor): { target: Tensor; specs: IndexSpec[] } {
  const line = lineOf(op, index)
  const at = normalizeDim(op, dim, x.ndim)
  return { target: x.ndim === 0 ? x.view([1]) : x, specs: [...Array.from({ length: at }, () => ':'), line] }
}

export function indexFill_(op: string, x: Tensor, dim: number, index: Tensor, value: Operand): void {
  if (isTensor(value) && value.ndim > 0)
    throw new ShapeError(`${op}: the value must be a number or 0-d, got ${formatShape(value.shape)}. Use indexCopy.`)
  const { target, specs } = slicesAlong(op, x, dim, index)
  put(op, target, specs, value, false)
}

export function indexCopy_(op: string, x: Tensor, dim: number, index: Tensor, values: Tensor): void {
  checkTensors(op, values)
  const { target, specs } = slicesAlong(op, x, dim, index)
  const wanted = target.shape.with(normalizeDim(op, dim, x.ndim), index.numel)
  const source = x.ndim === 0 ? values.reshape([-1]) : values
  if (!sameShape(source.shape, wanted))
    throw new ShapeError(`${op}: values have the wrong shape: ${formatShape(values.shape)} vs ${formatShape(wanted)}.`)
  put(op, target, specs, source, false)
}

/** `gather` whose index broadcasts; without `dim` both count as flat. */
export function takeAlongDim(x: Tensor, indices: Tensor, dim: number | undefined): Tensor {
  checkIndexTensor('takeAlongDim', indices)
  if (dim === undefined) return gather(x.reshape([-1]), 0, indices.reshape([-1]))
  const at = normalizeDim('takeAlongDim', dim, x.ndim)
  if (indices.ndim !== x.ndim) {
    throw new ShapeError(
      `takeAlongDim: needs as many dims on both sides: got ${formatShape(x.shape)} and ${formatShape(indices.shape)}.`,
    )
  }
  if (x.ndim === 0) return gather(x, 0, indices)
  const shape = broadcastShapes('takeAlongDim', x.shape.with(at, 1), indices.shape.with(at, 1))
  return gather(x.expand(shape.with(at, x.shape[at]!)), at, indices.expand(shape.with(at, indices.shape[at]!)))
}

/** Elements at row-major positions. */
export function take(x: Tensor, index: Tensor): Tensor {
  checkIndexTensor('take', index)
  if (index.dtype === 'bool') throw new DTypeError('take: the index must hold positions, got bool. Use maskedSelect.')
  return dispatch('index', [x.reshape([-1]), index], {})
}

/** Writes at row-major positions. */
export function put_(op: string, x: Tensor, index: Tensor, values: Tensor, accumulate: boolean): void {
  checkIndexTensor(op, index, values)
  if (index.numel !== values.numel)
    throw new ShapeError(`${op}: needs as many values as positions: got ${values.numel} vs ${index.numel}.`)
  const line = index.reshape([-1])
  const source = values.reshape([-1])
  if (x.isContiguous) {
    put(op, x.view([-1]), [line], source, accumulate)
    return
  }
  const flat = x.clone().view([-1])
  put(op, flat, [line], source, accumulate)
  x.copy_(flat.view(x.shape))
}
