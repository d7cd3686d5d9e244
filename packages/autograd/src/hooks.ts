import type { Source, Tensor } from '@metagrad/tensor'
import { GradError, formatShape, sameShape } from '@metagrad/tensor'
import type { Node } from './engine.ts'

/** Sees a gradient when it is complete; what it returns takes its place. */
export type TensorHook = (gradient: Tensor) => Tensor | undefined | void

const hooks = new WeakMap<Node, Map<number, Set<TensorHook>>>()
/** Without any, nodes need not be looked up. */
let areUsed = false

/** Whether a hook was ever registered for a node. */
export function hasHooks(node: Node): boolean {
  return areUsed && hooks.has(node)
}

/**
 * Calls `hook` with the gradient of `tensor` in each backward, before it flows on. Returns the function that removes it.
 *
 * @throws GradError if the tensor does not require grad
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html
 */
export function registerHook(tensor: Tensor, hook: TensorHook): () => void {
  if (!tensor.requiresGrad)
    throw new GradError('registerHook: the tensor does not require grad, so no gradient will arrive.')
  areUsed = true
  const node: Node = tensor.source ?? tensor
  const slots = hooks.get(node) ?? new Map<number, Set<TensorHook>>()
  hooks.set(node, slots)
  const own = slots.get(tensor.slot) ?? new Set()
  slots.set(tensor.slot, own.add(hook))
  return () => own.delete(hook)
}

/** The gradients of a node after its hooks. */
export function runHooks(
  node: Source | Tensor,
  gradients: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const slots = areUsed ? hooks.get(node) : undefined
  if (slots === undefined) return gradients
  return gradients.map((gradient, slot) => {
    let current = gradient
    for (const hook of slots.get(slot) ?? []) {
      if (current === undefined) return current
      const next = hook(current)
      if (next === undefined) continue
      if (!sameShape(next.shape, current.shape)) {
        throw new GradError(
          `registerHook: the hook changed the shape: ${formatShape(next.shape)} vs ${formatShape(current.shape)}.`,
        )
      }
      current = next
    }
    return current
  })
}
