import { dispatch } from '../../dispatch.ts'
import { ArgumentError } from '../../errors.ts'
import { cast, checkTensors } from '../../operands.ts'
import { noParams } from '../../primitives.ts'
import type { Tensor } from '../../tensor.ts'
import { checkDims, checkSquare, speakingAs } from './checks.ts'
import { luFactor } from './decompositions.ts'
import { identityLike } from './identity.ts'
import { inv } from './solvers.ts'

/**
 * The determinant, [.., n, n] -> [..]; 1 for 0 x 0 matrices.
 *
 * Its gradient holds for singular matrices too; the second one needs a regular matrix.
 * @example
 * ```ts
 * linalg.det(tensor([[1, 2], [3, 4]])).itemSync() // -> -2
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.det.html
 */
export function det(a: Tensor): Tensor {
  checkTensors('det', a)
  return dispatch('det', [a], noParams)
}

export interface SignLogDet {
  /** -1, 0 or 1. */
  readonly sign: Tensor
  /** log |det A|; -Infinity where A is singular. */
  readonly logabsdet: Tensor
}

/**
 * Sign and logarithm of the determinant, which neither overflow nor underflow: `det = sign * e^logabsdet`.
 *
 * @example
 * ```ts
 * const { sign, logabsdet } = linalg.slogdet(tensor([[0, 1], [1, 0]]))
 * sign.itemSync() // -> -1
 * logabsdet.itemSync() // -> 0
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.slogdet.html
 */
export function slogdet(a: Tensor): SignLogDet {
  const size = checkSquare('slogdet', a)
  const { LU, pivots } = luFactor(a)
  const diagonal = LU.diagonal(0, -2, -1)
  const inPlace = dispatch('arange', [], { length: size, start: 1, step: 1, dtype: 'int32' }, a.device)
  const turns = cast(pivots.eq(inPlace), a.dtype).mul(2).sub(1)
  return {
    sign: diagonal.detach().sign().mul(turns).prod(-1),
    logabsdet: diagonal.abs().log().sum(-1),
  }
}

/** Logarithm of the determinant: NaN where that is negative. @see https://pytorch.org/docs/stable/generated/torch.logdet.html */
export function logdet(a: Tensor): Tensor {
  checkSquare('logdet', a)
  const { sign, logabsdet } = slogdet(a)
  return logabsdet.where(sign.ge(0), Number.NaN)
}

/**
 * A matrix times itself, `n` factors in about log2(n) products; a negative `n` means powers of the inverse.
 *
 * @throws ArgumentError for a fractional n, LinalgError where a matrix to be inverted is singular
 * @example
 * ```ts
 * linalg.matrixPower(tensor([[1, 1], [1, 0]]), 10).tolistSync() // -> [[89, 55], [55, 34]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_power.html
 */
export function matrixPower(a: Tensor, n: number): Tensor {
  const size = checkSquare('matrixPower', a)
  if (!Number.isInteger(n)) throw new ArgumentError(`matrixPower: the power must be a whole number, got ${n}.`)
  if (n === 0) return identityLike(a, size).expand(a.shape).clone()
  let square = n < 0 ? speakingAs('matrixPower', 'inv', () => inv(a)) : a
  let result: Tensor | undefined
  for (let rest = Math.abs(n); ; square = square.matmul(square)) {
    if (rest % 2 === 1) result = result === undefined ? square : result.matmul(square)
    rest = Math.floor(rest / 2)
    if (rest === 0) return n === 1 ? a.clone() : result!
  }
}

/**
 * The matrix exponential `e^A = sum of A^k / k!`, [.., n, n] -> [.., n, n]. NaN throughout where A is not finite.
 *
 * @example
 * ```ts
 * linalg.matrixExp(tensor([[0, 1], [0, 0]])).tolistSync() // -> [[1, 1], [0, 1]]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_exp.html
 */
export function matrixExp(a: Tensor): Tensor {
  checkTensors('matrixExp', a)
  return dispatch('matrixExp', [a], noParams)
}

/** Sum of the diagonal of a matrix, or of each matrix of a batch, unlike PyTorch, whose `torch.trace` takes one matrix only. */
export function trace(x: Tensor): Tensor {
  checkTensors('trace', x)
  checkDims('trace', x, 2)
  return x.diagonal(0, -2, -1).sum(-1)
}
