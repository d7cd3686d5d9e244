import type { Generator, Tensor } from '@metagrad/tensor'
import { checkProbability } from '../check.ts'
import type { DropoutOptions } from '../functional/dropout.ts'
import { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from '../functional/dropout.ts'
import { Module } from '../module.ts'

/**
 * In training, sets elements to 0 with probability `p` and scales the others by 1 / (1 - p); in evaluation, does nothing.
 *
 * @throws ArgumentError unless p is a probability
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 */
export class Dropout extends Module {
  readonly p: number
  readonly #random: { readonly generator?: Generator }

  constructor(p = 0.5, random: { readonly generator?: Generator } = {}) {
    super()
    checkProbability('Dropout', p)
    this.p = p
    this.#random = random
  }

  protected get options(): DropoutOptions {
    return { training: this.training, ...this.#random }
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.options)
  }
}

/** Dropout of whole channels of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html */
export class Dropout1d extends Dropout {
  override forward(x: Tensor): Tensor {
    return dropout1d(x, this.p, this.options)
  }
}

/** Dropout of whole channels of [N, C, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html */
export class Dropout2d extends Dropout {
  override forward(x: Tensor): Tensor {
    return dropout2d(x, this.p, this.options)
  }
}

/** Dropout of whole channels of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout3d.html */
export class Dropout3d extends Dropout {
  override forward(x: Tensor): Tensor {
    return dropout3d(x, this.p, this.options)
  }
}

/** Dropout that keeps mean 0 and variance 1 between SELUs. @see https://pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html */
export class AlphaDropout extends Dropout {
  override forward(x: Tensor): Tensor {
    return alphaDropout(x, this.p, this.options)
  }
}

/** Alpha dropout of whole channels of [N, C, ...]. @see https://pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html */
export class FeatureAlphaDropout extends Dropout {
  override forward(x: Tensor): Tensor {
    return featureAlphaDropout(x, this.p, this.options)
  }
}
