import type { Tensor } from '@metagrad/tensor'
import { Module } from '../module.ts'

/** Gives its input back: a place to put another layer. @see https://pytorch.org/docs/stable/generated/torch.nn.Identity.html */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x
  }
}
