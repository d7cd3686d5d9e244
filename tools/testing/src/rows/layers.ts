import * as nn from '@metagrad/nn'
import { Tensor, rand, randint, randn } from '@metagrad/tensor'

/** A layer or a loss, and what it takes. */
export interface LayerRow {
  readonly make: () => nn.Module
  readonly inputs: () => readonly Tensor[]
}

type Shape = readonly number[]

const row = (make: () => nn.Module, inputs: () => readonly Tensor[]): LayerRow => ({ make, inputs })
/** Inputs of random floats. */
const floats = (make: () => nn.Module, ...shapes: readonly Shape[]): LayerRow =>
  row(make, () => shapes.map((shape) => randn([...shape])))
const ints = (most: number, ...shape: number[]): Tensor => randint(0, most, shape, { dtype: 'int32' })
const signs = (...shape: number[]): Tensor =>
  ints(2, ...shape)
    .float()
    .mul(2)
    .sub(1)
const probabilities = (...shape: number[]): Tensor => rand(shape).mul(0.8).add(0.1)

const matrix: Shape = [5, 4]
const sequence: Shape = [4, 2, 3]

/** Every layer and loss that has a `forward` of its own, by its name in `@metagrad/nn`. */
export const layerRows: Readonly<Record<string, LayerRow>> = {
  Linear: floats(() => new nn.Linear(4, 3), matrix),
  Bilinear: floats(() => new nn.Bilinear(4, 3, 2), [5, 4], [5, 3]),
  Identity: floats(() => new nn.Identity(), matrix),
  Flatten: floats(() => new nn.Flatten(), [2, 3, 4]),
  Unflatten: floats(() => new nn.Unflatten(1, [2, 2]), matrix),
  Dropout: floats(() => new nn.Dropout(0.4), matrix),
  Dropout2d: floats(() => new nn.Dropout2d(0.4), [2, 4, 3, 3]),
  Dropout1d: floats(() => new nn.Dropout1d(0.4), [2, 4, 3]),
  Dropout3d: floats(() => new nn.Dropout3d(0.4), [2, 4, 2, 2, 2]),
  AlphaDropout: floats(() => new nn.AlphaDropout(0.4), matrix),
  FeatureAlphaDropout: floats(() => new nn.FeatureAlphaDropout(0.4), [2, 4, 3]),
  Embedding: row(
    () => new nn.Embedding(7, 3, { paddingIdx: 2 }),
    () => [ints(7, 4, 3)],
  ),
  LayerNorm: floats(() => new nn.LayerNorm(4), matrix),
  RMSNorm: floats(() => new nn.RMSNorm(4), matrix),
  Conv1d: floats(() => new nn.Conv1d(4, 3, 3), [2, 4, 8]),
  ConvTranspose1d: floats(() => new nn.ConvTranspose1d(4, 3, 3), [2, 4, 8]),
  MaxPool1d: floats(() => new nn.MaxPool1d(2), [2, 4, 8]),
  AvgPool1d: floats(() => new nn.AvgPool1d(2), [2, 4, 8]),
  AdaptiveAvgPool1d: floats(() => new nn.AdaptiveAvgPool1d(2), [2, 4, 8]),
  AdaptiveMaxPool1d: floats(() => new nn.AdaptiveMaxPool1d(2), [2, 4, 8]),
  BatchNorm1d: floats(() => new nn.BatchNorm1d(4), [2, 4, 8]),
  InstanceNorm1d: floats(() => new nn.InstanceNorm1d(4), [2, 4, 8]),
  Conv2d: floats(() => new nn.Conv2d(4, 3, 3), [2, 4, 6, 6]),
  ConvTranspose2d: floats(() => new nn.ConvTranspose2d(4, 3, 3), [2, 4, 6, 6]),
  MaxPool2d: floats(() => new nn.MaxPool2d(2), [2, 4, 6, 6]),
  AvgPool2d: floats(() => new nn.AvgPool2d(2), [2, 4, 6, 6]),
  AdaptiveAvgPool2d: floats(() => new nn.AdaptiveAvgPool2d(2), [2, 4, 6, 6]),
  AdaptiveMaxPool2d: floats(() => new nn.AdaptiveMaxPool2d(2), [2, 4, 6, 6]),
  BatchNorm2d: floats(() => new nn.BatchNorm2d(4), [2, 4, 6, 6]),
  InstanceNorm2d: floats(() => new nn.InstanceNorm2d(4), [2, 4, 6, 6]),
  Conv3d: floats(() => new nn.Conv3d(4, 3, 3), [1, 4, 4, 4, 4]),
  ConvTranspose3d: floats(() => new nn.ConvTranspose3d(4, 3, 3), [1, 4, 4, 4, 4]),
  MaxPool3d: floats(() => new nn.MaxPool3d(2), [1, 4, 4, 4, 4]),
  AvgPool3d: floats(() => new nn.AvgPool3d(2), [1, 4, 4, 4, 4]),
  AdaptiveAvgPool3d: floats(() => new nn.AdaptiveAvgPool3d(2), [1, 4, 4, 4, 4]),
  AdaptiveMaxPool3d: floats(() => new nn.AdaptiveMaxPool3d(2), [1, 4, 4, 4, 4]),
  BatchNorm3d: floats(() => new nn.BatchNorm3d(4), [1, 4, 4, 4, 4]),
  InstanceNorm3d: floats(() => new nn.InstanceNorm3d(4), [1, 4, 4, 4, 4]),
  GroupNorm: floats(() => new nn.GroupNorm(2, 4), [2, 4, 6, 6]),
  RNNCell: floats(() => new nn.RNNCell(3, 4), [2, 3], [2, 4]),
  LSTMCell: floats(() => new nn.LSTMCell(3, 4), [2, 3]),
  GRUCell: floats(() => new nn.GRUCell(3, 4), [2, 3], [2, 4]),
  RNN: floats(() => new nn.RNN(3, 4, { numLayers: 2, nonlinearity: 'relu' }), sequence),
  LSTM: floats(() => new nn.LSTM(3, 4, { bidirectional: true }), sequence),
  GRU: floats(() => new nn.GRU(3, 4, { numLayers: 2, dropout: 0.2 }), sequence),
  Sequential: floats(() => new nn.Sequential(new nn.Linear(4, 6), new nn.Tanh(), new nn.Linear(6, 2)), matrix),
  CELU: floats(() => new nn.CELU(), matrix),
  ELU: floats(() => new nn.ELU(), matrix),
  GELU: floats(() => new nn.Sequential(new nn.GELU(), new nn.GELU('tanh')), matrix),
  GLU: floats(() => new nn.GLU(), matrix),
  Hardshrink: floats(() => new nn.Hardshrink(), matrix),
  Hardsigmoid: floats(() => new nn.Hardsigmoid(), matrix),
  Hardswish: floats(() => new nn.Hardswish(), matrix),
  Hardtanh: floats(() => new nn.Hardtanh(), matrix),
  LeakyReLU: floats(() => new nn.LeakyReLU(), matrix),
  LogSigmoid: floats(() => new nn.LogSigmoid(), matrix),
  LogSoftmax: floats(() => new nn.LogSoftmax(1), matrix),
  Mish: floats(() => new nn.Mish(), matrix),
  PReLU: floats(() => new nn.PReLU(), matrix),
  ReLU: floats(() => new nn.ReLU(), matrix),
  ReLU6: floats(() => new nn.ReLU6(), matrix),
  SELU: floats(() => new nn.SELU(), matrix),
  SiLU: floats(() => new nn.SiLU(), matrix),
  Sigmoid: floats(() => new nn.Sigmoid(), matrix),
  Softmax: floats(() => new nn.Softmax(1), matrix),
  Softmin: floats(() => new nn.Softmin(1), matrix),
  Softplus: floats(() => new nn.Softplus(), matrix),
  Softshrink: floats(() => new nn.Softshrink(), matrix),
  Softsign: floats(() => new nn.Softsign(), matrix),
  Tanh: floats(() => new nn.Tanh(), matrix),
  Tanhshrink: floats(() => new nn.Tanhshrink(), matrix),
  Threshold: floats(() => new nn.Threshold(0.1, 2), matrix),
  MSELoss: floats(() => new nn.MSELoss(), matrix, matrix),
  L1Loss: floats(() => new nn.L1Loss(), matrix, matrix),
  SmoothL1Loss: floats(() => new nn.SmoothL1Loss(), matrix, matrix),
  HuberLoss: floats(() => new nn.HuberLoss(), matrix, matrix),
  BCELoss: row(
    () => new nn.BCELoss(),
    () => [probabilities(5, 4), rand(5, 4)],
  ),
  BCEWithLogitsLoss: row(
    () => new nn.BCEWithLogitsLoss({ posWeight: rand(4) }),
    () => [randn(5, 4), rand(5, 4)],
  ),
  SoftMarginLoss: row(
    () => new nn.SoftMarginLoss(),
    () => [randn(5, 4), signs(5, 4)],
  ),
  MultiLabelSoftMarginLoss: row(
    () => new nn.MultiLabelSoftMarginLoss(),
    () => [randn(5, 4), ints(2, 5, 4).float()],
  ),
  CrossEntropyLoss: row(
    () => new nn.CrossEntropyLoss({ weight: rand(4), labelSmoothing: 0.1 }),
    () => [randn(5, 4), ints(4, 5)],
  ),
  NLLLoss: row(
    () => new nn.NLLLoss(),
    () => [randn(5, 4), ints(4, 5)],
  ),
  MultiMarginLoss: row(
    () => new nn.MultiMarginLoss(),
    () => [randn(5, 4), ints(4, 5)],
  ),
  KLDivLoss: row(
    () => new nn.KLDivLoss({ reduction: 'batchmean' }),
    () => [randn(5, 4), probabilities(5, 4)],
  ),
  PoissonNLLLoss: row(
    () => new nn.PoissonNLLLoss(),
    () => [randn(5, 4), ints(5, 5, 4).float()],
  ),
  GaussianNLLLoss: row(
    () => new nn.GaussianNLLLoss(),
    () => [randn(5, 4), randn(5, 4), probabilities(5, 4)],
  ),
  HingeEmbeddingLoss: row(
    () => new nn.HingeEmbeddingLoss(),
    () => [randn(5, 4), signs(5, 4)],
  ),
  MarginRankingLoss: row(
    () => new nn.MarginRankingLoss({ margin: 0.2 }),
    () => [randn(5), randn(5), signs(5)],
  ),
  CosineEmbeddingLoss: row(
    () => new nn.CosineEmbeddingLoss(),
    () => [randn(5, 4), randn(5, 4), signs(5)],
  ),
  TripletMarginLoss: floats(() => new nn.TripletMarginLoss(), matrix, matrix, matrix),
}

/** Bases, and containers without a `forward`. */
const withoutForward: ReadonlySet<string> = new Set(['Activation', 'Loss', 'ModuleDict', 'ModuleList', 'ParameterList'])

const isModuleClass = (value: unknown): boolean => typeof value === 'function' && value.prototype instanceof nn.Module

/** The float tensors of an answer, however it nests them. */
export function tensorsOf(answer: unknown): Tensor[] {
  if (answer instanceof Tensor) return answer.isFloatingPoint ? [answer] : []
  return Array.isArray(answer) ? answer.flatMap(tensorsOf) : []
}

/** The names of layers and losses in `@metagrad/nn` that have no row. */
export function layersWithoutRow(): string[] {
  return Object.entries(nn)
    .filter(([name, value]) => isModuleClass(value) && !withoutForward.has(name) && !(name in layerRows))
    .map(([name]) => name)
}
