// The maths of the layers: functions of tensors, without state.
export { linear, bilinear } from './linear.ts'
export {
  relu, relu6, leakyRelu, prelu, elu, celu, selu, gelu, silu, mish, softplus, softsign, tanh, tanhshrink, hardshrink,
  softshrink, sigmoid, logSigmoid, hardtanh, hardsigmoid, hardswish, threshold, glu, softmax, logSoftmax, softmin,
  gumbelSoftmax, type GumbelSoftmaxOptions,
} from './activations.ts' // prettier-ignore
export {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type ConvOptions,
  type ConvTransposeOptions,
} from './convolution.ts'
export {
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type AdaptiveMaxPoolOptions,
  type MaxPoolOptions,
} from './pooling/max.ts'
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type AveragePoolOptions,
} from './pooling/average.ts'
export { lpPool1d, lpPool2d, lpPool3d, type LpPoolOptions } from './pooling/lp.ts'
export { maxUnpool1d, maxUnpool2d, maxUnpool3d, type MaxUnpoolOptions } from './pooling/max-unpool.ts'
export type { AdaptiveSize } from './pooling/windows.ts'
export { fold, unfold, type UnfoldOptions } from './unfold.ts'
export type { PerDim } from './windows.ts'
export {
  alphaDropout,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
  featureDropout,
  type DropoutOptions,
} from './dropout.ts'
export { embedding, oneHot, type EmbeddingFunctionOptions } from './embedding.ts'
export { gruCell, lstmCell, rnnReluCell, rnnTanhCell, type RecurrentWeights } from './recurrent.ts'
export {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  localResponseNorm,
  normalize,
  rmsNorm,
  type BatchNormFunctionOptions,
  type GroupNormFunctionOptions,
  type InstanceNormFunctionOptions,
  type LayerNormFunctionOptions,
  type LocalResponseNormOptions,
  type NormalizeOptions,
  type RMSNormFunctionOptions,
} from './normalization.ts'
export {
  cosineSimilarity,
  pairwiseDistance,
  type CosineSimilarityOptions,
  type PairwiseDistanceOptions,
} from './distance.ts'

export type { Reduction, ReductionOptions } from './losses/reduction.ts'
export {
  huberLoss,
  l1Loss,
  mseLoss,
  smoothL1Loss,
  type HuberOptions,
  type SmoothL1Options,
} from './losses/regression.ts'
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  multilabelSoftMarginLoss,
  softMarginLoss,
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  type MultilabelOptions,
} from './losses/binary.ts'
export {
  crossEntropy,
  multiMarginLoss,
  nllLoss,
  type ClassOptions,
  type CrossEntropyOptions,
  type MultiMarginOptions,
} from './losses/classification.ts'
export {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  marginRankingLoss,
  tripletMarginLoss,
  type MarginOptions,
  type TripletMarginOptions,
} from './losses/ranking.ts'
export {
  gaussianNllLoss,
  klDiv,
  poissonNllLoss,
  type GaussianNLLOptions,
  type KLDivOptions,
  type PoissonNLLOptions,
} from './losses/likelihood.ts'
