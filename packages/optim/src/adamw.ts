import type { AdamOptions, AdamSettings } from './adam.ts'
import { Adam } from './adam.ts'
import { momentOptions } from './moments.ts'
import { flag, nonNegative } from './options.ts'
import type { OptimizerDefinition, OptimizerParams } from './optimizer.ts'

const definition: OptimizerDefinition<AdamSettings> = {
  name: 'AdamW',
  options: { lr: [1e-3, nonNegative], amsgrad: [false, flag], ...momentOptions, weightDecay: [1e-2, nonNegative] },
}

/**
 * Adam whose weight decay (default 0.01) shrinks the parameter itself, not by way of the gradient:
 * `param *= 1 - lr * weightDecay`, then Adam's step.
 *
 * @throws ArgumentError for options out of range
 * @see https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html; I. Loshchilov, F. Hutter, "Decoupled weight decay
 * regularization", ICLR 2019, algorithm 2
 */
export class AdamW extends Adam {
  constructor(params: OptimizerParams<AdamSettings>, options: AdamOptions = {}) {
    super(params, options, definition)
  }

  protected override readonly isDecoupled = true
}
