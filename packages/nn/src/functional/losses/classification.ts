import type { Tensor } from '@metagrad/tensor'
import { ArgumentError, DTypeError, ShapeError, arange, dispatch, formatShape, sameShape } from '@metagrad/tensor'
import { checkChoice, checkTensor } from '../../check.ts'
import { checkIndices, checkRange } from '../embedding.ts'
import type { ReductionOptions } from './reduction.ts'
import { reduce } from './reduction.ts'

export interface ClassOptions extends ReductionOptions {
  /** Factor per class: [C]. */
  readonly weight?: Tensor
  /** Targets of this value count for nothing; -100 by default. */
  readonly ignoreIndex?: number
}

export interface CrossEntropyOptions extends ClassOptions {
  /** Share of each target that is spread evenly over all classes, from 0 to 1. */
  readonly labelSmoothing?: number
}

/** Where the classes are: dim 1 of a batch, dim 0 of a single item. */
function classDim(x: Tensor): number {
  return Math.min(1, x.ndim - 1)
}

/** @throws ShapeError unless the target has one index for each item of the input, or `weight` one for each class */
function checkClasses(op: string, input: Tensor, target: Tensor, weight: Tensor | undefined): void {
  checkTensor(op, 'input', input)
  checkTensor(op, 'target', target)
  if (input.ndim === 0) throw new ShapeError(`${op}: the input must be [C] or [N, C, ...], got [].`)
  const expected = input.shape.toSpliced(classDim(input), 1)
  if (!sameShape(target.shape, expected)) {
    throw new ShapeError(
      `${op}: targets do not fit: got ${formatShape(target.shape)} vs ${formatShape(expected)} for input ${formatShape(input.shape)}.`,
    )
  }
  checkIndices(op, 'class indices', target)
  checkWeight(op, input, weight)
}

function checkWeight(op: string, input: Tensor, weight: Tensor | undefined): void {
  const classes = input.shape[classDim(input)]!
  if (weight !== undefined && !sameShape(weight.shape, [classes])) {
    throw new ShapeError(
      `${op}: weight must have one factor per class: got ${formatShape(weight.shape)} vs [${classes}].`,
    )
  }
}

/** One factor per class, in the shape of the input. */
function alongClasses(weight: Tensor, input: Tensor): Tensor {
  return weight.reshape(input.shape.map((_, dim) => (dim === classDim(input) ? -1 : 1)))
}

/** Ints that may be compared with any index to ignore. */
function signedIndices(target: Tensor): Tensor {
  return target.dtype === 'int64' ? target : target.int()
}

/** Losses of class indices without weights: one kernel, which checks the indices too. */
function ofLogits(input: Tensor, target: Tensor, { ignoreIndex = -100, reduction = 'mean' }: ClassOptions): Tensor {
  checkChoice('crossEntropy', 'reduction', reduction, ['mean', 'sum', 'none'])
  checkClasses('crossEntropy', input, target, undefined)
  const logits = input.ndim > 2 ? input.movedim(1, -1) : input
  return dispatch('crossEntropy', [logits, signedIndices(target)], { ignoreIndex, reduction })
}

/** Losses of class indices; the mean is weighted with the weights of the targets' classes. */
function ofIndices(
  op: string,
  logProbabilities: Tensor,
  target: Tensor,
  { weight, ignoreIndex = -100, labelSmoothing = 0, reduction = 'mean' }: CrossEntropyOptions,
): Tensor {
  checkChoice(op, 'reduction', reduction, ['mean', 'sum', 'none'])
  checkClasses(op, logProbabilities, target, weight)
  const dim = classDim(logProbabilities)
  const signed = signedIndices(target)
  const ignored = signed.eq(ignoreIndex)
  const index = signed.maskedFill(ignored, 0)
  checkRange(op, 'class', index, logProbabilities.size(dim))
  const picked = logProbabilities.gather(dim, index.unsqueeze(dim)).squeeze(dim).neg()
  const weights = weight?.indexSelect(0, index.flatten()).reshape(index.shape)
  const exact = (weights === undefined ? picked : picked.mul(weights)).maskedFill(ignored, 0)
  const losses = labelSmoothing === 0 ? exact : exact.mul(1 - labelSmoothing).add(spread())
  if (reduction !== 'mean') return reduce(op, losses, reduction)
  const counts = weights === undefined ? ignored.logicalNot().to(losses.dtype) : weights.maskedFill(ignored, 0)
  return losses.sum().div(counts.sum())

  /** What label smoothing adds: the mean over all classes. */
  function spread(): Tensor {
    const all = weight === undefined ? logProbabilities : logProbabilities.mul(alongClasses(weight, logProbabilities))
    return all
      .sum(dim)
      .maskedFill(ignored, 0)
      .mul(-labelSmoothing / logProbabilities.shape[dim]!)
  }
}

/** Losses of probabilities per class; the mean is over the items. */
function ofProbabilities(
  logProbabilities: Tensor,
  target: Tensor,
  { weight, labelSmoothing = 0, reduction }: CrossEntropyOptions,
): Tensor {
  checkWeight('crossEntropy', logProbabilities, weight)
  const dim = classDim(logProbabilities)
  const smooth =
    labelSmoothing === 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / logProbabilities.shape[dim]!)
  const terms = logProbabilities.mul(smooth)
  const losses = (weight === undefined ? terms : terms.mul(alongClasses(weight, terms))).sum(dim).neg()
  return reduce('crossEntropy', losses, reduction)
}

/**
 * -w[y] log(softmax(x))[y] of logits x and class y: `logSoftmax` and `nllLoss` in one, exact for large logits.
 *
 * Shapes: input [C] or [N, C, ...]; target without the dim C for class indices (ints), or as the input for probabilities
 * per class (floats). The mean is weighted by w[y] and leaves out what is ignored; of probabilities it is the plain mean.
 * @throws ShapeError, DTypeError for class indices that are no ints, IndexError for a class that does not exist
 * @example
 * ```ts
 * const logits = tensor([[1000, 0, 0]])
 * crossEntropy(logits, tensor([1], { dtype: 'int64' })).itemSync() // -> 1000
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0 } = options
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ArgumentError(`crossEntropy: labelSmoothing must be from 0 to 1, got ${labelSmoothing}.`)
  }
  checkTensor('crossEntropy', 'input', input)
  checkTensor('crossEntropy', 'target', target)
  if (input.ndim === 0) throw new ShapeError('crossEntropy: the input must be [C] or [N, C, ...], got [].')
  const isIndexed = !sameShape(input.shape, target.shape)
  if (isIndexed && options.weight === undefined && labelSmoothing === 0) return ofLogits(input, target, options)
  const logProbabilities = input.logSoftmax(classDim(input))
  if (isIndexed) return ofIndices('crossEntropy', logProbabilities, target, options)
  if (!target.isFloatingPoint) {
    throw new DTypeError(
      `crossEntropy: targets shaped like the input are probabilities and must be floats, got ${target.dtype}. Use y.float().`,
    )
  }
  if (options.ignoreIndex !== undefined) {
    throw new ArgumentError(
      'crossEntropy: ignoreIndex has no meaning for targets that are probabilities. Leave it out.',
    )
  }
  return ofProbabilities(logProbabilities, target, options)
}

/**
 * -w[y] x[y] of log-probabilities x and class y.
 *
 * Shapes: input [C] or [N, C, ...], target without the dim C. The mean is weighted by w[y] and leaves out what is ignored.
 * @throws ShapeError, DTypeError for class indices that are no ints, IndexError for a class that does not exist
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 */
export function nllLoss(input: Tensor, target: Tensor, options: ClassOptions = {}): Tensor {
  return ofIndices('nllLoss', input, target, options)
}

export interface MultiMarginOptions extends ReductionOptions {
  /** Exponent of the violations: 1 (default) or 2. */
  readonly p?: 1 | 2
  /** By how much the right class must win; 1 by default. */
  readonly margin?: number
  /** Factor per class: [C]. */
  readonly weight?: Tensor
}

/**
 * The hinge loss of several classes: w[y] / C sum over j != y of max(0, margin - x[y] + x[j])^p.
 *
 * Shapes: input [C] or [N, C], target [] or [N] of ints.
 * @throws ShapeError, DTypeError for class indices that are no ints
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 */
export function multiMarginLoss(
  input: Tensor,
  target: Tensor,
  { p = 1, margin = 1, weight, reduction }: MultiMarginOptions = {},
): Tensor {
  if (p !== 1 && p !== 2) throw new ArgumentError(`multiMarginLoss: p must be 1 or 2, got ${String(p)}.`)
  checkClasses('multiMarginLoss', input, target, weight)
  const dim = classDim(input)
  checkRange('multiMarginLoss', 'class', target, input.size(dim))
  const index = target.unsqueeze(dim)
  const violation = input.sub(input.gather(dim, index)).add(margin).relu()
  const powered = p === 1 ? violation : violation.square()
  const classes = arange(input.shape[dim]!, { dtype: target.dtype, device: input.device })
  const losses = powered.maskedFill(alongClasses(classes, input).eq(index), 0).mean(dim)
  const weights = weight?.indexSelect(0, target.flatten()).reshape(target.shape)
  return reduce('multiMarginLoss', weights === undefined ? losses : losses.mul(weights), reduction)
}
