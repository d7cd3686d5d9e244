import { type Tensor, zerosLike } from '@metagrad/tensor'
import type { FirstOrderSettings } from './first-order.ts'
import { FirstOrderOptimizer, shared } from './first-order.ts'
import { flag, fraction, nonNegative } from './options.ts'
import type { OptimizerDefinition, OptimizerParams, ParamGroup } from './optimizer.ts'

export interface RMSpropSettings extends FirstOrderSettings {
  /** Default 0.01. */
  lr: number
  /** How much of the running mean of squares is kept. In [0, 1], default 0.99. */
  alpha: number
  /** Keeps the divisor from 0. >= 0, default 1e-8. */
  eps: number
  /** How much of the last step is kept. >= 0, default 0. */
  momentum: number
  /** Divide by an estimate of the standard deviation rather than of the second moment. Default false. */
  centered: boolean
}

export type RMSpropOptions = Partial<RMSpropSettings>

type RMSpropState = { squareAvg: Tensor; momentumBuffer: Tensor | undefined; gradAvg: Tensor | undefined }

const definition: OptimizerDefinition<RMSpropSettings> = {
  name: 'RMSprop',
  options: {
    lr: [1e-2, nonNegative],
    alpha: [0.99, fraction],
    eps: [1e-8, nonNegative],
    momentum: [0, nonNegative],
    centered: [false, flag],
    ...shared,
  },
}

/**
 * Steps divided by a running root mean square of the gradient.
 *
 * `v = alpha v + (1 - alpha) g^2; param -= lr * g / (sqrt(v) + eps)`; centered takes `v - m^2`, m the running mean of g;
 * with momentum the quotients are gathered first: `b = momentum * b + g / (sqrt(v) + eps); param -= lr * b`.
 * @throws ArgumentError for options out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html; G. Hinton, "Neural networks for machine learning",
 * lecture 6, 2012
 */
export class RMSprop extends FirstOrderOptimizer<RMSpropSettings, RMSpropState> {
  constructor(params: OptimizerParams<RMSpropSettings>, options: RMSpropOptions = {}) {
    super(definition, params, options)
  }

  protected override initialState(param: Tensor, { momentum, centered }: ParamGroup<RMSpropSettings>): RMSpropState {
    return {
      squareAvg: zerosLike(param),
      momentumBuffer: momentum > 0 ? zerosLike(param) : undefined,
      gradAvg: centered ? zerosLike(param) : undefined,
    }
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    state: RMSpropState,
    { lr, alpha, eps, momentum, centered }: ParamGroup<RMSpropSettings>,
  ): void {
    state.squareAvg.mul_(alpha).addcmul_(grad, grad, { value: 1 - alpha })
    const scale = centered
      ? state.squareAvg
          .sub(centre(state, grad, alpha).square())
          .sqrt_()
          .add_(eps)
      : state.squareAvg.sqrt().add_(eps)
    if (momentum === 0) {
      param.addcdiv_(grad, scale, { value: -lr })
      return
    }
    state.momentumBuffer ??= zerosLike(param)
    state.momentumBuffer.mul_(momentum).addcdiv_(grad, scale)
    param.add_(state.momentumBuffer, { alpha: -lr })
  }
}

/** The running mean of the gradient. */
function centre(state: RMSpropState, grad: Tensor, alpha: number): Tensor {
  state.gradAvg ??= zerosLike(grad)
  return state.gradAvg.lerp_(grad, 1 - alpha)
}
