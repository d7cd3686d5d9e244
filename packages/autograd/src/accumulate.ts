import type { Tensor } from '@metagrad/tensor'

/**
 * Adds to `leaf.grad`, in place where nobody can differentiate it.
 *
 * @param isAlone whether nothing else lies in the gradient's storage, so that the leaf may have it
 */
export function accumulate(leaf: Tensor, gradient: Tensor, isAlone: boolean, createGraph = false): void {
  const before = leaf.grad
  if (before === undefined) leaf.grad = isAlone || createGraph ? gradient : gradient.clone()
  else leaf.grad = createGraph ? before.add(gradient) : before.add_(gradient)
}

/**
 * Tells of the gradients of one backward whether they lie alone. Rules pass gradients through: two leaves must not share one, nor
 * hold the seed or a part of a larger tensor.
 */
export function loners(seed: Tensor): (gradient: Tensor) => boolean {
  const taken = new Set([seed.storage])
  return (gradient) => {
    const { storage } = gradient
    const isAlone = !taken.has(storage) && gradient.numel === storage.length && gradient.isContiguous
    taken.add(storage)
    return isAlone
  }
}
