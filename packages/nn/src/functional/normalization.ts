import type { Shape, Tensor } from '@metagrad/tensor'
import { ShapeError, dtypes, formatShape, sameShape } from '@metagrad/tensor'
import { vectorNorm } from './distance.ts'

export interface LayerNormFunctionOptions {
  /** Factor per element, of the normalised shape. */
  readonly weight?: Tensor | undefined
  /** Offset per element, of the normalised shape. */
  readonly bias?: Tensor | undefined
  /** Added to the variance. */
  readonly eps?: number
}

/** The last dims that `shape` covers. @throws ShapeError unless x ends with it */
function lastDims(op: string, x: Tensor, shape: Shape): number[] {
  if (shape.length === 0 || x.ndim < shape.length || !sameShape(x.shape.slice(-shape.length), shape)) {
    throw new ShapeError(`${op}: the input must end with ${formatShape(shape)}, got ${formatShape(x.shape)}.`)
  }
  return shape.map((_, i) => i - shape.length)
}

/**
 * (x - mean) / sqrt(variance + eps) * weight + bias, over the last dims.
 *
 * Shapes: x [..., *normalizedShape] -> the same.
 * @see J. L. Ba et al., "Layer Normalization", 2016; https://pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  { weight, bias, eps = 1e-5 }: LayerNormFunctionOptions = {},
): Tensor {
  const dims = lastDims('layerNorm', x, normalizedShape)
  const centered = x.sub(x.mean(dims, { keepDim: true }))
  const variance = centered.square().mean(dims, { keepDim: true })
  const normal = centered.mul(variance.add(eps).rsqrt())
  const scaled = weight === undefined ? normal : normal.mul(weight)
  return bias === undefined ? scaled : scaled.add(bias)
}

export interface RMSNormFunctionOptions {
  /** Factor per element, of the normalised shape. */
  readonly weight?: Tensor | undefined
  /** Added to the mean square; the machine epsilon of the dtype if left out. */
  readonly eps?: number | undefined
}

/**
 * x / sqrt(mean(x^2) + eps) * weight, over the last dims.
 *
 * @see B. Zhang, R. Sennrich, "Root Mean Square Layer Normalization", 2019; https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: Shape,
  { weight, eps = dtypes[x.dtype].eps }: RMSNormFunctionOptions = {},
): Tensor {
  const dims = lastDims('rmsNorm', x, normalizedShape)
  const normal = x.mul(x.square().mean(dims, { keepDim: true }).add(eps).rsqrt())
  return weight === undefined ? normal : normal.mul(weight)
}

export interface NormalizeOptions {
  /** Exponent of the norm; 2 by default. */
  readonly p?: number
  readonly dim?: number
  /** Smallest divisor. */
  readonly eps?: number
}

/** x / max(norm(x), eps) along `dim`. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html */
export function normalize(x: Tensor, { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions = {}): Tensor {
  return x.div(vectorNorm(x, p, dim, true).clamp(eps))
}
