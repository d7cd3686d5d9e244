import { noGrad } from '@metagrad/autograd'
import { late, type Tensor } from '@metagrad/tensor'
import type { OptionTable } from './options.ts'
import { flag, nonNegative } from './options.ts'
import type { LearningRate, ParamGroup, ParamState } from './optimizer.ts'
import { Optimizer } from './optimizer.ts'

/** Options of every optimizer that follows the gradient. */
export interface FirstOrderSettings extends LearningRate {
  /** L2 penalty: `weightDecay * param` is added to the gradient. >= 0, default 0. */
  weightDecay: number
  /** Climb instead of descend. Default false. */
  maximize: boolean
}

export type FirstOrderOptions = Partial<FirstOrderSettings>

/** The rows of the options that all share, but for the learning rate. */
export const shared: Omit<OptionTable<FirstOrderSettings>, 'lr'> = {
  weightDecay: [0, nonNegative],
  maximize: [false, flag],
}

/**
 * An optimizer that treats each parameter by itself, given its gradient. A subclass is its update rule.
 *
 * @example
 * ```ts
 * import { FirstOrderOptimizer, type Check, type FirstOrderSettings, type OptimizerParams } from '@metagrad/optim'
 * import { tensor, type Tensor } from '@metagrad/tensor'
 *
 * const number: Check = { expects: 'a number >= 0', holds: (value) => Number(value) >= 0 }
 * const flag: Check = { expects: 'true or false', holds: (value) => typeof value === 'boolean' }
 *
 * class SignDescent extends FirstOrderOptimizer<FirstOrderSettings, {}> {
 *   constructor(params: OptimizerParams<FirstOrderSettings>) {
 *     const options = { lr: [0.5, number], weightDecay: [0, number], maximize: [false, flag] } as const
 *     super({ name: 'SignDescent', options }, params, {})
 *   }
 *   protected initialState() {
 *     return {}
 *   }
 *   protected update(param: Tensor, grad: Tensor, _state: {}, { lr }: FirstOrderSettings) {
 *     param.add_(grad.sign(), { alpha: -lr })
 *   }
 * }
 *
 * const w = tensor([1, -2], { requiresGrad: true })
 * w.square().sum().backward()
 * new SignDescent([w]).step()
 * w.tolistSync() // -> [0.5, -1.5]
 * ```
 */
export abstract class FirstOrderOptimizer<
  Settings extends FirstOrderSettings,
  State extends ParamState,
> extends Optimizer<Settings, State> {
  /** Changes `param` (and `state`) in place. `grad` is to be descended and must not be written to. */
  protected abstract update(param: Tensor, grad: Tensor, state: State, group: ParamGroup<Settings>): void

  /**
   * Makes the update by one kernel to which the gradient goes as it is, and tells whether it did. Who keeps no gradient lets
   * compiled steps write each into the place of the last.
   */
  protected updateAtOnce(_param: Tensor, _state: State, _group: ParamGroup<Settings>): boolean {
    return false
  }

  /** Applies the weight decay: returns the gradient to follow, or changes the parameter itself. */
  protected decay(param: Tensor, grad: Tensor, { weightDecay }: ParamGroup<Settings>): Tensor {
    return weightDecay === 0 ? grad : grad.add(param, { alpha: weightDecay })
  }

  override step(): void
  override step<T>(closure: () => T): T
  override step<T>(closure?: () => T): T | undefined {
    const loss = closure === undefined ? undefined : this.evaluate(closure)
    late(() => noGrad(() => this.#updateAll()))
    return loss
  }

  #updateAll(): void {
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        if (param.heldGrad === undefined) continue
        const state = this.stateOf(param, group)
        if (!group.maximize && this.updateAtOnce(param, state, group)) continue
        const descent = group.maximize ? param.grad!.neg() : param.grad!
        this.update(param, this.decay(param, descent, group), state, group)
      }
    }
  }
}
