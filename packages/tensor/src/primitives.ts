import type { DType } from './dtypes.ts'
import type { Box, Shape } from './layout.ts'
import type { Generator } from './random/generator.ts'

/** A primitive without parameters. */
export type NoParams = Readonly<Record<never, never>>
export const noParams: NoParams = Object.freeze({})

/** One dim, already counted from 0. */
export interface DimParams {
  readonly dim: number
}

/** Reduced dims, ascending; with `keepDim` they stay with size 1. */
export interface ReduceParams {
  readonly dims: readonly number[]
  readonly keepDim: boolean
}

/** How `scatter` combines a value with what is there. */
export type ScatterReduce = 'replace' | 'add' | 'multiply' | 'amax' | 'amin'

/**
 * Views: a new layout on the same storage. Nothing is computed, so no backend knows them.
 * Parameters are checked and normalised by the method that dispatches.
 */
export interface ViewPrimitives {
  /** Same elements in another shape, where that needs no copy. */
  view: { readonly shape: Shape }
  permute: { readonly dims: readonly number[] }
  /** Size-1 dims (and new leading dims) repeated without a copy. */
  expand: { readonly shape: Shape }
  /** A box with steps; a negative step flips. */
  slice: Box
  diagonal: { readonly offset: number; readonly dim1: number; readonly dim2: number }
  /** Sliding windows over a dim, as a new last dim. */
  unfold: { readonly dim: number; readonly size: number; readonly step: number }
}

/** One input, same shape; ints become floats where the function asks for floats. */
export interface UnaryPrimitives {
  neg: NoParams
  abs: NoParams
  sign: NoParams
  square: NoParams
  floor: NoParams
  ceil: NoParams
  /** Halves go to the even neighbour. */
  round: NoParams
  trunc: NoParams
  reciprocal: NoParams
  sqrt: NoParams
  rsqrt: NoParams
  exp: NoParams
  exp2: NoParams
  expm1: NoParams
  log: NoParams
  log2: NoParams
  log10: NoParams
  log1p: NoParams
  sin: NoParams
  cos: NoParams
  tan: NoParams
  asin: NoParams
  acos: NoParams
  atan: NoParams
  sinh: NoParams
  cosh: NoParams
  tanh: NoParams
  asinh: NoParams
  acosh: NoParams
  atanh: NoParams
  sigmoid: NoParams
  relu: NoParams
  /** x times the normal distribution function of x. */
  gelu: NoParams
  /** x sigmoid(x). */
  silu: NoParams
  erf: NoParams
  erfc: NoParams
  erfinv: NoParams
  lgamma: NoParams
  digamma: NoParams
  trigamma: NoParams
  bitwiseNot: NoParams
  /** To bool. */
  logicalNot: NoParams
  isnan: NoParams
  isinf: NoParams
  isfinite: NoParams
}

/** Two inputs of one dtype, broadcast. */
export interface BinaryPrimitives {
  add: NoParams
  sub: NoParams
  mul: NoParams
  /** True division of floats. */
  div: NoParams
  /** Rounds the quotient down. */
  floorDivide: NoParams
  pow: NoParams
  maximum: NoParams
  minimum: NoParams
  atan2: NoParams
  /** Remainder with the sign of the divisor. */
  remainder: NoParams
  /** Remainder with the sign of the dividend. */
  fmod: NoParams
  hypot: NoParams
  copysign: NoParams
  bitwiseAnd: NoParams
  bitwiseOr: NoParams
  bitwiseXor: NoParams
  bitwiseLeftShift: NoParams
  bitwiseRightShift: NoParams
  /** Per element: `max(x, 0) - x y + log(1 + exp(-|x|))`, the stable binary cross-entropy of logit x and target y. */
  bceWithLogits: NoParams
  eq: NoParams
  ne: NoParams
  lt: NoParams
  le: NoParams
  gt: NoParams
  ge: NoParams
  logicalAnd: NoParams
  logicalOr: NoParams
  logicalXor: NoParams
}

/** One input, dims folded away. */
export interface ReducePrimitives {
  sum: ReduceParams
  /** The sum over the count, of floats. */
  mean: ReduceParams
  prod: ReduceParams
  amax: ReduceParams
  amin: ReduceParams
  /** Position of the first largest value, in the one dim or (dims of all) in row-major order. */
  argmax: ReduceParams
  argmin: ReduceParams
}

/** One input, running along one dim. */
export interface ScanPrimitives {
  cumsum: DimParams
  cumprod: DimParams
  /** Values and the position of the last value that made each. */
  cummax: DimParams
  cummin: DimParams
}

/** No input: values from parameters, or from a generator. */
export interface SourcePrimitives {
  full: { readonly shape: Shape; readonly dtype: DType; readonly value: number | bigint }
  /** `start + i * step`. */
  arange: { readonly length: number; readonly start: number; readonly step: number; readonly dtype: DType }
  uniform: RandomParams & { readonly from: number; readonly to: number }
  normal: RandomParams & { readonly mean: number; readonly std: number }
  /** Whole numbers from `from` up to `to`, without `to`. */
  randint: RandomParams & { readonly from: number; readonly to: number }
  randperm: RandomParams
  exponential: RandomParams & { readonly lambda: number }
  /** 1 where a float64 uniform draw is below `probability`: dropout's mask. */
  bernoulliScalar: RandomParams & { readonly probability: number }
}

export interface RandomParams {
  readonly shape: Shape
  readonly dtype: DType
  readonly generator: Generator
}

/** Linear algebra on the last two dims, batched over the others. */
export interface LinalgPrimitives {
  /** P, L and U packed: LU [.., m, n], pivots int32 [.., k] from 1, permutation as row indices [.., m]. */
  lu: NoParams
  cholesky: NoParams
  qr: { readonly mode: 'reduced' | 'complete' }
  /** Eigenvalues ascending [.., n], eigenvectors in columns [.., n, n], of a symmetric matrix. */
  eigh: NoParams
  /** U [.., m, k], S [.., k] descending, Vh [.., k, n]. */
  svd: { readonly fullMatrices: boolean }
  /** X with A X = B for square A. */
  solve: NoParams
  triangularSolve: { readonly upper: boolean; readonly unitriangular: boolean }
  /** The X of least norm among those that minimise |A X - B|, and the rank of A, ints. */
  lstsq: { readonly rtol: number }
  /** Moore-Penrose pseudo-inverse [.., n, m]; singular values not above `max(atol, rtol * the largest)` count as zero. */
  pinv: { readonly rtol: number; readonly atol: number }
  det: NoParams
  /** Eigenvalues [.., n] and eigenvectors in columns [.., n, n] of a general matrix: real parts, imaginary parts, of both. */
  eig: NoParams
  /** `e^A = sum of A^k / k!`. */
  matrixExp: NoParams
}

/** How a convolution's window moves over the spatial dims, which follow batch and channels: one number per dim. */
export interface ConvParams {
  readonly stride: readonly number[]
  /** Zeros on either side. */
  readonly padding: readonly number[]
  /** Steps between neighbouring elements of the window. */
  readonly dilation: readonly number[]
  /** The channels fall into as many parts, which see nothing of each other. */
  readonly groups: number
}

/**
 * The windows along one dim: output o sees every `dilation`-th element from `floor(o step / per) - padding` up to
 * `floor((o step + reach) / per) - padding`, without it, of those that exist. Windows of one size have `per` 1, their stride as
 * `step` and their extent as `reach`; adaptive ones spread the input over the outputs.
 */
export interface Windows {
  readonly outputs: number
  readonly step: number
  readonly per: number
  readonly reach: number
  readonly padding: number
  readonly dilation: number
}

/** One entry per pooled dim; these are the last dims. */
export interface PoolParams {
  readonly windows: readonly Windows[]
}

export interface AveragePoolParams extends PoolParams {
  /** Whether the padding counts as elements. */
  readonly countIncludePad: boolean
  /** What sums are divided by instead of their count; 0 for the count. */
  readonly divisor: number
}

/** Windows that slide over the last dims. `size` holds sizes of those dims. */
export interface WindowPrimitives {
  /** [N, C, ..] with weights [O, C / groups, ..] and perhaps a bias [O] -> [N, O, ..]. */
  conv: ConvParams
  /** The gradient of `conv` with respect to its input: [N, O, ..] with weights [O, C / groups, ..] -> [N, C, *size]. */
  convTranspose: ConvParams & { readonly size: Shape }
  /** The gradient of `conv` with respect to its weights: [N, C, ..] and [N, O, ..] -> [O, C / groups, *size]. */
  convWeight: ConvParams & { readonly size: Shape }
  /** The largest of each window, and its row-major position in the pooled dims: the first of several, NaN before all. */
  maxPool: PoolParams
  /** The mean of each window. */
  avgPool: AveragePoolParams
  /** The gradient of `avgPool`. */
  avgPoolTranspose: AveragePoolParams & { readonly size: Shape }
}

/**
 * Gradients of frequent functions in one pass. Rules use them where nothing records; where the gradient itself is to be
 * differentiated they write it out in differentiable ops.
 */
export interface GradientPrimitives extends ResultGradientPrimitives {
  /** scale g (sigmoid(x) - y) of the gradient g, a single one or one per element, the logits x and the targets y. */
  bceWithLogitsBackward: { readonly scale: number }
}

/** Gradients of functions from their results. */
export interface ResultGradientPrimitives {
  /** g y (1 - y) of the gradient g and y = sigmoid(x). */
  sigmoidBackward: NoParams
  /** g (1 - y^2) of the gradient g and y = tanh(x). */
  tanhBackward: NoParams
  /** g where y = relu(x) is above 0, else 0. */
  reluBackward: NoParams
}

/** Steps of optimizers: they write into their first inputs, and no tape knows of them. */
export interface UpdatePrimitives {
  /**
   * inputs: param, grad and, with momentum, velocity. With d = grad + weightDecay param:
   * velocity = momentum velocity + (1 - dampening) d, at first d; param -= lr (nesterov ? d + momentum velocity : velocity).
   */
  sgdStep: {
    readonly lr: number
    readonly momentum: number
    readonly dampening: number
    readonly weightDecay: number
    readonly nesterov: boolean
    readonly isFirst: boolean
  }
  /**
   * inputs: param, grad, m, v. With d = grad + weightDecay param (decoupled: param shrinks by lr weightDecay instead):
   * m = beta1 m + (1 - beta1) d; v = beta2 v + (1 - beta2) d^2; param -= lr / correction1 m / (sqrt(v / correction2) + eps).
   */
  adamStep: {
    readonly lr: number
    readonly beta1: number
    readonly beta2: number
    readonly eps: number
    readonly weightDecay: number
    readonly isDecoupled: boolean
    readonly correction1: number
    readonly correction2: number
  }
}

/** What becomes of the losses of all items. */
export interface ClassLossParams {
  /** Items of this class count for nothing. */
  readonly ignoreIndex: number
  /** The mean is over the items that count. */
  readonly reduction: 'mean' | 'sum' | 'none'
}

/** The elements that are normalised together, and what is added to their variance. */
export interface LayerNormParams {
  /** How many dims, counted from the last. */
  readonly dims: number
  readonly eps: number
}

export interface BatchNormParams {
  readonly eps: number
}

/**
 * Functions of what is normalised together, with a kernel each way. Those named after a gradient serve the gradient rules: g is
 * the gradient of the result, and what else they take is what the other direction took and gave.
 */
export interface NormalizationPrimitives {
  softmax: DimParams
  logSoftmax: DimParams
  /** Of g and y = softmax(x): y (g - sum(g y)). */
  softmaxBackward: DimParams
  /** Of g and y = logSoftmax(x): g - e^y sum(g). */
  logSoftmaxBackward: DimParams
  /** Of logits [.., classes] and classes [..]: the losses logSumExp(x) - x[class], reduced; and sum(e^(x - max(x))) [..]. */
  crossEntropy: ClassLossParams
  /** Of g, the logits, their sums and the classes: (softmax(x) - one-hot) g, over the count of items for the mean. */
  crossEntropyBackward: ClassLossParams
  /** Of x and maybe weight and bias of the normalised shape: (x - mean) rstd weight + bias; mean and rstd, with size 1 in those dims. */
  layerNorm: LayerNormParams
  /** Of g, x, mean, rstd and maybe weight: gradients of x and, with a weight, of weight and bias. */
  layerNormBackward: LayerNormParams
  /** Of x [N, C, ..] and maybe weight and bias [C]: (x - mean) rstd weight + bias per channel; mean and biased variance [C]. */
  batchNorm: BatchNormParams
  /** Of g, x, mean, variance and maybe weight: gradients of x, weight and bias, the latter two without a weight too. */
  batchNormBackward: BatchNormParams
}

/** Primitives that compute: each backend has a kernel for each. */
export interface ComputePrimitives
  extends
    UnaryPrimitives,
    BinaryPrimitives,
    ReducePrimitives,
    ScanPrimitives,
    SourcePrimitives,
    LinalgPrimitives,
    WindowPrimitives,
    GradientPrimitives,
    UpdatePrimitives,
    NormalizationPrimitives {
  /** A contiguous copy. */
  copy: NoParams
  /** To another dtype: floats to ints round towards zero, anything to bool asks "not 0". */
  cast: { readonly dtype: DType }
  /** inputs[0] (bool) chooses per element between inputs[1] and inputs[2], all broadcast. */
  where: NoParams
  /** Into [min, max]; NaN stays. */
  clamp: { readonly min: number; readonly max: number }
  /** [.., m, k] @ [.., k, n], leading dims broadcast. */
  matmul: NoParams
  /** x w^T + b of x [.., in], w [out, in] and, if given, b [out]. */
  linear: NoParams
  /** x times scale where inputs[1] (bool, broadcast to x) holds, else times 0: what is not finite shows there as NaN. */
  dropout: { readonly scale: number }
  /** scale times the sum of bceWithLogits over all elements: 1 for the sum, 1 / n for the mean. Inputs of one shape. */
  bceWithLogitsSum: { readonly scale: number }
  /** Values along dim at inputs[1] (ints, same number of dims). */
  gather: DimParams
  /** inputs[0] with inputs[2] written at the positions inputs[1] along dim. */
  scatter: DimParams & { readonly reduce: ScatterReduce }
  /** Whole slices along dim, chosen by 1-d inputs[1]. */
  indexSelect: DimParams
  /** inputs[0] plus the slices inputs[2] at the positions inputs[1] along dim. */
  indexAdd: DimParams
  /** inputs[0][.., i0, i1, ..]: int inputs[1..] index the first dims together, broadcast. */
  index: NoParams
  /** inputs[0] with inputs[1] written (or added) where int inputs[2..] point in the first dims. */
  indexPut: { readonly accumulate: boolean }
  cat: DimParams
  /** `before[dim]` and `after[dim]` elements of `value` around each dim. */
  pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number }
  /** Sorted values and where each came from. */
  sort: DimParams & { readonly descending: boolean }
  /** Draws per row of inputs[0] (probabilities). */
  multinomial: { readonly samples: number; readonly replacement: boolean; readonly generator: Generator }
  /** 1 with the probability that inputs[0] holds, else 0. */
  bernoulli: { readonly generator: Generator }
}

/** Records of the tape that no backend computes. */
export interface RecordedPrimitives {
  /** An operation that carries its own gradient: user functions and checkpoints. */
  custom: { readonly name: string; readonly backward: unknown }
  /** inputs[0] after its view was overwritten in place with inputs[1]. */
  viewScatter: { readonly primitive: ViewPrimitive; readonly params: ViewPrimitives[ViewPrimitive] }
}

/** Every primitive: name -> parameters. All other tables (inference, kernels, gradients, samples) map over this. */
export interface Primitives extends ViewPrimitives, ComputePrimitives, RecordedPrimitives {}

export type Primitive = keyof Primitives
export type ViewPrimitive = keyof ViewPrimitives
export type ComputePrimitive = keyof ComputePrimitives
export type UnaryPrimitive = keyof UnaryPrimitives
export type BinaryPrimitive = keyof BinaryPrimitives
export type ReducePrimitive = keyof ReducePrimitives
export type UpdatePrimitive = keyof UpdatePrimitives
