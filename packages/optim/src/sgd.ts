import type { Tensor, UpdatePrimitives } from '@metagrad/tensor'
import { dispatchGradUpdate, dispatchUpdate, zerosLike } from '@metagrad/tensor'
import type { FirstOrderSettings } from './first-order.ts'
import { FirstOrderOptimizer, shared } from './first-order.ts'
import { finite, nonNegative } from './options.ts'
import type { OptimizerDefinition, OptimizerParams, ParamGroup } from './optimizer.ts'

export interface SGDSettings extends FirstOrderSettings {
  /** Default 0.001. */
  lr: number
  /** How much of the last step is kept. >= 0, default 0. */
  momentum: number
  /** How much of the gradient is kept out of the momentum. Default 0. */
  dampening: number
  /** Look ahead along the momentum. Default false. */
  nesterov: boolean
}

export type SGDOptions = Partial<SGDSettings>

type SGDState = { momentumBuffer: Tensor | undefined }

const definition: OptimizerDefinition<SGDSettings> = {
  name: 'SGD',
  options: {
    lr: [1e-3, nonNegative],
    momentum: [0, nonNegative],
    dampening: [0, finite],
    nesterov: [
      false,
      {
        expects: 'true or false, and true only with momentum > 0 and dampening 0',
        holds: (value, { momentum, dampening }) =>
          value === false || (value === true && Number(momentum) > 0 && dampening === 0),
      },
    ],
    ...shared,
  },
}

/**
 * Stochastic gradient descent, optionally with momentum.
 *
 * `b = momentum * b + (1 - dampening) * g` (at first `b = g`); `param -= lr * b`, or with nesterov `lr * (g + momentum * b)`.
 * @throws ArgumentError for options out of range
 * @example
 * ```ts
 * const w = tensor([1, 2], { requiresGrad: true })
 * const optimizer = new SGD([w], { lr: 0.25 })
 * w.square().sum().backward()
 * optimizer.step()
 * w.tolistSync() // -> [0.5, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html; I. Sutskever et al., "On the importance of
 * initialization and momentum in deep learning", ICML 2013
 */
export class SGD extends FirstOrderOptimizer<SGDSettings, SGDState> {
  constructor(params: OptimizerParams<SGDSettings>, options: SGDOptions = {}) {
    super(definition, params, options)
  }

  protected override initialState(): SGDState {
    return { momentumBuffer: undefined }
  }

  /** The step itself applies it. */
  protected override decay(_param: Tensor, grad: Tensor): Tensor {
    return grad
  }

  protected override update(param: Tensor, grad: Tensor, state: SGDState, group: ParamGroup<SGDSettings>): void {
    const numbers = numbersOf(state, group)
    dispatchUpdate('sgdStep', [param, grad, ...memoryOf(param, state, group)], numbers)
  }

  protected override updateAtOnce(param: Tensor, state: SGDState, group: ParamGroup<SGDSettings>): boolean {
    // A subclass with rules of its own gets the gradient.
    if (this.update !== SGD.prototype.update || this.decay !== SGD.prototype.decay) return false
    const numbers = numbersOf(state, group)
    dispatchGradUpdate('sgdStep', param, memoryOf(param, state, group), numbers)
    return true
  }
}

function numbersOf(
  { momentumBuffer }: SGDState,
  { lr, momentum, dampening, nesterov, weightDecay }: ParamGroup<SGDSettings>,
): UpdatePrimitives['sgdStep'] {
  return { lr, momentum, dampening, weightDecay, nesterov, isFirst: momentumBuffer === undefined }
}

/** The velocity, if the step has any; made at first. */
function memoryOf(param: Tensor, state: SGDState, { momentum }: ParamGroup<SGDSettings>): readonly Tensor[] {
  return momentum === 0 ? none : [(state.momentumBuffer ??= zerosLike(param))]
}

const none: readonly Tensor[] = []
