import type { Generator, Tensor } from '@metagrad/tensor'
import { ArgumentError, dispatch, emptyLike, where } from '@metagrad/tensor'
import { checkChoice } from '../check.ts'
import { withValue } from './with-value.ts'

/** max(x, 0). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html */
export function relu(x: Tensor): Tensor {
  return x.relu()
}

/** x cut to [0, 6]. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html */
export function relu6(x: Tensor): Tensor {
  return hardtanh(x, 0, 6)
}

/** x for x > 0, else slope x. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return where(x.gt(0), x, x.mul(negativeSlope))
}

/**
 * x for x > 0, else weight x, with a weight that is learned.
 *
 * Shapes: x [N, C, ...]; weight [1], or [C] for one per channel (dim 1, or dim 0 of a vector).
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.prelu.html
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  const channel = Math.min(1, x.ndim - 1)
  if (weight.numel !== 1 && (weight.ndim !== 1 || weight.numel !== x.shape[channel])) {
    throw new ArgumentError(
      `prelu: needs one weight, or one per channel: got ${weight.numel} for ${x.shape[channel] ?? 1} channels.`,
    )
  }
  const slope =
    weight.numel === 1 ? weight.reshape([]) : weight.reshape(x.shape.map((_, d) => (d === channel ? -1 : 1)))
  return where(x.gt(0), x, x.mul(slope))
}

/** x for x > 0, else alpha (e^x - 1). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.elu.html */
export function elu(x: Tensor, alpha = 1): Tensor {
  return where(x.gt(0), x, x.clamp(undefined, 0).expm1().mul(alpha))
}

/** max(x, 0) + min(alpha (e^(x / alpha) - 1), 0). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.celu.html */
export function celu(x: Tensor, alpha = 1): Tensor {
  return where(x.gt(0), x, x.clamp(undefined, 0).div(alpha).expm1().mul(alpha))
}

/** The fixed point of mean 0 and variance 1; derived in the paper's appendix. */
const selu0 = { scale: 1.0507009873554805, alpha: 1.6732632423543772 }

/** scale * elu(x, alpha), with which activations normalise themselves. @see G. Klambauer et al., "Self-Normalizing Neural Networks", 2017 */
export function selu(x: Tensor): Tensor {
  return elu(x, selu0.alpha).mul(selu0.scale)
}

/**
 * x times the normal distribution function of x; with 'tanh' a fast approximation of it.
 *
 * 'none': x / 2 erfc(-x / sqrt 2); 'tanh': x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
 * @see D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units", 2016; https://pytorch.org/docs/stable/generated/torch.nn.functional.gelu.html
 */
export function gelu(x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor {
  checkChoice('gelu', 'approximate', approximate, ['none', 'tanh'])
  if (approximate === 'none') return dispatch('gelu', [x], {})
  const inner = x.add(x.square().mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))
  return x.mul(0.5).mul(inner.tanh().add(1))
}

/** x sigmoid(x), also called swish. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.silu.html */
export function silu(x: Tensor): Tensor {
  return dispatch('silu', [x], {})
}

/** x tanh(softplus(x)). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mish.html */
export function mish(x: Tensor): Tensor {
  return x.mul(softplus(x).tanh())
}

/**
 * log(1 + e^(beta x)) / beta, without overflow; x itself above `limit / beta`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 */
export function softplus(x: Tensor, beta = 1, limit = 20): Tensor {
  const scaled = x.mul(beta)
  // The cross-entropy of a logit with target 0 is its softplus.
  return where(scaled.gt(limit), x, scaled.bceWithLogits(0).div(beta))
}

/** x / (1 + |x|). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html */
export function softsign(x: Tensor): Tensor {
  return x.div(x.abs().add(1))
}

export function tanh(x: Tensor): Tensor {
  return x.tanh()
}

/** x - tanh(x). */
export function tanhshrink(x: Tensor): Tensor {
  return x.sub(x.tanh())
}

/** x outside of [-lambda, lambda], else 0. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardshrink.html */
export function hardshrink(x: Tensor, lambda = 0.5): Tensor {
  return x.maskedFill(x.abs().le(lambda), 0)
}

/** x moved towards 0 by lambda, and 0 where that would cross it. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softshrink.html */
export function softshrink(x: Tensor, lambda = 0.5): Tensor {
  return x.sub(x.sign().mul(lambda)).maskedFill(x.abs().le(lambda), 0)
}

export function sigmoid(x: Tensor): Tensor {
  return x.sigmoid()
}

/** log(sigmoid(x)), without underflow. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html */
export function logSigmoid(x: Tensor): Tensor {
  // The cross-entropy of a logit with target 1 is -log(sigmoid(x)).
  return x.bceWithLogits(1).neg()
}

/** x cut to [min, max], flat at both ends. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html */
export function hardtanh(x: Tensor, min = -1, max = 1): Tensor {
  if (!(min < max)) throw new ArgumentError(`hardtanh: needs min < max, got ${min} and ${max}.`)
  // Unlike clamp's, its derivative is 0 at the bounds themselves.
  return where(x.le(min), min, where(x.ge(max), max, x))
}

/** x / 6 + 1 / 2, cut to [0, 1]. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardsigmoid.html */
export function hardsigmoid(x: Tensor): Tensor {
  return relu6(x.add(3)).div(6)
}

/** x hardsigmoid(x). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardswish.html */
export function hardswish(x: Tensor): Tensor {
  return x.mul(x.add(3).clamp(0, 6)).div(6)
}

/** x for x > threshold, else value. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.threshold.html */
export function threshold(x: Tensor, limit: number, value: number): Tensor {
  return where(x.le(limit), value, x)
}

/** Halves along `dim`: a sigmoid(b). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.glu.html */
export function glu(x: Tensor, dim = -1): Tensor {
  const size = x.size(dim)
  if (x.ndim === 0 || size % 2 !== 0) {
    throw new ArgumentError(`glu: dim ${dim} must have an even size, got ${x.ndim === 0 ? 'no dims' : size}.`)
  }
  const [a, b] = x.chunk(2, dim)
  return a!.mul(b!.sigmoid())
}

/** e^x / sum(e^x) along `dim`. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html */
export function softmax(x: Tensor, dim: number): Tensor {
  return x.softmax(dim)
}

/** log(softmax(x)) along `dim`, exact for large inputs. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return x.logSoftmax(dim)
}

/** softmax(-x) along `dim`. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html */
export function softmin(x: Tensor, dim: number): Tensor {
  return x.neg().softmax(dim)
}

export interface GumbelSoftmaxOptions {
  /** Temperature: small values come close to one-hot samples. */
  readonly tau?: number
  /** One-hot results, with the gradient of the soft ones. */
  readonly hard?: boolean
  readonly dim?: number
  readonly generator?: Generator
}

/**
 * A differentiable sample of the categories that `logits` describe: softmax((logits + Gumbel noise) / tau).
 *
 * @see E. Jang et al., "Categorical Reparameterization with Gumbel-Softmax", 2017; https://pytorch.org/docs/stable/generated/torch.nn.functional.gumbel_softmax.html
 */
export function gumbelSoftmax(
  logits: Tensor,
  { tau = 1, hard = false, dim = -1, ...random }: GumbelSoftmaxOptions = {},
): Tensor {
  if (!(tau > 0)) throw new ArgumentError(`gumbelSoftmax: tau must be > 0, got ${tau}.`)
  const noise = emptyLike(logits).exponential_(1, random).log().neg()
  const soft = logits.add(noise).div(tau).softmax(dim)
  if (!hard) return soft
  const chosen = soft.newFull(soft.shape, 0).scatter(dim, soft.argmax(dim, { keepDim: true }), 1)
  return withValue(soft, chosen)
}
