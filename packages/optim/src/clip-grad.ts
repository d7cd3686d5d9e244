import { noGrad } from '@metagrad/autograd'
import { ArgumentError, GradError, Tensor, tensor } from '@metagrad/tensor'

export interface ClipGradNormOptions {
  /** p of the norm; Infinity is the largest element. > 0, default 2. */
  readonly normType?: number
  /** Throws if the norm is infinite or NaN; reads the device synchronously. Default false. */
  readonly errorIfNonfinite?: boolean
}

/**
 * Scales all gradients together, in place, so that their common norm is at most `maxNorm`; returns the norm before.
 *
 * `g *= min(1, maxNorm / (norm + 1e-6))` with `norm = (sum |g|^p)^(1/p)` over all gradients.
 * @throws ArgumentError for a norm out of range, GradError if the norm is not finite and `errorIfNonfinite`
 * @example
 * ```ts
 * const w = tensor([3, 4], { requiresGrad: true })
 * w.square().sum().div(2).backward()
 * clipGradNorm_([w], 1).itemSync() // -> 5
 * w.grad?.norm().itemSync() // -> 0.99...
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 */
export function clipGradNorm_(
  params: Tensor | Iterable<Tensor>,
  maxNorm: number,
  { normType = 2, errorIfNonfinite = false }: ClipGradNormOptions = {},
): Tensor {
  if (!(maxNorm >= 0)) throw new ArgumentError(`clipGradNorm_: maxNorm must be a number >= 0, got ${maxNorm}.`)
  if (!(normType > 0)) throw new ArgumentError(`clipGradNorm_: normType must be a number > 0, got ${normType}.`)
  const grads = gradsOf(params)
  if (grads.length === 0) return tensor(0)
  return noGrad(() => {
    const total = normOf(grads, normType)
    if (errorIfNonfinite && !Number.isFinite(total.itemSync())) {
      throw new GradError(`clipGradNorm_: the norm of the gradients is ${total.itemSync()}. Lower the learning rate.`)
    }
    const scale = total.add(1e-6).reciprocal().mul(maxNorm).clamp(undefined, 1)
    for (const grad of grads) grad.mul_(scale)
    return total
  })
}

/**
 * Clamps every element of the gradients into [-clipValue, clipValue], in place.
 *
 * @throws ArgumentError for a negative value
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 */
export function clipGradValue_(params: Tensor | Iterable<Tensor>, clipValue: number): void {
  if (!(clipValue >= 0)) throw new ArgumentError(`clipGradValue_: clipValue must be a number >= 0, got ${clipValue}.`)
  const grads = gradsOf(params)
  noGrad(() => {
    for (const grad of grads) grad.clamp_(-clipValue, clipValue)
  })
}

function gradsOf(params: Tensor | Iterable<Tensor>): Tensor[] {
  const list = params instanceof Tensor ? [params] : [...params]
  return list.flatMap(({ grad }) => grad ?? [])
}

function normOf(grads: readonly Tensor[], p: number): Tensor {
  if (p === Infinity) return grads.map((grad) => grad.abs().amax()).reduce((a, b) => a.maximum(b))
  const sums = grads.map((grad) => (p === 2 ? grad.square() : p === 1 ? grad.abs() : grad.abs().pow(p)).sum())
  const sum = sums.reduce((a, b) => a.add(b))
  return p === 2 ? sum.sqrt() : p === 1 ? sum : sum.pow(1 / p)
}
