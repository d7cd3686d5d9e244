import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, ShapeError, canReadNow, formatShape, sameShape } from '@metagrad/tensor'
import { withValue } from '../with-value.ts'
import type { Reduction, ReductionOptions } from './reduction.ts'
import { checkSameShape, reduce } from './reduction.ts'

export interface KLDivOptions {
  /** 'batchmean' divides the sum by the size of dim 0, which is the divergence as it is defined; 'mean' by default. */
  readonly reduction?: Reduction | 'batchmean'
  /** Whether the target is logarithms too. */
  readonly logTarget?: boolean
}

/** t log(t), 0 at 0. */
function entropyTerm(t: Tensor): Tensor {
  return t.mul(t.maskedFill(t.eq(0), 1).log())
}

/**
 * The Kullback-Leibler divergence per element: y (log y - x) of log-probabilities x and probabilities y.
 *
 * @throws ShapeError
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 */
export function klDiv(input: Tensor, target: Tensor, { reduction, logTarget = false }: KLDivOptions = {}): Tensor {
  checkSameShape('klDiv', input, target)
  const losses = logTarget ? target.exp().mul(target.sub(input)) : entropyTerm(target).sub(target.mul(input))
  return reduction === 'batchmean' ? losses.sum().div(input.shape[0] ?? 1) : reduce('klDiv', losses, reduction)
}

export interface PoissonNLLOptions extends ReductionOptions {
  /** Whether the input is the logarithm of the rate; true by default. */
  readonly logInput?: boolean
  /** Whether Stirling's approximation of log(y!) is added, for targets above 1. */
  readonly full?: boolean
  /** Added to the rate before its logarithm. */
  readonly eps?: number
}

/**
 * Minus the log-likelihood of counts y: e^x - y x, or x - y log(x + eps) where x is the rate itself.
 *
 * @throws ShapeError
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  { logInput = true, full = false, eps = 1e-8, reduction }: PoissonNLLOptions = {},
): Tensor {
  checkSameShape('poissonNllLoss', input, target)
  const losses = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()))
  return reduce('poissonNllLoss', full ? losses.add(logFactorial(target)) : losses, reduction)
}

/** Stirling: y log(y) - y + log(2 pi y) / 2, and 0 for y <= 1. */
function logFactorial(y: Tensor): Tensor {
  const small = y.le(1)
  const safe = y.maskedFill(small, 1)
  const log = safe.log()
  return safe
    .mul(log)
    .sub(safe)
    .add(log.add(Math.log(2 * Math.PI)).mul(0.5))
    .maskedFill(small, 0)
}

export interface GaussianNLLOptions extends ReductionOptions {
  /** Whether the constant log(2 pi) / 2 is added. */
  readonly full?: boolean
  /** Smallest variance that is divided by. */
  readonly eps?: number
}

/**
 * Minus the log-likelihood of y under a normal distribution: (log(v) + (x - y)^2 / v) / 2 of mean x and variance v.
 *
 * Shapes: input and target [...]; variance [...], or without the last dim, or with 1 there.
 * @throws ShapeError, ArgumentError for negative variances (on devices that can be read at once)
 * @see D. A. Nix, A. S. Weigend, 1994; https://pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  { full = false, eps = 1e-6, reduction }: GaussianNLLOptions = {},
): Tensor {
  checkSameShape('gaussianNllLoss', input, target)
  const shared = sameShape(variance.shape, input.shape.slice(0, -1)) && input.ndim > 0
  const perItem = shared ? variance.unsqueeze(-1) : variance
  if (!sameShape(perItem.shape, input.shape) && !sameShape(perItem.shape, [...input.shape.slice(0, -1), 1])) {
    throw new ShapeError(
      `gaussianNllLoss: the variance does not fit: got ${formatShape(variance.shape)} vs ${formatShape(input.shape)}.`,
    )
  }
  if (canReadNow(variance.device) && variance.numel > 0) {
    const least = variance.detach().amin().itemSync()
    if (least < 0)
      throw new ArgumentError(`gaussianNllLoss: variances must be >= 0, got ${least}. Use softplus or exp.`)
  }
  // PyTorch bounds the variance outside of the graph: its gradient passes as if it were not bounded.
  const bounded = withValue(perItem, perItem.clamp(eps))
  const losses = bounded.log().add(input.sub(target).square().div(bounded)).mul(0.5)
  return reduce('gaussianNllLoss', full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction)
}
