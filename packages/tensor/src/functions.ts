import { broadcastShapes } from './layout.ts'
import type { Operand } from './operands.ts'
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

/** Elements of `a` where `condition` holds, of `b` elsewhere. @see https://pytorch.org/docs/stable/generated/torch.where.html */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return pointwise.where(condition, a, b)
}

/** All tensors expanded to their common shape. */
export function broadcastTensors(...tensors: readonly Tensor[]): Tensor[] {
  const shape = tensors.map((x) => x.shape).reduce((a, b) => broadcastShapes('broadcastTensors', a, b), [])
  return tensors.map((x) => x.expand(shape))
}
