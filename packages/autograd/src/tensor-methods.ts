import { Tensor } from '@metagrad/tensor'
import type { BackwardOptions } from './backward.ts'
import { backward, retainGrad } from './backward.ts'
import type { TensorHook } from './hooks.ts'
import { registerHook } from './hooks.ts'

declare module '@metagrad/tensor' {
  interface Tensor {
    /** Adds the gradient of this tensor to `grad` of each leaf that it was made from; see `backward`. */
    backward(seed?: Tensor, options?: Omit<BackwardOptions, 'seed'>): void
    /** Calls `hook` with this tensor's gradient in each backward; returns the function that removes it. */
    registerHook(hook: TensorHook): () => void
    /** Keeps the gradient of this result in `grad`. */
    retainGrad(): void
  }
}

// The one side effect of this package: tensors learn to go backward.
Tensor.prototype.backward = function (seed, options = {}) {
  backward(this, seed === undefined ? options : { ...options, seed })
}
Tensor.prototype.registerHook = function (hook) {
  return registerHook(this, hook)
}
Tensor.prototype.retainGrad = function () {
  retainGrad(this)
}
