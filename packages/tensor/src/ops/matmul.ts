import { dispatch } from '../dispatch.ts'
import { ArgumentError, ShapeError } from '../errors.ts'
import { formatShape } from '../layout.ts'
import { checkOperand, isTensor, promote } from '../operands.ts'
import { noParams } from '../primitives.ts'
import type { Tensor } from '../tensor.ts'

/** 1-d operands act as a row on the left and a column on the right, and their dim vanishes from the result. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (!isTensor(b)) {
    checkOperand('matmul', b)
    throw new ArgumentError('matmul: both operands must be tensors, got a number. Use mul.')
  }
  if (a.ndim === 0 || b.ndim === 0) {
    throw new ShapeError(
      `matmul: needs at least 1 dim on both sides, got ${formatShape(a.shape)} @ ${formatShape(b.shape)}.`,
    )
  }
  const [x, y] = promote('matmul', a, b)
  if (x.ndim >= 2 && y.ndim >= 2) return dispatch('matmul', [x, y], noParams)
  if (x.shape.at(-1) !== y.shape.at(y.ndim === 1 ? 0 : -2)) {
    const [inner, rows] = [x.shape.at(-1), y.shape.at(y.ndim === 1 ? 0 : -2)]
    throw new ShapeError(
      `matmul: inner dims differ: ${formatShape(a.shape)} @ ${formatShape(b.shape)} has ${inner} vs ${rows}.`,
    )
  }
  const product = dispatch('matmul', [x.ndim === 1 ? x.unsqueeze(0) : x, y.ndim === 1 ? y.unsqueeze(1) : y], noParams)
  const shape = product.shape.filter(
    (_, dim) => !(x.ndim === 1 && dim === product.ndim - 2) && !(y.ndim === 1 && dim === product.ndim - 1),
  )
  return product.reshape(shape)
}

/** @throws ShapeError unless both have the wanted number of dims */
function withDims(op: string, a: Tensor, aDims: number, b: Tensor, bDims: number): Tensor {
  if (a.ndim !== aDims || b.ndim !== bDims) {
    throw new ShapeError(
      `${op}: needs ${aDims}-d and ${bDims}-d tensors, got ${formatShape(a.shape)} and ${formatShape(b.shape)}. Use matmul.`,
    )
  }
  return matmul(a, b)
}

export function mm(a: Tensor, b: Tensor): Tensor {
  return withDims('mm', a, 2, b, 2)
}

export function bmm(a: Tensor, b: Tensor): Tensor {
  return withDims('bmm', a, 3, b, 3)
}

export function mv(a: Tensor, b: Tensor): Tensor {
  return withDims('mv', a, 2, b, 1)
}

export function dot(a: Tensor, b: Tensor): Tensor {
  return withDims('dot', a, 1, b, 1)
}

export function outer(a: Tensor, b: Tensor): Tensor {
  if (a.ndim !== 1 || b.ndim !== 1) {
    throw new ShapeError(`outer: needs two 1-d tensors, got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`)
  }
  return a.unsqueeze(1).mul(b)
}
