import { elementary, type Tensor, zerosLike } from '@metagrad/tensor'
import { FirstOrderOptimizer } from './first-order.ts'
import type { MomentSettings } from './moments.ts'
import { momentOptions } from './moments.ts'
import { nonNegative } from './options.ts'
import type { OptimizerDefinition, OptimizerParams, ParamGroup } from './optimizer.ts'

export interface AdamaxSettings extends MomentSettings {
  /** Default 0.002. */
  lr: number
}

export type AdamaxOptions = Partial<AdamaxSettings>

type AdamaxState = { step: number; expAvg: Tensor; expInf: Tensor }

const definition: OptimizerDefinition<AdamaxSettings> = {
  name: 'Adamax',
  options: { lr: [2e-3, nonNegative], ...momentOptions },
}

/**
 * Adam with the largest recent gradient in place of the root mean square:
 * `m = beta1 m + (1 - beta1) g; u = max(beta2 u, |g| + eps); param -= lr / (1 - beta1^t) * m / u`.
 *
 * @throws ArgumentError for options out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html; D. Kingma, J. Ba, "Adam: a method for stochastic
 * optimization", ICLR 2015, algorithm 2
 */
export class Adamax extends FirstOrderOptimizer<AdamaxSettings, AdamaxState> {
  constructor(params: OptimizerParams<AdamaxSettings>, options: AdamaxOptions = {}) {
    super(definition, params, options)
  }

  protected override initialState(param: Tensor): AdamaxState {
    return { step: 0, expAvg: zerosLike(param), expInf: zerosLike(param) }
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    state: AdamaxState,
    { lr, betas: [beta1, beta2], eps }: ParamGroup<AdamaxSettings>,
  ): void {
    const { expAvg, expInf } = state
    expAvg.lerp_(grad, 1 - beta1)
    expInf.copy_(expInf.mul(beta2).maximum(grad.abs().add_(eps)))
    param.addcdiv_(expAvg, expInf, { value: -lr / (1 - elementary.pow(beta1, ++state.step)) })
  }
}
