import { elementary, type Tensor, zerosLike } from '@metagrad/tensor'
import { FirstOrderOptimizer } from './first-order.ts'
import type { MomentSettings, Moments } from './moments.ts'
import { momentOptions, updateMoments } from './moments.ts'
import { nonNegative } from './options.ts'
import type { OptimizerDefinition, OptimizerParams, ParamGroup } from './optimizer.ts'

export interface RAdamSettings extends MomentSettings {
  /** Default 0.001. */
  lr: number
}

export type RAdamOptions = Partial<RAdamSettings>

const definition: OptimizerDefinition<RAdamSettings> = {
  name: 'RAdam',
  options: { lr: [1e-3, nonNegative], ...momentOptions },
}

/**
 * Adam that follows the plain mean of the gradient until its mean of squares can be trusted.
 *
 * With `n = 2 / (1 - beta2) - 1` and `r = n - 2 t beta2^t / (1 - beta2^t)`: while r <= 5, `param -= lr * m / (1 - beta1^t)`;
 * then Adam's step times `sqrt((r - 4) (r - 2) n / ((n - 4) (n - 2) r))`.
 * @throws ArgumentError for options out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html; L. Liu et al., "On the variance of the adaptive
 * learning rate and beyond", ICLR 2020, algorithm 2. As in PyTorch, eps is added before the correction of the squares.
 */
export class RAdam extends FirstOrderOptimizer<RAdamSettings, Moments> {
  constructor(params: OptimizerParams<RAdamSettings>, options: RAdamOptions = {}) {
    super(definition, params, options)
  }

  protected override initialState(param: Tensor): Moments {
    return { step: 0, expAvg: zerosLike(param), expAvgSq: zerosLike(param) }
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    state: Moments,
    { lr, betas, eps }: ParamGroup<RAdamSettings>,
  ): void {
    updateMoments(state, grad, betas)
    const step = ++state.step
    const [beta1, beta2] = betas
    const rate = -lr / (1 - elementary.pow(beta1, step))
    const correction2 = 1 - elementary.pow(beta2, step)
    const n = 2 / (1 - beta2) - 1
    const r = n - (2 * step * elementary.pow(beta2, step)) / correction2
    if (r <= 5) {
      param.add_(state.expAvg, { alpha: rate })
      return
    }
    const rectified = Math.sqrt((correction2 * (r - 4) * (r - 2) * n) / ((n - 4) * (n - 2) * r))
    param.addcdiv_(state.expAvg, state.expAvgSq.sqrt().add_(eps), { value: rate * rectified })
  }
}
