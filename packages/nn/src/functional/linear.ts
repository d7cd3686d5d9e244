import type { Tensor } from '@metagrad/tensor'
import { ShapeError, dispatch, formatShape } from '@metagrad/tensor'

/**
 * x weight^T + bias.
 *
 * Shapes: x [..., in], weight [out, in], bias [out] -> [..., out].
 * @throws ShapeError if the features differ
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const operands = bias === undefined ? [x, weight] : [x, weight, bias]
  if (operands.every(({ dtype }) => dtype === x.dtype)) return dispatch('linear', operands, {})
  const product = x.matmul(weight.T)
  return bias === undefined ? product : product.add(bias)
}

/**
 * Per output o: x1^T weight[o] x2 + bias[o].
 *
 * Shapes: x1 [..., in1], x2 [..., in2], weight [out, in1, in2], bias [out] -> [..., out].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
 */
export function bilinear(x1: Tensor, x2: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [outputs, in1, in2] = weight.shape
  if (weight.ndim !== 3 || x1.shape.at(-1) !== in1 || x2.shape.at(-1) !== in2) {
    throw new ShapeError(
      `bilinear: last dims do not fit: ${formatShape(x1.shape)} and ${formatShape(x2.shape)} for weight ${formatShape(weight.shape)}.`,
    )
  }
  const rows = x1.matmul(weight.permute(1, 0, 2).reshape(in1!, -1)).unflatten(-1, [outputs!, in2!])
  const product = rows.mul(x2.unsqueeze(-2)).sum(-1)
  return bias === undefined ? product : product.add(bias)
}
