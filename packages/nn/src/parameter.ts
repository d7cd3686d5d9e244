import type { DType, Layout, Storage } from '@metagrad/tensor'
import { Tensor, isFloat } from '@metagrad/tensor'

/**
 * A tensor that a module learns: it requires grad, and a module finds it because it is a property.
 *
 * It shares its elements with the tensor that it is made of, but not its history.
 * @example
 * ```ts
 * class Scale extends Module {
 *   readonly factor = new Parameter(ones(1))
 *   forward(x: Tensor): Tensor {
 *     return x.mul(this.factor)
 *   }
 * }
 * new Scale().parameters().length // -> 1
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
 */
export class Parameter extends Tensor {
  // Writable here: `setData` exchanges them, so that optimizers keep the object that they hold.
  declare storage: Storage
  declare layout: Layout
  declare dtype: DType

  /** @param requiresGrad false for a parameter that is saved and moved with its module but not learned */
  constructor(data: Tensor, { requiresGrad = isFloat(data.dtype) }: { readonly requiresGrad?: boolean } = {}) {
    super(data.storage, data.layout, data.dtype)
    this.requiresGrad = requiresGrad
  }

  /** Takes over the elements, shape, dtype and device of `data`, as `parameter.data = data` in PyTorch; its gradient is dropped. */
  setData(data: Tensor): this {
    this.storage = data.storage
    this.layout = data.layout
    this.dtype = data.dtype
    this.grad = undefined
    return this
  }
}
