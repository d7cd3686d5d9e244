import { elementary, type Tensor, zerosLike } from '@metagrad/tensor'
import { FirstOrderOptimizer } from './first-order.ts'
import type { MomentSettings, Moments } from './moments.ts'
import { momentOptions, updateMoments } from './moments.ts'
import { nonNegative } from './options.ts'
import type { OptimizerDefinition, OptimizerParams, ParamGroup } from './optimizer.ts'

export interface NAdamSettings extends MomentSettings {
  /** Default 0.002. */
  lr: number
  /** How fast the momentum rises to beta1. >= 0, default 0.004. */
  momentumDecay: number
}

export type NAdamOptions = Partial<NAdamSettings>

type NAdamState = Moments & { muProduct: number }

const definition: OptimizerDefinition<NAdamSettings> = {
  name: 'NAdam',
  options: { lr: [2e-3, nonNegative], momentumDecay: [4e-3, nonNegative], ...momentOptions },
}

/**
 * Adam with Nesterov's look ahead: with `mu(t) = beta1 (1 - 0.96^(t * momentumDecay) / 2)` and M(t) the product of all mu up to t,
 * `param -= lr * ((1 - mu(t)) g / (1 - M(t)) + mu(t + 1) m / (1 - M(t + 1))) / (sqrt(v / (1 - beta2^t)) + eps)`.
 *
 * @throws ArgumentError for options out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html; T. Dozat, "Incorporating Nesterov momentum into Adam",
 * ICLR workshop 2016
 */
export class NAdam extends FirstOrderOptimizer<NAdamSettings, NAdamState> {
  constructor(params: OptimizerParams<NAdamSettings>, options: NAdamOptions = {}) {
    super(definition, params, options)
  }

  protected override initialState(param: Tensor): NAdamState {
    return { step: 0, expAvg: zerosLike(param), expAvgSq: zerosLike(param), muProduct: 1 }
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    state: NAdamState,
    { lr, betas, eps, momentumDecay }: ParamGroup<NAdamSettings>,
  ): void {
    updateMoments(state, grad, betas)
    const step = ++state.step
    const mu = (t: number): number => betas[0] * (1 - 0.5 * elementary.pow(0.96, t * momentumDecay))
    const [now, next] = [mu(step), mu(step + 1)]
    state.muProduct *= now
    // As in Adam, the correction of the squares is in the rate and eps.
    const correction2 = Math.sqrt(1 - elementary.pow(betas[1], step))
    const scale = state.expAvgSq.sqrt().add_(eps * correction2)
    const rate = -lr * correction2
    param.addcdiv_(grad, scale, { value: (rate * (1 - now)) / (1 - state.muProduct) })
    param.addcdiv_(state.expAvg, scale, { value: (rate * next) / (1 - state.muProduct * next) })
  }
}
