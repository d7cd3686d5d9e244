import type { DType } from '../../dtypes.ts'
import { isFloat } from '../../dtypes.ts'
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts'
import { formatShape, normalizeDim, normalizeDims } from '../../layout.ts'
import { cast, checkTensors } from '../../operands.ts'
import type { Tensor } from '../../tensor.ts'
import type { Dims } from '../reductions.ts'
import { checkSquare, speakingAs } from './checks.ts'
import { svdvals } from './decompositions.ts'
import { inv } from './solvers.ts'

export interface NormOptions {
  /** Default: all dims for vectors, the last two for matrices. */
  readonly dim?: Dims
  readonly keepDim?: boolean
  /** Cast to this first. */
  readonly dtype?: DType
}

/** Matrix norms: Frobenius, nuclear, or by number: 1 column sums, 2 singular values, Infinity row sums; negative ones take the least. */
export type MatrixOrder = 'fro' | 'nuc' | number

function asFloat(op: string, x: Tensor, dtype: DType | undefined): Tensor {
  checkTensors(op, x)
  const wide = dtype === undefined ? x : cast(x, dtype)
  if (!isFloat(wide.dtype)) throw new DTypeError(`${op}: needs a float dtype, got ${wide.dtype}. Use x.to('float32').`)
  return wide
}

/** x to a power between 0 and 1, with gradient 0 instead of infinity at 0: the norm of nothing has no direction. */
function rootOf(x: Tensor, root: (x: Tensor) => Tensor): Tensor {
  const isZero = x.eq(0)
  return root(x.maskedFill(isZero, 1)).maskedFill(isZero, 0)
}

/**
 * `(sum |x|^ord)^(1 / ord)` over `dim`: 2 (default) is the length, Infinity the largest |x|, -Infinity the least, 0 counts
 * what is not 0.
 *
 * The gradient at 0 is 0, and ties of the largest share it.
 * @throws DTypeError for ints, ShapeError for the largest of nothing
 * @example
 * ```ts
 * linalg.vectorNorm(tensor([3, -4])).itemSync() // -> 5
 * linalg.vectorNorm(tensor([[3, -4], [1, 1]]), 1, { dim: 1 }).tolistSync() // -> [7, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
 */
export function vectorNorm(x: Tensor, ord = 2, { dim, keepDim = false, dtype }: NormOptions = {}): Tensor {
  const wide = asFloat('vectorNorm', x, dtype)
  if (typeof ord !== 'number' || Number.isNaN(ord)) {
    throw new ArgumentError(
      `vectorNorm: ord must be a number, got ${JSON.stringify(ord) ?? String(ord)}. Use matrixNorm.`,
    )
  }
  const dims = normalizeDims('vectorNorm', dim, x.ndim)
  const options = { keepDim }
  if (Math.abs(ord) === Infinity || ord < 0) {
    const empty = dims.find((d) => x.shape[d] === 0)
    if (empty !== undefined) {
      throw new ShapeError(
        `vectorNorm: dim ${empty} of ${formatShape(x.shape)} is empty and has no norm of order ${ord}. Use an order >= 0.`,
      )
    }
  }
  switch (ord) {
    case 0:
      return cast(wide.ne(0), wide.dtype).sum(dims, options)
    case 1:
      return wide.abs().sum(dims, options)
    case 2:
      return rootOf(wide.square().sum(dims, options), (sum) => sum.sqrt())
    case Infinity:
      return wide.abs().amax(dims, options)
    case -Infinity:
      return wide.abs().amin(dims, options)
    default: {
      const size = wide.abs()
      const powers = ord > 0 ? rootOf(size, (y) => y.pow(ord)) : size.pow(ord)
      return rootOf(powers.sum(dims, options), (sum) => sum.pow(1 / ord))
    }
  }
}

function twoDims(op: string, x: Tensor, dim: Dims): readonly [number, number] {
  if (x.ndim < 2) throw new ShapeError(`${op}: needs at least 2 dims, got ${formatShape(x.shape)}. Use vectorNorm.`)
  const list = dim === undefined ? [-2, -1] : [dim].flat()
  if (list.length !== 2) throw new ArgumentError(`${op}: dim must name two dims, got [${list.join(', ')}].`)
  const [rows, columns] = [normalizeDim(op, list[0]!, x.ndim), normalizeDim(op, list[1]!, x.ndim)]
  if (rows === columns) throw new ShapeError(`${op}: dims [${list.join(', ')}] name a dim twice.`)
  return [rows, columns]
}

/**
 * The norm of each matrix: 'fro' (default) the length of all elements, 'nuc' the sum of the singular values, 2 the largest
 * of them, 1 the largest sum of |column|, Infinity the largest sum of |row|; -1, -2 and -Infinity take the least.
 *
 * @throws ArgumentError for another order, ShapeError for fewer than 2 dims
 * @example
 * ```ts
 * linalg.matrixNorm(tensor([[1, 2], [3, 4]]), Infinity).itemSync() // -> 7
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_norm.html
 */
export function matrixNorm(
  x: Tensor,
  ord: MatrixOrder = 'fro',
  { dim, keepDim = false, dtype }: NormOptions = {},
): Tensor {
  const wide = asFloat('matrixNorm', x, dtype)
  const [rows, columns] = twoDims('matrixNorm', x, dim)
  if (ord === 'fro') return vectorNorm(wide, 2, { dim: [rows, columns], keepDim })
  const matrices = wide.movedim([rows, columns], [-2, -1])
  if (
    ord !== 'nuc' &&
    (Math.abs(ord) === 2 ? matrices.numel : x.shape[ord === 1 || ord === -1 ? columns : rows]) === 0
  ) {
    throw new ShapeError(`matrixNorm: ${formatShape(x.shape)} is empty and has no norm of order ${ord}. Use 'fro'.`)
  }
  const value = orderOf(matrices, ord)
  return keepDim ? value.reshape(x.shape.map((size, d) => (d === rows || d === columns ? 1 : size))) : value
}

function orderOf(matrices: Tensor, ord: Exclude<MatrixOrder, 'fro'>): Tensor {
  const singular = (): Tensor => speakingAs('matrixNorm', 'svdvals', () => svdvals(matrices))
  switch (ord) {
    case 'nuc':
      return singular().sum(-1)
    case 2:
      return singular().amax(-1)
    case -2:
      return singular().amin(-1)
    case 1:
      return matrices.abs().sum(-2).amax(-1)
    case -1:
      return matrices.abs().sum(-2).amin(-1)
    case Infinity:
      return matrices.abs().sum(-1).amax(-1)
    case -Infinity:
      return matrices.abs().sum(-1).amin(-1)
    default:
      throw new ArgumentError(
        `matrixNorm: ord must be 'fro', 'nuc', 1, 2, Infinity or the negative of these, got ${JSON.stringify(ord)}.`,
      )
  }
}

/**
 * `vectorNorm` or `matrixNorm`: of vectors for one dim, or without order; of matrices for an order with two dims.
 *
 * @example
 * ```ts
 * linalg.norm(tensor([[3, 0], [0, 4]])).itemSync() // -> 5
 * linalg.norm(tensor([[3, 0], [0, 4]]), 'nuc').itemSync() // -> 7
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.norm.html
 */
export function norm(x: Tensor, ord?: number | 'fro' | 'nuc', options: NormOptions = {}): Tensor {
  checkTensors('norm', x)
  if (ord === undefined) return vectorNorm(x, 2, options)
  const { dim } = options
  const isMatrix = dim === undefined ? x.ndim === 2 : Array.isArray(dim) && dim.length === 2
  if (isMatrix || typeof ord === 'string') return matrixNorm(x, ord, options)
  if (dim === undefined && x.ndim > 2) {
    throw new ShapeError(
      `norm: with an order and no dim it needs 1 or 2 dims, got ${formatShape(x.shape)}. Use vectorNorm or give dim.`,
    )
  }
  return vectorNorm(x, ord, options)
}

/**
 * The norm as `torch.norm` has it: a number is the order of a vector norm over all of `dim`, 'fro' is order 2, 'nuc' the
 * sum of the singular values.
 */
export function elementNorm(
  x: Tensor,
  p: number | 'fro' | 'nuc',
  dim: Dims,
  options: Omit<NormOptions, 'dim'>,
): Tensor {
  if (p === 'nuc') return matrixNorm(x, 'nuc', dim === undefined ? options : { ...options, dim })
  return vectorNorm(x, p === 'fro' ? 2 : p, { ...options, dim })
}

/**
 * How much a matrix magnifies relative errors: the largest singular value by the least (default), or, for another order
 * `p` of `matrixNorm`, the norm of A times that of its inverse.
 *
 * @throws LinalgError where a matrix is singular and `p` is not 2 or -2
 * @example
 * ```ts
 * linalg.cond(tensor([[4, 0], [0, 2]])).itemSync() // -> 2
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.cond.html, which gives Infinity for singular matrices
 */
export function cond(a: Tensor, p: MatrixOrder = 2): Tensor {
  if (p === 2 || p === -2) {
    const values = speakingAs('cond', 'svdvals', () => svdvals(asFloat('cond', a, undefined)))
    const [largest, least] = [values.select(-1, 0), values.select(-1, -1)]
    return p === 2 ? largest.div(least) : least.div(largest)
  }
  checkSquare('cond', a)
  return matrixNorm(a, p).mul(
    matrixNorm(
      speakingAs('cond', 'inv', () => inv(a)),
      p,
    ),
  )
}
