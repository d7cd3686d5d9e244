import * as nn from '@metagrad/nn'
import type { Layer, Module } from '@metagrad/nn'
import { Adagrad, Adam, AdamW, NAdam, RMSprop, SGD } from '@metagrad/optim'
import type { Generator, Tensor } from '@metagrad/tensor'
import { noGrad } from '@metagrad/autograd'
import type { ActivationName, Experiment, InitName, NormName, OptimizerName } from './experiment.ts'
import { generatorOf } from './random.ts'

/** The layers that an architecture is made of: the framework's own. */
const activations: Readonly<Record<ActivationName, () => Layer>> = {
  ReLU: () => new nn.ReLU(),
  Tanh: () => new nn.Tanh(),
  Sigmoid: () => new nn.Sigmoid(),
  GELU: () => new nn.GELU(),
  SiLU: () => new nn.SiLU(),
  ELU: () => new nn.ELU(),
  LeakyReLU: () => new nn.LeakyReLU(),
  Softplus: () => new nn.Softplus(),
  Identity: () => new nn.Identity(),
}

const norms: Readonly<Record<NormName, ((units: number) => Layer) | undefined>> = {
  none: undefined,
  LayerNorm: (units) => new nn.LayerNorm(units),
  RMSNorm: (units) => new nn.RMSNorm(units),
}

type Initialise = (weight: Tensor, random: { readonly generator: Generator }) => void

/** How the weights of a Linear begin; PyTorch's are there already when it is made. */
const initialisations: Readonly<Record<InitName, Initialise | undefined>> = {
  pytorch: undefined,
  kaimingNormal: (weight, random) => void nn.init.kaimingNormal_(weight, { nonlinearity: 'relu', ...random }),
  xavierUniform: (weight, random) => void nn.init.xavierUniform_(weight, random),
  orthogonal: (weight, random) => void nn.init.orthogonal_(weight, random),
  zeros: (weight) => void nn.init.zeros_(weight),
}

/** A model, and which of its layers are a block's linear map and its result. */
export interface BuiltModel {
  readonly model: nn.Sequential
  /** What the page calls a layer, such as `0 Linear`: a minified class has lost its name. */
  readonly titles: ReadonlyMap<Module, string>
  /** Per block, and last for the output layer. */
  readonly linears: readonly nn.Linear[]
  /** Names of the linear layers in the model, such as `0` and `2`. */
  readonly linearNames: readonly string[]
  /** Draws the masks of dropout. */
  readonly dropout: Generator
  /** Position of the layer whose output a block's units show. */
  readonly outputs: readonly number[]
}

/** The network of an experiment: 2 features in, `outputs` numbers out. */
export function buildModel({ blocks, init, seed }: Experiment, outputs: number): BuiltModel {
  const generator = generatorOf(seed, 'init')
  const dropout = generatorOf(seed, 'dropout')
  const layers: Layer[] = []
  const titles = new Map<Module, string>()
  const add = (kind: string, layer: Layer): void => {
    titles.set(layer, `${layers.length} ${kind}`)
    layers.push(layer)
  }
  const linears: nn.Linear[] = []
  const linearNames: string[] = []
  const shown: number[] = []
  const linear = (from: number, to: number): void => {
    const layer = new nn.Linear(from, to, { generator })
    const initialise = initialisations[init]
    if (initialise !== undefined) {
      noGrad(() => {
        initialise(layer.weight, { generator })
        if (layer.bias !== undefined) nn.init.zeros_(layer.bias)
      })
    }
    linears.push(layer)
    linearNames.push(String(layers.length))
    add('Linear', layer)
  }
  let width = 2
  for (const block of blocks) {
    linear(width, block.units)
    const { units, activation, norm } = block
    const normalise = norms[norm]
    if (normalise !== undefined) add(norm, normalise(units))
    add(activation, activations[activation]())
    if (block.dropout > 0) add('Dropout', new nn.Dropout(block.dropout, { generator: dropout }))
    // In evaluation dropout changes nothing, so the last layer of a block shows its activation.
    shown.push(layers.length - 1)
    width = units
  }
  linear(width, outputs)
  shown.push(layers.length - 1)
  return { model: new nn.Sequential(...layers), titles, linears, linearNames, dropout, outputs: shown }
}

/** What training needs of an optimizer. */
export interface Stepper {
  step(): unknown
  zeroGrad(): void
}

type Create = (params: readonly Tensor[], settings: Pick<Experiment, 'lr' | 'momentum'>) => Stepper

const optimizers: Readonly<Record<OptimizerName, Create>> = {
  SGD: (params, { lr, momentum }) => new SGD(params, { lr, momentum }),
  RMSprop: (params, { lr, momentum }) => new RMSprop(params, { lr, momentum }),
  Adagrad: (params, { lr }) => new Adagrad(params, { lr }),
  Adam: (params, { lr }) => new Adam(params, { lr }),
  AdamW: (params, { lr }) => new AdamW(params, { lr }),
  NAdam: (params, { lr }) => new NAdam(params, { lr }),
}

export function buildOptimizer(model: nn.Module, experiment: Experiment): Stepper {
  return optimizers[experiment.optimizer](model.parameters(), experiment)
}
