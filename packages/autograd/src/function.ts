import type { Tensor } from '@metagrad/tensor'
import { GradError, isTensor, record } from '@metagrad/tensor'
import { noGrad } from './modes.ts'
import type { CustomBackward } from './rules/index.ts'

/** What a custom function carries from forward to backward. */
export class FunctionContext {
  #saved: readonly { readonly tensor: Tensor; readonly version: number }[] = []
  /** Whether each tensor argument wants a gradient. */
  needsInputGrad: readonly boolean[] = []

  /** Keeps tensors for backward, which fails if they are changed in place until then. */
  saveForBackward(...tensors: readonly Tensor[]): void {
    this.#saved = tensors.map((tensor) => ({ tensor, version: tensor.storage.version }))
  }

  get savedTensors(): readonly Tensor[] {
    return this.#saved.map(({ tensor, version }, i) => {
      if (tensor.storage.version !== version) {
        throw new GradError(
          `backward: saved tensor ${i} was changed in place after forward: version ${tensor.storage.version} vs ${version}. Save a clone().`,
          'CHANGED_IN_PLACE',
        )
      }
      return tensor
    })
  }
}

type Outputs = Tensor | readonly Tensor[]
type Gradients = Tensor | undefined | readonly (Tensor | undefined)[]

/** The static side of a custom function. */
interface FunctionClass<Arguments extends readonly unknown[], Result extends Outputs> {
  readonly name: string
  forward(context: FunctionContext, ...args: Arguments): Result
  backward(context: FunctionContext, ...gradients: Tensor[]): Gradients
}

/**
 * Base of operations with a gradient of their own. `forward` computes without recording; `backward` gets the gradient of each
 * output and returns one for each tensor argument, in Tensor methods, so that higher derivatives work too.
 *
 * @example
 * ```ts
 * class Cube extends Function {
 *   static forward(context: FunctionContext, x: Tensor): Tensor {
 *     context.saveForBackward(x)
 *     return x.pow(3)
 *   }
 *   static backward(context: FunctionContext, g: Tensor): Tensor {
 *     const [x] = context.savedTensors
 *     return g.mul(x!.square()).mul(3)
 *   }
 * }
 * const x = tensor([1, 2], { requiresGrad: true })
 * Cube.apply(x).sum().backward()
 * x.grad!.tolistSync() // -> [3, 12]
 * ```
 * @see https://pytorch.org/docs/stable/autograd.html#function
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- PyTorch's shape: users subclass it with static methods
export abstract class AutogradFunction {
  /** @throws GradError from backward if the number of gradients is not the number of tensor arguments */
  static apply<Arguments extends readonly unknown[], Result extends Outputs>(
    this: FunctionClass<Arguments, Result>,
    ...args: Arguments
  ): Result {
    const context = new FunctionContext()
    const inputs = args.filter((arg) => isTensor(arg))
    context.needsInputGrad = inputs.map((x) => x.requiresGrad)
    const result = noGrad(() => this.forward(context, ...args))
    // A fresh tensor for each output: an argument handed through must not get this record as its past.
    const outputs = [result].flat().map((output) => output.detach())
    const backward: CustomBackward = (gs) => {
      const gradients = [
        this.backward(context, ...gs.map((g, i) => g ?? outputs[i]!.newFull(outputs[i]!.shape, 0))),
      ].flat()
      if (gradients.length !== inputs.length) {
        throw new GradError(
          `${this.name}.backward: needs a gradient for each of the ${inputs.length} tensor arguments, got ${gradients.length}. Return undefined where there is none.`,
        )
      }
      return gradients
    }
    record('custom', inputs, { name: this.name, backward }, outputs)
    return (Array.isArray(result) ? outputs : outputs[0]) as Result
  }
}
