import { type Tensor, fullLike } from '@metagrad/tensor'
import type { FirstOrderSettings } from './first-order.ts'
import { FirstOrderOptimizer, shared } from './first-order.ts'
import { nonNegative } from './options.ts'
import type { OptimizerDefinition, OptimizerParams, ParamGroup } from './optimizer.ts'

export interface AdagradSettings extends FirstOrderSettings {
  /** Default 0.01. */
  lr: number
  /** The rate at step t is `lr / (1 + (t - 1) * lrDecay)`. >= 0, default 0. */
  lrDecay: number
  /** Where the sums of squares start. >= 0, default 0. */
  initialAccumulatorValue: number
  /** Keeps the divisor from 0. >= 0, default 1e-10. */
  eps: number
}

export type AdagradOptions = Partial<AdagradSettings>

type AdagradState = { step: number; sum: Tensor }

const definition: OptimizerDefinition<AdagradSettings> = {
  name: 'Adagrad',
  options: {
    lr: [1e-2, nonNegative],
    lrDecay: [0, nonNegative],
    initialAccumulatorValue: [0, nonNegative],
    eps: [1e-10, nonNegative],
    ...shared,
  },
}

/**
 * Steps that shrink with all squares seen so far: `sum += g^2; param -= lr / (1 + (t - 1) lrDecay) * g / (sqrt(sum) + eps)`.
 *
 * @throws ArgumentError for options out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html; J. Duchi, E. Hazan, Y. Singer, "Adaptive
 * subgradient methods for online learning and stochastic optimization", JMLR 12, 2011
 */
export class Adagrad extends FirstOrderOptimizer<AdagradSettings, AdagradState> {
  constructor(params: OptimizerParams<AdagradSettings>, options: AdagradOptions = {}) {
    super(definition, params, options)
  }

  protected override initialState(param: Tensor, group: ParamGroup<AdagradSettings>): AdagradState {
    return { step: 0, sum: fullLike(param, group.initialAccumulatorValue) }
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    state: AdagradState,
    { lr, lrDecay, eps }: ParamGroup<AdagradSettings>,
  ): void {
    const rate = lr / (1 + state.step++ * lrDecay)
    state.sum.addcmul_(grad, grad)
    param.addcdiv_(grad, state.sum.sqrt().add_(eps), { value: -rate })
  }
}
