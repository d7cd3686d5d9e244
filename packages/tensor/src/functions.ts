import type { Device } from './device.ts'
import { cpu } from './cpu/index.ts'
import { broadcastShapes, checkShape } from './layout.ts'
import { ArgumentError } from './errors.ts'
import type { Operand } from './operands.ts'
import { checkTensors, indexTensor } from './operands.ts'
import type { MeshIndexing } from './ops/arrange.ts'
import * as arrange from './ops/arrange.ts'
import * as diagonals from './ops/diagonals.ts'
import type { ReduceOptions, ValuesAndIndices } from './ops/reductions.ts'
import * as search from './ops/search.ts'
import * as pointwise from './ops/pointwise.ts'
import * as shapes from './ops/shape.ts'
import type { Tensor } from './tensor.ts'

/** Tensors joined along an existing dim. @see https://pytorch.org/docs/stable/generated/torch.cat.html */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return shapes.cat(tensors, dim)
}

/** Tensors of one shape joined along a new dim. @see https://pytorch.org/docs/stable/generated/torch.stack.html */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return shapes.stack(tensors, dim)
}

/**
 * Elements of `a` where `condition` holds, of `b` elsewhere; of a condition alone the indices per dim where it holds.
 * @see https://pytorch.org/docs/stable/generated/torch.where.html
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor
export function where(condition: Tensor): Tensor[]
export function where(condition: Tensor, a?: Operand, b?: Operand): Tensor | Tensor[] {
  checkTensors('where', condition)
  if (a === undefined && b === undefined) return condition.nonzero({ asTuple: true })
  if (a === undefined || b === undefined)
    throw new ArgumentError('where: needs both alternatives or none, got one. Give where(condition, a, b).')
  return pointwise.where(condition, a, b)
}

/** All tensors expanded to their common shape. */
export function broadcastTensors(...tensors: readonly Tensor[]): Tensor[] {
  checkTensors('broadcastTensors', ...tensors)
  const shape = tensors.map((x) => x.shape).reduce((a, b) => broadcastShapes('broadcastTensors', a, b), [])
  return tensors.map((x) => x.expand(shape))
}

/** Tensors side by side: joined along dim 1, 1-d ones along dim 0. @see https://pytorch.org/docs/stable/generated/torch.hstack.html */
export function hstack(tensors: readonly Tensor[]): Tensor {
  return arrange.hstack(tensors)
}

/** Tensors below each other: joined along dim 0, 1-d ones as rows. @see https://pytorch.org/docs/stable/generated/torch.vstack.html */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return arrange.stackAlong('vstack', tensors, 2, 0)
}

/** Tensors behind each other: joined along dim 2. @see https://pytorch.org/docs/stable/generated/torch.dstack.html */
export function dstack(tensors: readonly Tensor[]): Tensor {
  return arrange.stackAlong('dstack', tensors, 3, 2)
}

/** `hstack` of columns: 1-d tensors become columns first. @see https://pytorch.org/docs/stable/generated/torch.column_stack.html */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  return arrange.columnStack(tensors)
}

/** `x` with at least 1 dim. */
export function atleast1d(x: Tensor): Tensor {
  return arrange.atLeast(x, 1)
}

/** `x` with at least 2 dims: vectors become rows. */
export function atleast2d(x: Tensor): Tensor {
  return arrange.atLeast(x, 2)
}

/** `x` with at least 3 dims: vectors become [1, n, 1], matrices [n, m, 1]. */
export function atleast3d(x: Tensor): Tensor {
  return arrange.atLeast(x, 3)
}

/**
 * Coordinates of a grid: one tensor per input, all of the grid's shape. Views.
 *
 * Shapes: [n], [m], ... -> [n, m, ...] with 'ij'; the first two dims swapped with 'xy'.
 * @see https://pytorch.org/docs/stable/generated/torch.meshgrid.html
 */
export function meshgrid(
  tensors: readonly Tensor[],
  { indexing = 'ij' }: { readonly indexing?: MeshIndexing } = {},
): Tensor[] {
  return arrange.meshgrid(tensors, indexing)
}

/** All ways to choose one element of each 1-d tensor, as rows. @see https://pytorch.org/docs/stable/generated/torch.cartesian_prod.html */
export function cartesianProd(...tensors: readonly Tensor[]): Tensor {
  return arrange.cartesianProd(tensors)
}

/** All choices of `r` elements of a 1-d tensor, in order, as rows. @see https://pytorch.org/docs/stable/generated/torch.combinations.html */
export function combinations(
  x: Tensor,
  r = 2,
  { withReplacement = false }: { readonly withReplacement?: boolean } = {},
): Tensor {
  return arrange.combinations(x, r, withReplacement)
}

/** Matrices as blocks along the diagonal of zeros. @see https://pytorch.org/docs/stable/generated/torch.block_diag.html */
export function blockDiag(...tensors: readonly Tensor[]): Tensor {
  return diagonals.blockDiag(tensors)
}

interface TriangleOptions {
  /** Above the main diagonal if positive. */
  readonly offset?: number
  readonly device?: Device
}

function triangleIndices(op: 'tril' | 'triu', rows: number, columns: number, options: TriangleOptions): Tensor {
  const { offset = 0, device = cpu } = options
  checkShape(`${op}Indices`, [rows, columns])
  if (!Number.isInteger(offset))
    throw new ArgumentError(`${op}Indices: the offset must be a whole number, got ${offset}.`)
  const { count, positions } = diagonals.triangleIndices(op, rows, columns, offset)
  return indexTensor(op, positions, [2, count], device)
}

/** Rows and columns of the elements on and below a diagonal: [2, count]. @see https://pytorch.org/docs/stable/generated/torch.tril_indices.html */
export function trilIndices(rows: number, columns: number = rows, options: TriangleOptions = {}): Tensor {
  return triangleIndices('tril', rows, columns, options)
}

/** Rows and columns of the elements on and above a diagonal: [2, count]. @see https://pytorch.org/docs/stable/generated/torch.triu_indices.html */
export function triuIndices(rows: number, columns: number = rows, options: TriangleOptions = {}): Tensor {
  return triangleIndices('triu', rows, columns, options)
}

/**
 * 1 at the class, else 0: int64 [...] -> [..., numClasses], by default one more than the largest class.
 * @throws ArgumentError for classes out of range
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 */
export function oneHot(classes: Tensor, numClasses = -1): Tensor {
  return diagonals.oneHot(classes, numClasses)
}

interface SearchOptions {
  /** The place after equal elements instead of the one before. */
  readonly right?: boolean
}

/**
 * Where `values` would go in the sorted last dim of `sorted` so that it stays sorted. Leading dims are equal, or `sorted` is 1-d.
 * @see https://pytorch.org/docs/stable/generated/torch.searchsorted.html
 */
export function searchsorted(sorted: Tensor, values: Tensor, { right = false }: SearchOptions = {}): Tensor {
  return search.searchSorted('searchsorted', sorted, values, right)
}

/** Which of the buckets between sorted 1-d `boundaries` each value falls into. @see https://pytorch.org/docs/stable/generated/torch.bucketize.html */
export function bucketize(values: Tensor, boundaries: Tensor, { right = false }: SearchOptions = {}): Tensor {
  return search.bucketize(values, boundaries, right)
}

/** Whether each of `elements` occurs in `test`, as bool. @see https://pytorch.org/docs/stable/generated/torch.isin.html */
export function isin(
  elements: Tensor | number,
  test: Tensor | number,
  { invert = false }: { readonly invert?: boolean } = {},
): Tensor {
  return search.isin(elements, test, invert)
}

/** The largest value of all, or values and positions along `dim`. @see https://pytorch.org/docs/stable/generated/torch.max.html */
export function max(x: Tensor): Tensor
export function max(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices
export function max(x: Tensor, dim?: number, options?: ReduceOptions): Tensor | ValuesAndIndices {
  return dim === undefined ? x.max() : x.max(dim, options)
}

/** The smallest value of all, or values and positions along `dim`. @see https://pytorch.org/docs/stable/generated/torch.min.html */
export function min(x: Tensor): Tensor
export function min(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices
export function min(x: Tensor, dim?: number, options?: ReduceOptions): Tensor | ValuesAndIndices {
  return dim === undefined ? x.min() : x.min(dim, options)
}

/** The (lower) middle value of all, or values and positions along `dim`. @see https://pytorch.org/docs/stable/generated/torch.median.html */
export function median(x: Tensor): Tensor
export function median(x: Tensor, dim: number, options?: ReduceOptions): ValuesAndIndices
export function median(x: Tensor, dim?: number, options?: ReduceOptions): Tensor | ValuesAndIndices {
  return dim === undefined ? x.median() : x.median(dim, options)
}
