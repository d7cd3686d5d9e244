import type { Tensor } from '@metagrad/tensor'
import { GradError, setRecording } from '@metagrad/tensor'
import { accumulate, loners } from './accumulate.ts'
import type { Node } from './engine.ts'
import { isSource, nodeOf, runTape, seedFor } from './engine.ts'
import { registerHook } from './hooks.ts'
import { repeatBackward } from './repeat/repeat.ts'

export interface BackwardOptions {
  /** Gradient of the result; 1 for a scalar. Same shape as the tensor. */
  readonly seed?: Tensor
  /** Keeps the tape for another backward; otherwise it is dropped. */
  readonly retainGraph?: boolean
  /** Records the gradients' own computation, so that they can be differentiated. */
  readonly createGraph?: boolean
}

/**
 * Adds the gradient of `tensor` to `grad` of each leaf that it was made from.
 *
 * @throws GradError if the tensor is no scalar and no seed is given, if it does not require grad, if its tape was dropped,
 * or if something that is needed was changed in place
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.backward.html
 */
export function backward(tensor: Tensor, options: BackwardOptions = {}): void {
  const { createGraph = false, retainGraph = createGraph } = options
  if (options.seed === undefined && !createGraph && repeatBackward(tensor, retainGraph)) return
  const seed = seedFor('backward', tensor, options.seed)
  const liesAlone = loners(seed)
  runTape([tensor], [seed], undefined, { retainGraph, createGraph }, (node, [gradient]) => {
    if (!isSource(node)) accumulate(node, gradient!, liesAlone(gradient!), createGraph)
  })
}

export interface GradOptions {
  /** Gradients of the outputs; 1 for scalars. */
  readonly gradOutputs?: readonly (Tensor | undefined)[]
  readonly retainGraph?: boolean
  readonly createGraph?: boolean
  /** Gives undefined for inputs that the outputs do not depend on, instead of an error. */
  readonly allowUnused?: boolean
}

/**
 * Gradients of the (summed) outputs with respect to `inputs`, without touching any `grad`.
 *
 * @throws GradError if an input does not require grad, or the outputs do not depend on it
 * @example
 * ```ts
 * const x = tensor([1, 2, 3], { requiresGrad: true })
 * const [dx] = grad(x.square().sum(), [x])
 * dx?.tolistSync() // -> [2, 4, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options?: GradOptions & { readonly allowUnused?: false },
): Tensor[]
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions,
): (Tensor | undefined)[]
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  { gradOutputs = [], createGraph = false, retainGraph = createGraph, allowUnused = false }: GradOptions = {},
): (Tensor | undefined)[] {
  const roots = [outputs].flat()
  inputs.forEach((input, i) => {
    if (!input.requiresGrad)
      throw new GradError(
        `grad: input ${i} does not require grad. Set input.requiresGrad = true before the forward pass.`,
      )
  })
  const seeds = roots.map((root, i) => seedFor('grad', root, gradOutputs[i]))
  const found = new Map<Node, readonly (Tensor | undefined)[]>()
  runTape(roots, seeds, new Set(inputs.map(nodeOf)), { retainGraph, createGraph }, (node, gradients) =>
    found.set(node, gradients),
  )
  return inputs.map((input, i) => {
    const gradient = found.get(nodeOf(input))?.[input.slot]
    if (gradient === undefined && !allowUnused) {
      throw new GradError(
        `grad: the outputs do not depend on input ${i}. Pass { allowUnused: true } to get undefined for it.`,
      )
    }
    return gradient
  })
}

/**
 * Keeps the gradient of a result of recorded ops in its `grad`, as leaves have it.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.retain_grad.html
 */
export function retainGrad(tensor: Tensor): void {
  if (tensor.isLeaf) return
  registerHook(tensor, (gradient) => {
    const before = setRecording(gradient.requiresGrad)
    tensor.grad = tensor.grad === undefined ? gradient.clone() : tensor.grad.add(gradient)
    setRecording(before)
  })
}
