import { dispatch, dispatchAll } from '../../dispatch.ts'
import { ArgumentError } from '../../errors.ts'
import { cast, checkTensors } from '../../operands.ts'
import { noParams } from '../../primitives.ts'
import type { Tensor } from '../../tensor.ts'
import { checkMatrix, checkSquare, speakingAs } from './checks.ts'
import { unitDiagonal } from './identity.ts'

/**
 * The triangular L with `A = L L^T` of a symmetric positive definite A; with `upper`, its transpose.
 *
 * Shapes: [.., n, n] -> [.., n, n]. Only the lower triangle of A is read; its gradient is symmetric.
 * @throws LinalgError where a matrix is not positive definite
 * @example
 * ```ts
 * linalg.cholesky(tensor([[4, 2], [2, 5]])).tolistSync() // -> [[2, 0], [1, 2]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.cholesky.html
 */
export function cholesky(a: Tensor, { upper = false }: { readonly upper?: boolean } = {}): Tensor {
  checkTensors('cholesky', a)
  const factor = dispatch('cholesky', [a], noParams)
  return upper ? factor.mT : factor
}

export interface QR {
  /** Orthonormal columns, [.., m, k]. */
  readonly Q: Tensor
  /** Upper triangular, [.., k, n]. */
  readonly R: Tensor
}

/**
 * `A = Q R` with orthonormal columns in Q and an upper triangular R.
 *
 * Shapes: [.., m, n] -> [.., m, k] and [.., k, n]; k is min(m, n), or m with mode 'complete'. Signs are LAPACK's, so the
 * diagonal of R may be negative.
 * Gradients exist unless mode is 'complete' and m > n; where m < n the first m columns of A must be independent.
 * @throws ArgumentError for another mode
 * @example
 * ```ts
 * const { R } = linalg.qr(tensor([[3, 1], [4, 2]]))
 * R.abs().tolistSync() // -> [[5, 2.200000047683716], [0, 0.4000000059604645]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.qr.html, whose mode 'r' is `qr(a).R` here
 */
export function qr(a: Tensor, { mode = 'reduced' }: { readonly mode?: 'reduced' | 'complete' } = {}): QR {
  if (mode !== 'reduced' && mode !== 'complete') {
    throw new ArgumentError(`qr: mode must be 'reduced' or 'complete', got ${JSON.stringify(mode)}.`)
  }
  checkTensors('qr', a)
  const [Q, R] = dispatchAll('qr', [a], { mode })
  return { Q: Q!, R: R! }
}

export interface Eigh {
  /** Ascending, [.., n]. */
  readonly eigenvalues: Tensor
  /** Orthonormal, in columns, [.., n, n]; the sign of each is arbitrary. */
  readonly eigenvectors: Tensor
}

/** Which triangle of a symmetric matrix is read. */
export interface TriangleOptions {
  readonly upper?: boolean
}

/**
 * Eigenvalues and eigenvectors of a symmetric A: `A = V diag(w) V^T`.
 *
 * Shapes: [.., n, n] -> [.., n] and [.., n, n]. Only the lower triangle is read, or the upper one with `upper`.
 * Gradients through the eigenvectors need distinct eigenvalues, and a loss that does not depend on the vectors' signs.
 * @throws LinalgError for NaN and infinities
 * @example
 * ```ts
 * linalg.eigh(tensor([[2, 1], [1, 2]])).eigenvalues.tolistSync() // -> [1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.eigh.html
 */
export function eigh(a: Tensor, { upper = false }: TriangleOptions = {}): Eigh {
  checkSquare('eigh', a)
  const [eigenvalues, eigenvectors] = dispatchAll('eigh', [upper ? a.mT : a], noParams)
  return { eigenvalues: eigenvalues!, eigenvectors: eigenvectors! }
}

/** Ascending eigenvalues of a symmetric matrix, [.., n, n] -> [.., n]. @see {@link eigh} */
export function eigvalsh(a: Tensor, options: TriangleOptions = {}): Tensor {
  checkSquare('eigvalsh', a)
  return speakingAs('eigvalsh', 'eigh', () => eigh(a, options).eigenvalues)
}

/** Complex numbers as two tensors of one shape. */
export interface ComplexPair {
  readonly real: Tensor
  readonly imag: Tensor
}

export interface Eig {
  /** [.., n]; complex ones come in conjugate pairs, that with the positive imaginary part first. */
  readonly eigenvalues: ComplexPair
  /** In columns, [.., n, n], each of norm 1. */
  readonly eigenvectors: ComplexPair
}

/**
 * Eigenvalues and eigenvectors of any square matrix: `A v = w v`, in general complex.
 *
 * Shapes: [.., n, n] -> pairs of [.., n] and [.., n, n]. No gradients; see `eigh` for symmetric matrices.
 * @throws LinalgError for NaN and infinities
 * @example
 * ```ts
 * const { eigenvalues } = linalg.eig(tensor([[0, -1], [1, 0]]))
 * eigenvalues.imag.tolistSync() // -> [1, -1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.eig.html, which returns complex tensors
 */
export function eig(a: Tensor): Eig {
  checkTensors('eig', a)
  const [wReal, wImag, vReal, vImag] = dispatchAll('eig', [a], noParams)
  return { eigenvalues: { real: wReal!, imag: wImag! }, eigenvectors: { real: vReal!, imag: vImag! } }
}

/** Eigenvalues of any square matrix, as real and imaginary parts [.., n]. @see {@link eig} */
export function eigvals(a: Tensor): ComplexPair {
  checkSquare('eigvals', a)
  return speakingAs('eigvals', 'eig', () => eig(a).eigenvalues)
}

export interface SVD {
  /** Orthonormal columns, [.., m, k], or [.., m, m] with full matrices. */
  readonly U: Tensor
  /** Descending, [.., k]. */
  readonly S: Tensor
  /** Orthonormal rows, [.., k, n], or [.., n, n] with full matrices. */
  readonly Vh: Tensor
}

/**
 * Singular value decomposition `A = U diag(S) Vh`.
 *
 * Shapes: [.., m, n]; k is min(m, n). `fullMatrices` (default, as in PyTorch) completes U and Vh to square matrices.
 * Gradients through U and Vh need distinct singular values, `fullMatrices: false` unless m = n, and a loss that does not
 * depend on the vectors' signs.
 * @throws LinalgError for NaN and infinities
 * @example
 * ```ts
 * const { U, S, Vh } = linalg.svd(tensor([[0, 2], [1, 0], [0, 0]]), { fullMatrices: false })
 * S.tolistSync() // -> [2, 1]
 * U.mul(S).matmul(Vh).tolistSync() // -> [[0, 2], [1, 0], [0, 0]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.svd.html
 */
export function svd(a: Tensor, { fullMatrices = true }: { readonly fullMatrices?: boolean } = {}): SVD {
  checkTensors('svd', a)
  const [U, S, Vh] = dispatchAll('svd', [a], { fullMatrices })
  return { U: U!, S: S!, Vh: Vh! }
}

/** Singular values, descending, [.., m, n] -> [.., min(m, n)]. @see {@link svd} */
export function svdvals(a: Tensor): Tensor {
  checkMatrix('svdvals', a)
  return speakingAs('svdvals', 'svd', () => svd(a, { fullMatrices: false }).S)
}

export interface LU {
  /** Permutation matrix, [.., m, m]. */
  readonly P: Tensor
  /** Unit lower triangular, [.., m, k]. */
  readonly L: Tensor
  /** Upper triangular, [.., k, n]. */
  readonly U: Tensor
}

/** L without its unit diagonal and U in one matrix, as `lu` splits and `luSolve` uses them. */
export interface LUFactors {
  /** [.., m, n]. */
  readonly LU: Tensor
  /** Row i was exchanged with row `pivots[i] - 1`, in this order; int32 [.., min(m, n)]. */
  readonly pivots: Tensor
  /** The same as one step: row i of L U is row `permutation[i]` of A; ints [.., m]. */
  readonly permutation: Tensor
}

/**
 * The factors of `A = P L U`, found with partial pivoting, in packed form.
 *
 * A singular A has factors too; U then has a zero on the diagonal, and no gradient.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.lu_factor.html, which leaves out `permutation`
 */
export function luFactor(a: Tensor): LUFactors {
  checkMatrix('luFactor', a)
  const [LU, pivots, permutation] = dispatchAll('lu', [a], noParams)
  return { LU: LU!, pivots: pivots!, permutation: permutation! }
}

/**
 * `A = P L U` with a permutation P, a unit lower triangular L and an upper triangular U, found with partial pivoting.
 *
 * Shapes: [.., m, n] -> [.., m, m], [.., m, k] and [.., k, n], k = min(m, n).
 * Gradients need the leading k x k block of L U regular.
 * @example
 * ```ts
 * const { P, L, U } = linalg.lu(tensor([[1, 2], [4, 4]]))
 * L.tolistSync() // -> [[1, 0], [0.25, 1]]
 * P.matmul(L).matmul(U).tolistSync() // -> [[1, 2], [4, 4]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.lu.html
 */
export function lu(a: Tensor): LU {
  checkMatrix('lu', a)
  return luUnpack(luFactor(a))
}

/** P, L and U from their packed form. @see https://pytorch.org/docs/stable/generated/torch.lu_unpack.html */
export function luUnpack({ LU: packed, permutation }: LUFactors): LU {
  const size = Math.min(packed.size(-2), packed.size(-1))
  return {
    P: permutationMatrix(permutation, packed),
    L: unitDiagonal(packed.narrow(-1, 0, size).tril(-1)),
    U: packed.narrow(-2, 0, size).triu(),
  }
}

/** `P[permutation[i], i] = 1`. */
function permutationMatrix(permutation: Tensor, like: Tensor): Tensor {
  const rows = permutation.size(-1)
  const order = dispatch(
    'arange',
    [],
    { length: rows, start: 0, step: 1, dtype: permutation.dtype },
    permutation.device,
  )
  return cast(permutation.unsqueeze(-2).eq(order.unsqueeze(1)), like.dtype)
}
