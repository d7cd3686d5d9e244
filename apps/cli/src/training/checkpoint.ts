import { saveSafetensors, Tensor, type OptimizerStateDict } from 'metagrad'
import type { Position, TrainingOptimizer } from './fit.ts'

/** Version of what the metadata of a checkpoint holds. */
export const checkpointFormat = 1

/** What a checkpoint says of the training it belongs to, so that another command can take it up or use it. */
export interface CheckpointFacts {
  readonly seed: number
  /** SHA-256 of `schema.json`. */
  readonly schemaSha256: string
  readonly config: unknown
  /** Sizes that the model was built with. */
  readonly inputs: number
  readonly outputs: number
  /** Lowest validation loss so far. */
  readonly best?: { readonly epoch: number; readonly step: number; readonly loss: number } | undefined
}

/**
 * The bytes of a checkpoint: `model.*` and, where an optimizer is given, `optim.<parameter>.*`, with metadata that says how
 * far training was. Order of rows and dropout hang on seed and epoch alone, so no state of a generator is needed.
 */
export function encodeCheckpoint(
  state: ReadonlyMap<string, Tensor>,
  optimizer: Pick<TrainingOptimizer, 'stateDict'> | undefined,
  { epoch, step }: Position,
  { seed, schemaSha256, config, inputs, outputs, best }: CheckpointFacts,
): Promise<Uint8Array> {
  const tensors = new Map([...state].map(([name, value]) => [`model.${name}`, value]))
  const metadata: Record<string, string> = {
    format: 'metagrad-checkpoint',
    version: String(checkpointFormat),
    epoch: String(epoch),
    step: String(step),
    seed: String(seed),
    schemaSha256,
    inputs: String(inputs),
    outputs: String(outputs),
    config: JSON.stringify(config),
  }
  if (best !== undefined) metadata['best'] = JSON.stringify(best)
  if (optimizer !== undefined) {
    const { numbers, tensors: moments } = splitState(optimizer.stateDict())
    for (const [name, value] of moments) tensors.set(`optim.${name}`, value)
    metadata['optimizer'] = JSON.stringify(numbers)
  }
  return saveSafetensors(tensors, metadata)
}

/** An optimizer's state, its tensors apart from what JSON can hold. */
function splitState({ state, paramGroups }: OptimizerStateDict): {
  readonly tensors: Map<string, Tensor>
  readonly numbers: unknown
} {
  const tensors = new Map<string, Tensor>()
  const numbers: Record<string, Record<string, unknown>> = {}
  for (const [position, values] of Object.entries(state)) {
    numbers[position] = {}
    for (const [name, value] of Object.entries(values)) {
      if (value instanceof Tensor) tensors.set(`${position}.${name}`, value)
      else numbers[position][name] = value
    }
  }
  return { tensors, numbers: { state: numbers, paramGroups } }
}
