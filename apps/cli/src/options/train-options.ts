import { defaultsOf, type OptionTable } from './option.ts'
import { readingOptions, type ReadingConfig } from './reading-options.ts'

/** Everything that decides how a training goes: the content of `config.json`. */
export interface TrainConfig extends ReadingConfig {
  /** Path of the CSV file. */
  readonly data: string | null
  /** Name of the column to predict, or its position from 1. */
  readonly target: string | null
  readonly task: 'auto' | 'binary' | 'multiclass' | 'regression'
  /** Whether the first row holds the names; null: it must look like names. */
  readonly header: boolean | null
  /** Columns to learn from, by name, pattern or position from 1; null: all that make sense. */
  readonly features: readonly string[] | null
  readonly ignore: readonly string[]
  readonly scale: 'zscore' | 'minmax' | 'none'
  /** Share of the rows that is held out. */
  readonly val: number
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[]
  readonly activation: 'relu' | 'tanh' | 'sigmoid' | 'gelu' | 'silu'
  readonly dropout: number
  readonly init: 'pytorch' | 'metagrad' | 'zeros'
  readonly loss: 'auto' | 'bce' | 'cross-entropy' | 'mse' | 'l1' | 'huber'
  readonly epochs: number
  readonly batchSize: number | 'full'
  readonly optimizer: 'sgd' | 'momentum' | 'adam' | 'adamw' | 'rmsprop'
  readonly lr: number | 'auto'
  readonly momentum: number | 'auto'
  readonly weightDecay: number
  /** Largest norm of the gradient; null: as large as it is. */
  readonly clip: number | null
  readonly schedule: 'const' | 'step' | 'cosine'
  /** Epochs without a better validation loss after which training stops; null: never. */
  readonly patience: number | null
  readonly seed: number
  readonly dtype: 'float32' | 'float64'
  /** Where it is computed; without a GPU the CPU takes over. */
  readonly device: 'cpu' | 'webgpu'
  /** Folder of all runs. */
  readonly out: string
  /** Epochs between two lines of the log. */
  readonly logEvery: number | 'auto'
}

/** The options of `metagrad train` that decide how the training goes. */
export const trainOptions: OptionTable<TrainConfig> = {
  data: { kind: 'text', value: 'file', group: 'Data', help: 'CSV file to learn from', default: null },
  target: {
    kind: 'text',
    value: 'column',
    group: 'Data',
    help: 'column to predict: its name, or its position from 1',
    default: null,
  },
  task: {
    kind: 'choice',
    of: ['auto', 'binary', 'multiclass', 'regression'],
    group: 'Data',
    help: 'what to predict: one of two classes, one of several, or a number',
    default: 'auto',
    defaultText: 'told from the target, and explained',
  },
  features: {
    kind: 'list',
    value: 'columns',
    group: 'Data',
    help: 'columns to learn from: names, patterns (exam*) or positions',
    default: null,
    defaultText: 'all but ids and constants',
  },
  ignore: { kind: 'list', value: 'columns', group: 'Data', help: 'columns to leave out', default: [] },
  header: {
    kind: 'flag',
    form: 'both',
    group: 'Data',
    help: 'whether the first row holds the names of the columns',
    default: null,
    defaultText: 'yes, unless it is all numbers',
  },
  scale: {
    kind: 'choice',
    of: ['zscore', 'minmax', 'none'],
    group: 'Data',
    help: 'scaling of numbers, fitted on the training rows',
    default: 'zscore',
  },
  val: {
    kind: 'number',
    min: 0,
    below: 1,
    example: '0.2',
    group: 'Data',
    help: 'share of the rows held out for validation, 0 for none',
    default: 0.2,
  },
  hidden: {
    kind: 'sizes',
    value: 'sizes',
    group: 'Model',
    help: 'widths of the hidden layers, such as 64,32, or none',
    default: [16],
  },
  activation: {
    kind: 'choice',
    of: ['relu', 'tanh', 'sigmoid', 'gelu', 'silu'],
    group: 'Model',
    help: 'function between the layers',
    default: 'relu',
  },
  dropout: {
    kind: 'number',
    min: 0,
    below: 1,
    example: '0.1',
    group: 'Model',
    help: 'share of each hidden layer that is switched off while training',
    default: 0,
  },
  init: {
    kind: 'choice',
    of: ['pytorch', 'metagrad', 'zeros'],
    group: 'Model',
    help: 'first weights',
    default: 'pytorch',
  },
  loss: {
    kind: 'choice',
    of: ['auto', 'bce', 'cross-entropy', 'mse', 'l1', 'huber'],
    group: 'Training',
    help: 'what is made small',
    default: 'auto',
    defaultText: 'bce, cross-entropy or mse, by task',
  },
  epochs: {
    kind: 'number',
    whole: true,
    min: 1,
    example: '100',
    group: 'Training',
    help: 'passes over the training rows',
    default: 200,
  },
  batchSize: {
    kind: 'number',
    whole: true,
    min: 1,
    words: ['full'],
    example: '32',
    group: 'Training',
    help: 'rows per step, or full for all of them',
    default: 32,
  },
  optimizer: {
    kind: 'choice',
    of: ['sgd', 'momentum', 'adam', 'adamw', 'rmsprop'],
    group: 'Training',
    help: 'rule of the steps',
    default: 'adam',
  },
  lr: {
    kind: 'number',
    above: 0,
    words: ['auto'],
    example: '0.01',
    group: 'Training',
    help: 'learning rate',
    default: 'auto',
    defaultText: '0.003 for adam and adamw, 0.1 for sgd, 0.02 for momentum, 0.001 for rmsprop',
  },
  momentum: {
    kind: 'number',
    min: 0,
    below: 1,
    words: ['auto'],
    example: '0.9',
    group: 'Training',
    help: 'share of the last step that is kept (sgd, momentum, rmsprop)',
    default: 'auto',
    defaultText: '0.9 for momentum, else 0',
  },
  weightDecay: {
    kind: 'number',
    min: 0,
    example: '0.0001',
    group: 'Training',
    help: 'pull of the weights towards 0',
    default: 0,
  },
  clip: {
    kind: 'number',
    above: 0,
    example: '1',
    group: 'Training',
    help: 'largest norm of the gradient',
    default: null,
    defaultText: 'no limit',
  },
  schedule: {
    kind: 'choice',
    of: ['const', 'step', 'cosine'],
    group: 'Training',
    help: 'learning rate over the epochs: the same, a tenth after each third, or half a cosine',
    default: 'const',
  },
  patience: {
    kind: 'number',
    whole: true,
    min: 1,
    example: '20',
    group: 'Training',
    help: 'stop after so many epochs without a better validation loss',
    default: null,
    defaultText: 'never',
  },
  seed: {
    kind: 'number',
    whole: true,
    min: 0,
    example: '42',
    group: 'Training',
    help: 'seed of split, first weights, order of rows and dropout',
    default: 42,
  },
  dtype: {
    kind: 'choice',
    of: ['float32', 'float64'],
    group: 'Training',
    help: 'numbers of the model',
    default: 'float32',
  },
  device: {
    kind: 'choice',
    of: ['cpu', 'webgpu'],
    group: 'Training',
    help: 'where it is computed; webgpu needs npm install webgpu@0.6.2, and gives way to the cpu where there is no GPU',
    default: 'cpu',
  },
  out: { kind: 'text', value: 'folder', group: 'Run', help: 'folder of all runs', default: 'runs' },
  logEvery: {
    kind: 'number',
    whole: true,
    min: 1,
    words: ['auto'],
    example: '10',
    group: 'Run',
    help: 'epochs between two lines of the log',
    default: 'auto',
    defaultText: 'a tenth of the epochs',
  },
  ...readingOptions,
}

/** A config of defaults, but for what is given. */
export function trainConfig(given: Partial<TrainConfig> = {}): TrainConfig {
  return { ...defaultsOf(trainOptions), ...given }
}
