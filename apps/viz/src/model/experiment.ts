/** What is learned, by which network, in which way: everything that a seed then decides. Plain data, so that a link can hold it. */
export interface Experiment {
  readonly data: DataSpec
  /** Hidden blocks; the output layer follows from the task. */
  readonly blocks: readonly Block[]
  readonly optimizer: OptimizerName
  /** Above 0, at most 10. */
  readonly lr: number
  /** Of SGD and RMSprop, 0 to 0.99. */
  readonly momentum: number
  readonly batchSize: number
  readonly penalty: PenaltyName
  /** Weight of the penalty, 0 to 1. */
  readonly penaltyRate: number
  readonly init: InitName
  /** Of data, split, first weights, order of batches and dropout. */
  readonly seed: number
}

/** Where the rows come from. */
export type DataSpec = GeneratedData | CsvData

export interface GeneratedData {
  readonly source: 'generator'
  readonly generator: GeneratorName
  readonly samples: number
  /** Standard deviation of what is added, in units of the picture's half width. */
  readonly noise: number
  /** Classes, where the generator can make several. */
  readonly classes: number
  /** Share of the rows that is kept for validation. */
  readonly validation: number
}

export interface CsvData {
  readonly source: 'csv'
  /** Name of the file. Its content is not part of the experiment. */
  readonly file: string
  /** Columns across and up, and the one to predict; empty until chosen. */
  readonly columns: readonly [x: string, y: string]
  readonly target: string
  readonly validation: number
}

/** Linear, then normalisation, activation and dropout where asked for. */
export interface Block {
  readonly units: number
  readonly activation: ActivationName
  readonly norm: NormName
  /** Probability, 0 for none. */
  readonly dropout: number
}

export type GeneratorName = 'moons' | 'circles' | 'spirals' | 'blobs' | 'xor' | 'checkerboard' | 'sine' | 'cubic' | 'V'
export const generatorNames: readonly GeneratorName[] = ['moons', 'circles', 'spirals', 'blobs', 'xor', 'checkerboard', 'sine', 'cubic', 'V'] // prettier-ignore

export type ActivationName =
  | 'ReLU'
  | 'Tanh'
  | 'Sigmoid'
  | 'GELU'
  | 'SiLU'
  | 'ELU'
  | 'LeakyReLU'
  | 'Softplus'
  | 'Identity'
export const activationNames: readonly ActivationName[] = ['ReLU', 'Tanh', 'Sigmoid', 'GELU', 'SiLU', 'ELU', 'LeakyReLU', 'Softplus', 'Identity'] // prettier-ignore

export type NormName = 'none' | 'LayerNorm' | 'RMSNorm'
export const normNames: readonly NormName[] = ['none', 'LayerNorm', 'RMSNorm'] // prettier-ignore

export type OptimizerName = 'SGD' | 'RMSprop' | 'Adagrad' | 'Adam' | 'AdamW' | 'NAdam'
export const optimizerNames: readonly OptimizerName[] = ['SGD', 'RMSprop', 'Adagrad', 'Adam', 'AdamW', 'NAdam'] // prettier-ignore

export type PenaltyName = 'none' | 'l1' | 'l2'
export const penaltyNames: readonly PenaltyName[] = ['none', 'l1', 'l2'] // prettier-ignore

export type InitName = 'pytorch' | 'kaimingNormal' | 'xavierUniform' | 'orthogonal' | 'zeros'
export const initNames: readonly InitName[] = ['pytorch', 'kaimingNormal', 'xavierUniform', 'orthogonal', 'zeros'] // prettier-ignore

/** A range of numbers; `whole` allows no fractions. */
export interface Range {
  readonly low: number
  readonly high: number
  readonly whole?: boolean
}

/** The numbers of an experiment. */
export type RangeName =
  | 'samples'
  | 'noise'
  | 'classes'
  | 'validation'
  | 'units'
  | 'dropout'
  | 'lr'
  | 'momentum'
  | 'batchSize'
  | 'penaltyRate'
  | 'seed'

/** What each number of an experiment may be. */
export const ranges: Readonly<Record<RangeName, Range>> = {
  samples: { low: 20, high: 2000, whole: true },
  noise: { low: 0, high: 1 },
  classes: { low: 2, high: 10, whole: true },
  validation: { low: 0.1, high: 0.8 },
  units: { low: 1, high: 16, whole: true },
  dropout: { low: 0, high: 0.9 },
  lr: { low: 1e-6, high: 10 },
  momentum: { low: 0, high: 0.99 },
  batchSize: { low: 1, high: 512, whole: true },
  penaltyRate: { low: 0, high: 1 },
  seed: { low: 0, high: 4_294_967_295, whole: true },
}

/** Most hidden blocks. */
export const mostBlocks = 6

/** The nearest number that a range allows; undefined for what is no number. */
export function within({ low, high, whole = false }: Range, value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined
  const kept = Math.min(high, Math.max(low, value))
  return whole ? Math.round(kept) : kept
}

export const defaultBlock: Block = { units: 8, activation: 'Tanh', norm: 'none', dropout: 0 }

export const defaultData: GeneratedData = {
  source: 'generator',
  generator: 'moons',
  samples: 300,
  noise: 0.15,
  classes: 2,
  validation: 0.3,
}

export const defaultExperiment: Experiment = {
  data: defaultData,
  blocks: [defaultBlock, defaultBlock],
  optimizer: 'Adam',
  lr: 0.01,
  momentum: 0.9,
  batchSize: 32,
  penalty: 'none',
  penaltyRate: 0.001,
  init: 'pytorch',
  seed: 1,
}
