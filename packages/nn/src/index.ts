// Modules and what they hold.
export { Parameter } from './parameter.ts'
export { Module, type BufferOptions, type Layer, type MoveOptions } from './module.ts'
export type { ForwardHook, ForwardPreHook } from './hooks.ts'
export type { LoadOptions, LoadResult, StateDict } from './state-dict.ts'

// Containers.
export { Sequential } from './containers/sequential.ts'
export { ModuleList } from './containers/module-list.ts'
export { ModuleDict } from './containers/module-dict.ts'
export { ParameterList } from './containers/parameter-list.ts'

// Layers.
export { Linear, type LayerOptions, type LinearInit, type LinearOptions } from './layers/linear.ts'
export { Bilinear, type BilinearOptions } from './layers/bilinear.ts'
export {
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvLayerOptions,
  type ConvTransposeLayerOptions,
} from './layers/convolution.ts'
export {
  AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, AvgPool1d, AvgPool2d,
  AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d, type MaxPoolLayerOptions,
} from './layers/pooling.ts' // prettier-ignore
export { Identity } from './layers/identity.ts'
export { Flatten, Unflatten } from './layers/flatten.ts'
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from './layers/dropout.ts'
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from './layers/embedding.ts'
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type BatchNormOptions,
} from './layers/batch-norm.ts'
export { GroupNorm, type GroupNormOptions } from './layers/group-norm.ts'
export { LayerNorm, RMSNorm, type LayerNormOptions, type NormOptions } from './layers/layer-norm.ts'
export {
  GRUCell,
  LSTMCell,
  RNNCell,
  type RNNCellOptions,
  type RecurrentCellOptions,
  type RecurrentNonlinearity,
} from './layers/recurrent-cell.ts'
export { GRU, LSTM, RNN, type RNNOptions, type RecurrentOptions } from './layers/recurrent.ts'
export {
  Activation, CELU, ELU, GELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, LogSoftmax, Mish, PReLU,
  ReLU, ReLU6, SELU, SiLU, Sigmoid, Softmax, Softmin, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold,
  type ActivationClass,
} from './layers/activations.ts' // prettier-ignore

// Sequences of different lengths.
export {
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  unpackSequence,
  unpadSequence,
  type Lengths,
  type PackOptions,
  type PackPaddedOptions,
  type PadPackedOptions,
} from './utils/packed-sequence.ts'

// Losses.
export {
  BCELoss, BCEWithLogitsLoss, CosineEmbeddingLoss, CrossEntropyLoss, GaussianNLLLoss, HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss,
  Loss, MSELoss, MarginRankingLoss, MultiLabelSoftMarginLoss, MultiMarginLoss, NLLLoss, PoissonNLLLoss, SmoothL1Loss, SoftMarginLoss,
  TripletMarginLoss, type LossClass,
} from './layers/losses.ts' // prettier-ignore

// The maths without the state (often imported `as F`), and how weights begin.
export * as functional from './functional/index.ts'
export * as init from './init.ts'

// Persistence.
export { loadSafetensors, saveSafetensors, saveSafetensorsSync, type Safetensors } from './safetensors/index.ts'
