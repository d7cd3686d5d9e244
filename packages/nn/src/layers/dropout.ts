import type { Generator, Tensor } from '@metagrad/tensor'
import { checkProbability } from '../check.ts'
import type { DropoutOptions } from '../functional/dropout.ts'
import { dropout, featureDropout } from '../functional/dropout.ts'
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

/** Dropout of whole channels of [N, C, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html */
export class Dropout2d extends Dropout {
  override forward(x: Tensor): Tensor {
    return featureDropout(x, this.p, this.options)
  }
}
