import type { Tensor, UpdatePrimitives } from '@metagrad/tensor'
import { dispatchGradUpdate, dispatchUpdate, elementary, zerosLike } from '@metagrad/tensor'
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

  /** Whether the weight decay shrinks the parameter itself. */
  protected readonly isDecoupled: boolean = false

  /** The step itself applies it, but for amsgrad. */
  protected override decay(param: Tensor, grad: Tensor, group: ParamGroup<AdamSettings>): Tensor {
    if (!group.amsgrad) return grad
    if (!this.isDecoupled) return super.decay(param, grad, group)
    if (group.weightDecay !== 0) param.mul_(1 - group.lr * group.weightDecay)
    return grad
  }

  protected override update(param: Tensor, grad: Tensor, state: AdamState, group: ParamGroup<AdamSettings>): void {
    if (group.amsgrad) return this.#updateWithLargest(param, grad, state, group)
    dispatchUpdate('adamStep', [param, grad, state.expAvg, state.expAvgSq], this.#numbersOf(state, group))
  }

  protected override updateAtOnce(param: Tensor, state: AdamState, group: ParamGroup<AdamSettings>): boolean {
    // A subclass with rules of its own gets the gradient.
    const hasOwnRules = this.update !== Adam.prototype.update || this.decay !== Adam.prototype.decay
    if (group.amsgrad || hasOwnRules) return false
    dispatchGradUpdate('adamStep', param, [state.expAvg, state.expAvgSq], this.#numbersOf(state, group))
    return true
  }

  /** The numbers of the next step. */
  #numbersOf(
    state: AdamState,
    { lr, betas, eps, weightDecay }: ParamGroup<AdamSettings>,
  ): UpdatePrimitives['adamStep'] {
    const [beta1, beta2] = betas
    const step = ++state.step
    return {
      lr,
      beta1,
      beta2,
      eps,
      weightDecay,
      isDecoupled: this.isDecoupled,
      correction1: 1 - elementary.pow(beta1, step),
      correction2: 1 - elementary.pow(beta2, step),
    }
  }

  #updateWithLargest(
    param: Tensor,
    grad: Tensor,
    state: AdamState,
    { lr, betas, eps }: ParamGroup<AdamSettings>,
  ): void {
    updateMoments(state, grad, betas)
    const step = ++state.step
    const correction1 = 1 - elementary.pow(betas[0], step)
    // The paper's section 2: the second correction moves into the rate and eps, which saves an operation on tensors.
    const correction2 = Math.sqrt(1 - elementary.pow(betas[1], step))
    const scale = largest(state)
      .sqrt()
      .add_(eps * correction2)
    param.addcdiv_(state.expAvg, scale, { value: (-lr * correction2) / correction1 })
  }
}

/** The largest mean of squares so far. */
function largest(state: AdamState): Tensor {
  const { expAvgSq } = state
  state.maxExpAvgSq ??= zerosLike(expAvgSq)
  return state.maxExpAvgSq.copy_(state.maxExpAvgSq.maximum(expAvgSq))
}
