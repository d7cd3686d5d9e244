import type { NormalizationPrimitives, Shape, Tensor } from '@metagrad/tensor'
import { dispatch, dispatchAll, isRecording } from '@metagrad/tensor'
import type { InputGradient, JointGradient, Rules, Saved } from '../saved.ts'

// A fused gradient is one kernel and has no gradient itself: while gradients are recorded (createGraph), the same formula
// written in methods takes its place. The softmaxes' are simple enough to have one.

/** A sum over a line that broadcasts back to it. */
const along = (x: Tensor, dim: number): Tensor => x.sum(dim, { keepDim: true })

const softmax: InputGradient<'softmax'> = (g, { out, params }) => dispatch('softmaxBackward', [g, out], params)

const logSoftmax: InputGradient<'logSoftmax'> = (g, { out, params }) => dispatch('logSoftmaxBackward', [g, out], params)

/** Of dx = y (g - sum(g y)), for the gradient u of dx: linear in g as softmax is in x, and in y by the product rule. */
const softmaxBackward: Rules<'softmaxBackward'>['softmaxBackward'] = [
  (u, { y, params }) => dispatch('softmaxBackward', [u, y], params),
  (u, { x: g, y, params: { dim } }) => u.mul(g.sub(along(g.mul(y), dim))).sub(g.mul(along(u.mul(y), dim))),
]

/** Of dx = g - e^y sum(g). */
const logSoftmaxBackward: Rules<'logSoftmaxBackward'>['logSoftmaxBackward'] = [
  (u, { y, params: { dim } }) => u.sub(along(u.mul(y.exp()), dim)),
  (u, { x: g, y, params: { dim } }) => u.mul(y.exp()).mul(along(g, dim)).neg(),
]

/** (softmax(x) - one-hot) g, with 0 for what is ignored. */
function classGradient(g: Tensor, { x, y: target, params }: Saved<'crossEntropy'>): Tensor {
  const ignored = target.eq(params.ignoreIndex)
  const index = target.maskedFill(ignored, 0).unsqueeze(-1)
  const counted = ignored.logicalNot().to(x.dtype)
  const share = params.reduction === 'mean' ? counted.div(counted.sum()) : counted
  const probabilities = x.softmax(-1)
  return probabilities.sub(x.newFull(x.shape, 0).scatter(-1, index, 1)).mul(g.mul(share).unsqueeze(-1))
}

const crossEntropy: InputGradient<'crossEntropy'> = (g, saved) =>
  isRecording()
    ? classGradient(g, saved)
    : dispatch('crossEntropyBackward', [g, saved.x, saved.output(1), saved.y], saved.params)

/**
 * Gradients of (x - mean) rstd weight + bias, normalised over `dims`: with h = (x - mean) rstd and d = g weight, of x
 * rstd (d - mean(d) - h mean(d h)), and of each element's weight and bias g h and g.
 */
function normGradients(
  g: Tensor,
  x: Tensor,
  weight: Tensor | undefined,
  dims: readonly number[],
  eps: number,
): readonly [x: Tensor, weight: Tensor, bias: Tensor] {
  const mean = (of: Tensor): Tensor => of.mean(dims, { keepDim: true })
  const centered = x.sub(mean(x))
  const rstd = mean(centered.square()).add(eps).rsqrt()
  const h = centered.mul(rstd)
  const d = weight === undefined ? g : g.mul(weight)
  return [rstd.mul(d.sub(mean(d)).sub(h.mul(mean(d.mul(h))))), g.mul(h), g]
}

/** The weight, if the record has one, as inputs. */
const weightOf = (saved: Saved<'layerNorm' | 'batchNorm'>): readonly Tensor[] => (saved.count > 1 ? [saved.y] : [])

const layerNorm: JointGradient<'layerNorm'> = ([g], saved) => {
  const { x, params } = saved
  const weight = weightOf(saved)
  if (!isRecording()) {
    return dispatchAll('layerNormBackward', [g!, x, saved.output(1), saved.output(2), ...weight], params)
  }
  const dims = Array.from({ length: params.dims }, (_, i) => i - params.dims)
  return normGradients(g!, x, weight[0], dims, params.eps)
}

/** [C] as it broadcasts to [N, C, ..]. */
const perChannel = (x: Tensor, shape: Shape): Tensor => x.reshape(shape.map((_, dim) => (dim === 1 ? -1 : 1)))

const batchNorm: JointGradient<'batchNorm'> = ([g], saved) => {
  const { x, params, shape } = saved
  const weight = weightOf(saved)
  if (!isRecording()) {
    return dispatchAll('batchNormBackward', [g!, x, saved.output(1), saved.output(2), ...weight], params)
  }
  const dims = shape.map((_, dim) => dim).filter((dim) => dim !== 1)
  const [own, ...affine] = normGradients(g!, x, weight[0] && perChannel(weight[0], shape), dims, params.eps)
  return [own, ...affine.map((each) => each.sum(dims))]
}

export const normalizationRules: Rules<keyof NormalizationPrimitives> = {
  softmax: [softmax],
  logSoftmax: [logSoftmax],
  softmaxBackward,
  logSoftmaxBackward,
  crossEntropy: [crossEntropy],
  crossEntropyBackward: undefined,
  layerNorm,
  layerNormBackward: undefined,
  batchNorm,
  batchNormBackward: undefined,
}
