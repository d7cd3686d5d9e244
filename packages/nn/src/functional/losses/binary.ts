import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, canReadNow, dispatch } from '@metagrad/tensor'
import { logSigmoid } from '../activations.ts'
import { withValue } from '../with-value.ts'
import type { ReductionOptions } from './reduction.ts'
import { checkSameShape, reduce } from './reduction.ts'

export interface BinaryCrossEntropyOptions extends ReductionOptions {
  /** Factor per element; broadcasts to the input. */
  readonly weight?: Tensor
}

/** PyTorch's two bounds: logarithms end at -100, and no probability is divided by that is smaller than 1e-12. */
const [leastLog, leastProbability] = [-100, 1e-12]

/** log(p), finite at 0 in value and derivative. */
function boundedLog(p: Tensor): Tensor {
  const smooth = withValue(p, p.clamp(leastProbability)).log()
  return withValue(smooth, p.log().clamp(leastLog))
}

/** Logits in the place of probabilities would give NaN. What cannot be read at once goes unchecked. */
function checkProbabilities(op: string, x: Tensor): void {
  if (!canReadNow(x.device) || x.numel === 0) return
  const [least, greatest] = [x.detach().amin().itemSync(), x.detach().amax().itemSync()]
  if (least < 0 || greatest > 1) {
    const got = least < 0 ? least : greatest
    throw new ArgumentError(
      `${op}: the input must be probabilities from 0 to 1, got ${got}. Use binaryCrossEntropyWithLogits for logits.`,
    )
  }
}

/**
 * -(y log(p) + (1 - y) log(1 - p)) of probabilities p, with logarithms of at least -100.
 *
 * @param input probabilities
 * @param target numbers from 0 to 1, of the same shape
 * @throws ShapeError, ArgumentError for input outside of [0, 1]
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html; where p is exactly y, the derivative
 * is the formula's 1 or -1, PyTorch's is 0
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  { weight, reduction }: BinaryCrossEntropyOptions = {},
): Tensor {
  checkSameShape('binaryCrossEntropy', input, target)
  checkProbabilities('binaryCrossEntropy', input)
  const rest = target.neg().add(1)
  const losses = target
    .mul(boundedLog(input))
    .add(rest.mul(boundedLog(input.neg().add(1))))
    .neg()
  return reduce('binaryCrossEntropy', weight === undefined ? losses : losses.mul(weight), reduction)
}

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** Factor of the positive class; broadcasts to the input: above 1 it finds more positives, at the cost of precision. */
  readonly posWeight?: Tensor
}

/**
 * `binaryCrossEntropy` of sigmoid(x), exact for large logits: -(w y log(sigmoid(x)) + (1 - y) log(1 - sigmoid(x))).
 *
 * @throws ShapeError
 * @example
 * ```ts
 * binaryCrossEntropyWithLogits(tensor([1000]), tensor([0])).itemSync() // -> 1000
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  { weight, posWeight, reduction }: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  checkSameShape('binaryCrossEntropyWithLogits', input, target)
  if (weight === undefined && posWeight === undefined && input.dtype === target.dtype && input.isFloatingPoint) {
    const scale =
      reduction === undefined || reduction === 'mean' ? 1 / input.numel : reduction === 'sum' ? 1 : undefined
    if (scale !== undefined) return dispatch('bceWithLogitsSum', [input, target], { scale })
  }
  const losses = posWeight === undefined ? input.bceWithLogits(target) : weighted(input, target, posWeight)
  return reduce('binaryCrossEntropyWithLogits', weight === undefined ? losses : losses.mul(weight), reduction)
}

/** (1 - y) x - (1 + (w - 1) y) log(sigmoid(x)). */
function weighted(x: Tensor, y: Tensor, posWeight: Tensor): Tensor {
  const factor = posWeight.sub(1).mul(y).add(1)
  return y
    .neg()
    .add(1)
    .mul(x)
    .sub(factor.mul(logSigmoid(x)))
}

/** log(1 + e^(-y x)) of scores x and targets y of -1 or 1. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html */
export function softMarginLoss(input: Tensor, target: Tensor, { reduction }: ReductionOptions = {}): Tensor {
  checkSameShape('softMarginLoss', input, target)
  return reduce('softMarginLoss', input.mul(target).bceWithLogits(1), reduction)
}

export interface MultilabelOptions extends ReductionOptions {
  /** Factor per class. */
  readonly weight?: Tensor
}

/**
 * The mean over the classes of the binary cross-entropy of logits.
 *
 * Shapes: input and target [N, C] or [C] -> [N] or [] before the reduction.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  { weight, reduction }: MultilabelOptions = {},
): Tensor {
  checkSameShape('multilabelSoftMarginLoss', input, target)
  const losses = input.bceWithLogits(target)
  return reduce('multilabelSoftMarginLoss', (weight === undefined ? losses : losses.mul(weight)).mean(-1), reduction)
}
