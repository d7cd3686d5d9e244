import {
  Dropout,
  GELU,
  Linear,
  manualSeed,
  ReLU,
  Sequential,
  Sigmoid,
  SiLU,
  Tanh,
  type Layer,
  type Module,
} from 'metagrad'
import { usageError } from '../errors.ts'
import type { TrainConfig } from '../options/train-options.ts'
import { seedOf } from './seeds.ts'

const activations: Readonly<Record<TrainConfig['activation'], () => Layer>> = {
  relu: () => new ReLU(),
  tanh: () => new Tanh(),
  sigmoid: () => new Sigmoid(),
  gelu: () => new GELU(),
  silu: () => new SiLU(),
}

/** What decides the model, but for its ends. */
export type ModelConfig = Pick<TrainConfig, 'hidden' | 'activation' | 'dropout' | 'init' | 'seed' | 'dtype'>

/**
 * A multi-layer perceptron: linear layers with an activation, and dropout if wanted, between them.
 *
 * Shapes: [rows, inputs] -> [rows, outputs]
 * @throws CliError for options that do not go together
 */
export function buildModel(inputs: number, outputs: number, config: ModelConfig): Sequential {
  const { hidden, activation, dropout, init, seed, dtype } = config
  if (init === 'zeros' && hidden.length > 0) {
    throw usageError(
      '--init zeros: all units of a hidden layer would stay the same. Use --hidden none, or another init.',
    )
  }
  if (dropout > 0 && hidden.length === 0) {
    throw usageError('--dropout: there is no hidden layer to drop from. Use --hidden 16, or --dropout 0.')
  }
  manualSeed(seedOf('weights', seed))
  const widths = [inputs, ...hidden]
  const layers = hidden.flatMap((width, i) => [
    new Linear(widths[i]!, width, { init }),
    activations[activation](),
    ...(dropout > 0 ? [new Dropout(dropout)] : []),
  ])
  return new Sequential(...layers, new Linear(widths.at(-1)!, outputs, { init })).to(dtype)
}

/** Number of learned values. */
export function parameterCount(model: Module): number {
  return model.parameters().reduce((sum, { numel }) => sum + numel, 0)
}
