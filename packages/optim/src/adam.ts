import { type Tensor, zerosLike } from '@metagrad/tensor'
import { FirstOrderOptimizer } from './first-order.ts'
import type { MomentSettings, Moments } from './moments.ts'
import { momentOptions, updateMoments } from './moments.ts'
import { flag, nonNegative } from './options.ts'
import type { OptimizerDefinition, OptimizerParams, ParamGroup } from './optimizer.ts'

export interface AdamSettings extends MomentSettings {
  /** Default 0.001. */
  lr: number
  /** Divide by the largest mean of squares so far. Default false. */
  amsgrad: boolean
}

export type AdamOptions = Partial<AdamSettings>

export type AdamState = Moments & { maxExpAvgSq: Tensor | undefined }

const definition: OptimizerDefinition<AdamSettings> = {
  name: 'Adam',
  options: { lr: [1e-3, nonNegative], amsgrad: [false, flag], ...momentOptions },
}

/**
 * Adaptive moment estimation.
 *
 * `m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * param -= lr * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)`.
 * @throws ArgumentError for options out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html; D. Kingma, J. Ba, "Adam: a method for stochastic
 * optimization", ICLR 2015, algorithm 1; amsgrad: S. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018
 */
export class Adam extends FirstOrderOptimizer<AdamSettings, AdamState> {
  constructor(
    params: OptimizerParams<AdamSettings>,
    options: AdamOptions = {},
    named: OptimizerDefinition<AdamSettings> = definition,
  ) {
    super(named, params, options)
  }

  protected override initialState(param: Tensor, { amsgrad }: ParamGroup<AdamSettings>): AdamState {
    return {
      step: 0,
      expAvg: zerosLike(param),
      expAvgSq: zerosLike(param),
      maxExpAvgSq: amsgrad ? zerosLike(param) : undefined,
    }
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    state: AdamState,
    { lr, betas, eps, amsgrad }: ParamGroup<AdamSettings>,
  ): void {
    updateMoments(state, grad, betas)
    const step = ++state.step
    const correction1 = 1 - betas[0] ** step
    // The paper's section 2: the second correction moves into the rate and eps, which saves an operation on tensors.
    const correction2 = Math.sqrt(1 - betas[1] ** step)
    const squares = amsgrad ? largest(state) : state.expAvgSq
    const scale = squares.sqrt().add_(eps * correction2)
    param.addcdiv_(state.expAvg, scale, { value: (-lr * correction2) / correction1 })
  }
}

/** The largest mean of squares so far. */
function largest(state: AdamState): Tensor {
  const { expAvgSq } = state
  state.maxExpAvgSq ??= zerosLike(expAvgSq)
  return state.maxExpAvgSq.copy_(state.maxExpAvgSq.maximum(expAvgSq))
}
