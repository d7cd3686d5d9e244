import { dispatch } from '../../dispatch.ts'
import type { Tensor } from '../../tensor.ts'

/** Matrices with 1 on the diagonal. */
export function unitDiagonal(x: Tensor): Tensor {
  const count = (length: number): Tensor =>
    dispatch('arange', [], { length, start: 0, step: 1, dtype: 'int32' }, x.device)
  return x.maskedFill(count(x.size(-1)).eq(count(x.size(-2)).unsqueeze(1)), 1)
}

/** The identity of a size, with x's dtype and device. */
export function identityLike(x: Tensor, size: number): Tensor {
  return unitDiagonal(x.newFull([size, size], 0))
}
