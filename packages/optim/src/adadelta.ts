import { type Tensor, zerosLike } from '@metagrad/tensor'
import type { FirstOrderSettings } from './first-order.ts'
import { FirstOrderOptimizer, shared } from './first-order.ts'
import { fraction, nonNegative } from './options.ts'
import type { OptimizerDefinition, OptimizerParams, ParamGroup } from './optimizer.ts'

export interface AdadeltaSettings extends FirstOrderSettings {
  /** Default 1. */
  lr: number
  /** How much of the running means is kept. In [0, 1], default 0.9. */
  rho: number
  /** Keeps the roots from 0. >= 0, default 1e-6. */
  eps: number
}

export type AdadeltaOptions = Partial<AdadeltaSettings>

type AdadeltaState = { squareAvg: Tensor; accDelta: Tensor }

const definition: OptimizerDefinition<AdadeltaSettings> = {
  name: 'Adadelta',
  options: { lr: [1, nonNegative], rho: [0.9, fraction], eps: [1e-6, nonNegative], ...shared },
}

/**
 * Steps in the units of the parameter: `v = rho v + (1 - rho) g^2; d = sqrt(u + eps) / sqrt(v + eps) * g;
 * u = rho u + (1 - rho) d^2; param -= lr * d`.
 *
 * @throws ArgumentError for options out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html; M. Zeiler, "ADADELTA: an adaptive learning rate
 * method", 2012, algorithm 1
 */
export class Adadelta extends FirstOrderOptimizer<AdadeltaSettings, AdadeltaState> {
  constructor(params: OptimizerParams<AdadeltaSettings>, options: AdadeltaOptions = {}) {
    super(definition, params, options)
  }

  protected override initialState(param: Tensor): AdadeltaState {
    return { squareAvg: zerosLike(param), accDelta: zerosLike(param) }
  }

  protected override update(
    param: Tensor,
    grad: Tensor,
    { squareAvg, accDelta }: AdadeltaState,
    { lr, rho, eps }: ParamGroup<AdadeltaSettings>,
  ): void {
    squareAvg.mul_(rho).addcmul_(grad, grad, { value: 1 - rho })
    const delta = accDelta.add(eps).div_(squareAvg.add(eps)).sqrt_().mul_(grad)
    accDelta.mul_(rho).addcmul_(delta, delta, { value: 1 - rho })
    param.add_(delta, { alpha: -lr })
  }
}
