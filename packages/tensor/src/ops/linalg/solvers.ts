import { dispatch, dispatchAll } from '../../dispatch.ts'
import { dtypes } from '../../dtypes.ts'
import { ArgumentError, ShapeError } from '../../errors.ts'
import { broadcastShapes, formatShape, numelOf, sameShape } from '../../layout.ts'
import { checkTensors, promote } from '../../operands.ts'
import { noParams } from '../../primitives.ts'
import type { Tensor } from '../../tensor.ts'
import { checkMatrix, checkSquare, speakingAs } from './checks.ts'
import type { LUFactors } from './decompositions.ts'
import { svdvals } from './decompositions.ts'
import { identityLike } from './identity.ts'

/** What counts as zero among singular values: those not above `max(atol, rtol * the largest)`. */
export interface RankOptions {
  /** Default: 0. */
  readonly atol?: number
  /** Default: `max(m, n)` times the dtype's epsilon, or 0 where `atol` is given. */
  readonly rtol?: number
}

function rankTolerances(op: string, a: Tensor, { atol, rtol }: RankOptions): { atol: number; rtol: number } {
  for (const [name, value] of Object.entries({ atol, rtol })) {
    if (value !== undefined && !(value >= 0)) throw new ArgumentError(`${op}: ${name} must be >= 0, got ${value}.`)
  }
  const epsilon = Math.max(a.size(-2), a.size(-1)) * dtypes[a.dtype].eps
  return { atol: atol ?? 0, rtol: rtol ?? (atol === undefined || atol === 0 ? epsilon : 0) }
}

/**
 * The X with `A X = B` for a square A; with `left: false`, that with `X A = B`.
 *
 * Shapes: [.., n, n] and [.., n, k] -> [.., n, k], or a vector [n] (a batch of vectors, with the batch dims of A) for B.
 * Batch dims broadcast.
 * @throws LinalgError where A is singular
 * @example
 * ```ts
 * linalg.solve(tensor([[2, 0], [0, 4]]), tensor([2, 8])).tolistSync() // -> [1, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.solve.html
 */
export function solve(a: Tensor, b: Tensor, { left = true }: { readonly left?: boolean } = {}): Tensor {
  checkSquare('solve', a)
  checkTensors('solve', b)
  const [x, y] = promote('solve', a, b)
  const isVector = y.ndim === 1 || (x.ndim - 1 === y.ndim && sameShape(x.shape.slice(0, -1), y.shape))
  if (isVector && !left) {
    throw new ShapeError(
      `solve: left: false needs a matrix on the right, got ${formatShape(b.shape)}. Use unsqueeze(-2).`,
    )
  }
  if (isVector) return dispatch('solve', [x, y.unsqueeze(-1)], noParams).squeeze(-1)
  return left ? dispatch('solve', [x, y], noParams) : dispatch('solve', [x.mT, y.mT], noParams).mT
}

export interface SolveTriangularOptions {
  /** Which triangle of A holds the system; the other is not read. */
  readonly upper: boolean
  /** Whether A stands left of X (default) or right of it. */
  readonly left?: boolean
  /** Ones for the diagonal, which is then not read. */
  readonly unitriangular?: boolean
}

/**
 * The X with `A X = B` (`X A = B` with `left: false`) for a triangular A.
 *
 * Shapes: [.., n, n] and [.., n, k] -> [.., n, k]; batch dims broadcast. A zero on the diagonal gives infinities or NaN.
 * @example
 * ```ts
 * linalg.solveTriangular(tensor([[1, 0], [1, 1]]), tensor([[1], [3]]), { upper: false }).tolistSync() // -> [[1], [2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.solve_triangular.html
 */
export function solveTriangular(
  a: Tensor,
  b: Tensor,
  { upper, left = true, unitriangular = false }: SolveTriangularOptions,
): Tensor {
  checkSquare('solveTriangular', a)
  checkMatrix('solveTriangular', b)
  const [x, y] = promote('solveTriangular', a, b)
  if (left) return dispatch('triangularSolve', [x, y], { upper, unitriangular })
  return dispatch('triangularSolve', [x.mT, y.mT], { upper: !upper, unitriangular }).mT
}

/**
 * The X with `A X = B` from the factors of A that `luFactor` found. One factorization serves many right-hand sides.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.lu_solve.html
 */
export function luSolve({ LU, permutation }: LUFactors, b: Tensor): Tensor {
  checkSquare('luSolve', LU)
  checkMatrix('luSolve', b)
  const batch = solutionBatch(LU, b)
  const index = permutation.unsqueeze(-1).expand([...batch, b.size(-2), b.size(-1)])
  const ordered = b.expand([...batch, b.size(-2), b.size(-1)]).gather(-2, index)
  const forward = solveTriangular(LU, ordered, { upper: false, unitriangular: true })
  return solveTriangular(LU, forward, { upper: true })
}

function solutionBatch(a: Tensor, b: Tensor): readonly number[] {
  return broadcastShapes('luSolve', a.shape.slice(0, -2), b.shape.slice(0, -2))
}

/**
 * The X with `A X = B` for the A whose Cholesky factor is `factor`: lower triangular, or upper with `upper`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.cholesky_solve.html
 */
export function choleskySolve(b: Tensor, factor: Tensor, { upper = false }: { readonly upper?: boolean } = {}): Tensor {
  checkSquare('choleskySolve', factor)
  checkMatrix('choleskySolve', b)
  const lower = upper ? factor.mT : factor
  return solveTriangular(lower.mT, solveTriangular(lower, b, { upper: false }), { upper: true })
}

/**
 * The inverse of the A whose Cholesky factor is `factor`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.cholesky_inverse.html
 */
export function choleskyInverse(factor: Tensor, options: { readonly upper?: boolean } = {}): Tensor {
  const size = checkSquare('choleskyInverse', factor)
  return choleskySolve(identityLike(factor, size), factor, options)
}

/**
 * The inverse of a square matrix, [.., n, n] -> [.., n, n]. To solve a system, `solve` is quicker and more exact.
 *
 * @throws LinalgError where a matrix is singular
 * @example
 * ```ts
 * linalg.inv(tensor([[2, 0], [0, 4]])).tolistSync() // -> [[0.5, 0], [0, 0.25]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.inv.html
 */
export function inv(a: Tensor): Tensor {
  const size = checkSquare('inv', a)
  return speakingAs('inv', 'solve', () => dispatch('solve', [a, identityLike(a, size)], noParams))
}

/**
 * The Moore-Penrose pseudo-inverse, [.., m, n] -> [.., n, m]. Gradients hold where the rank does not change nearby.
 *
 * @throws LinalgError for NaN and infinities
 * @example
 * ```ts
 * linalg.pinv(tensor([[2, 0], [0, 0], [0, 0]])).tolistSync() // -> [[0.5, 0, 0], [0, 0, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.pinv.html
 */
export function pinv(a: Tensor, options: RankOptions = {}): Tensor {
  checkMatrix('pinv', a)
  return dispatch('pinv', [a], rankTolerances('pinv', a, options))
}

export interface LeastSquares {
  /** [.., n, k]. */
  readonly solution: Tensor
  /** Squared lengths of the columns of `A X - B`, [.., k]; empty [0] unless m > n. Where A lacks full rank they are no PyTorch result. */
  readonly residuals: Tensor
  /** Of A, ints [..]. */
  readonly rank: Tensor
  /** Of A, descending, [.., min(m, n)]. */
  readonly singularValues: Tensor
}

/**
 * The X that minimises `|A X - B|`, of least norm where there are several.
 *
 * Shapes: [.., m, n] and [.., m, k] -> [.., n, k]; batch dims broadcast. `rtol` (default: `max(m, n)` epsilons) tells the rank.
 * @throws LinalgError for NaN and infinities
 * @example
 * ```ts
 * const { solution } = linalg.lstsq(tensor([[1], [1]]), tensor([[1], [3]]))
 * solution.itemSync() // -> 2
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.lstsq.html with driver 'gelsy' or 'gelsd'
 */
export function lstsq(a: Tensor, b: Tensor, options: Pick<RankOptions, 'rtol'> = {}): LeastSquares {
  checkMatrix('lstsq', a)
  checkMatrix('lstsq', b)
  const [x, y] = promote('lstsq', a, b)
  const { rtol } = rankTolerances('lstsq', x, options)
  const [solution, rank] = dispatchAll('lstsq', [x, y], { rtol })
  const residuals = x.size(-2) > x.size(-1) ? x.matmul(solution!).sub(y).square().sum(-2) : y.newFull([0], 0)
  return { solution: solution!, residuals, rank: rank!, singularValues: svdvals(x) }
}

/**
 * The number of singular values that do not count as zero, [.., m, n] -> ints [..].
 *
 * @example
 * ```ts
 * linalg.matrixRank(tensor([[1, 2], [2, 4]])).itemSync() // -> 1
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_rank.html
 */
export function matrixRank(a: Tensor, options: RankOptions = {}): Tensor {
  const [rows, columns] = checkMatrix('matrixRank', a)
  const { atol, rtol } = rankTolerances('matrixRank', a, options)
  const values = speakingAs('matrixRank', 'svdvals', () => svdvals(a.detach()))
  if (rows === 0 || columns === 0) return values.ne(0).sum(-1)
  const largest = values.narrow(-1, 0, 1)
  return values.gt(largest.mul(rtol).clamp(atol)).sum(-1)
}

/**
 * The inverse of `a` seen as a linear map from its last dims to its first `ind` dims: `tensordot(tensorinv(a), a, ind)` is
 * the identity.
 *
 * @throws ShapeError unless the first `ind` dims have as many elements as the others
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.tensorinv.html
 */
export function tensorinv(a: Tensor, ind = 2): Tensor {
  checkTensors('tensorinv', a)
  if (!Number.isInteger(ind) || ind < 1)
    throw new ArgumentError(`tensorinv: ind must be a whole number > 0, got ${ind}.`)
  const [first, last] = [a.shape.slice(0, ind), a.shape.slice(ind)]
  const size = numelOf(first)
  if (size !== numelOf(last)) {
    throw new ShapeError(
      `tensorinv: the first ${ind} dims of ${formatShape(a.shape)} have ${size} elements and the others ${numelOf(last)}. They must agree.`,
    )
  }
  return speakingAs('tensorinv', 'inv', () => inv(a.reshape(size, size)).reshape([...last, ...first]))
}

/**
 * The X with `tensordot(a, x, x.ndim) = b`.
 *
 * @throws ShapeError unless the dims of `a` beyond those of `b` have as many elements as `b`
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.tensorsolve.html, without its `dims`
 */
export function tensorsolve(a: Tensor, b: Tensor): Tensor {
  checkTensors('tensorsolve', a, b)
  const rest = a.shape.slice(b.ndim)
  const size = b.numel
  if (numelOf(rest) !== size || a.numel !== size * size) {
    throw new ShapeError(
      `tensorsolve: ${formatShape(a.shape)} is no square map onto ${formatShape(b.shape)}: ${a.numel} elements vs ${size * size}.`,
    )
  }
  return speakingAs('tensorsolve', 'solve', () => solve(a.reshape(size, size), b.reshape(size)).reshape(rest))
}
