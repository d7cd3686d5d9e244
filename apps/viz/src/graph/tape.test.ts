import { backward } from '@metagrad/autograd'
import { describe, expect, it } from 'vitest'
import { generateDataset } from '../model/dataset.ts'
import type { Experiment } from '../model/experiment.ts'
import { defaultData, defaultExperiment } from '../model/experiment.ts'
import { Trainer } from '../model/trainer.ts'
import { formulaOf } from './formulas.ts'
import type { Preview, Tape } from './tape.ts'
import { previewOf, recordTape } from './tape.ts'

function tapeOf(change: Partial<Experiment> = {}): { tape: Tape; trainer: Trainer } {
  const experiment = { ...defaultExperiment, ...change }
  const data = experiment.data.source === 'generator' ? experiment.data : defaultData
  const trainer = new Trainer(experiment, generateDataset(data, 1))
  trainer.step()
  const batch = trainer.nextBatch()
  const roles = new Map([[batch.inputs, 'batch']])
  return { trainer, tape: recordTape(() => trainer.loss(batch, true), { ...trainer.built, roles }) }
}

const experiments: readonly Partial<Experiment>[] = [
  {},
  { data: { ...defaultData, generator: 'sine' }, penalty: 'l2' },
  { blocks: [{ units: 5, activation: 'GELU', norm: 'LayerNorm', dropout: 0 }], penalty: 'l1' },
  { blocks: [{ units: 5, activation: 'SiLU', norm: 'RMSNorm', dropout: 0 }], data: { ...defaultData, generator: 'blobs', classes: 7 } },
  { blocks: [{ units: 3, activation: 'Softplus', norm: 'none', dropout: 0 }, { units: 3, activation: 'ELU', norm: 'none', dropout: 0 }, { units: 3, activation: 'LeakyReLU', norm: 'none', dropout: 0 }] },
] // prettier-ignore

describe.each(experiments)('recordTape(step %#)', (experiment) => {
  const { tape, trainer } = tapeOf(experiment)

  it('ends each parameter at the gradient that the engine gives it', () => {
    const { model } = trainer.built
    model.zeroGrad()
    backward(trainer.loss(trainer.nextBatch(), true))
    for (const [name, parameter] of model.namedParameters()) {
      const { id, grad } = tape.tensors.find(({ label }) => label === name)!
      const shares = tape.backward.flatMap((op) => tape.ops[op]!.inputs.filter(({ tensor }) => tensor === id))
      expect(shares.at(-1)!.accumulated).toEqual(previewOf(parameter.grad!))
      expect(grad).toEqual(previewOf(parameter.grad!))
    }
  })

  it('hands each op what its users left: incoming equals the accumulated gradient of the output', () => {
    const gathered = new Map<number, Preview>()
    for (const position of tape.backward) {
      const { outputs, incoming, inputs } = tape.ops[position]!
      const used = outputs.flatMap((output, slot) =>
        incoming[slot] === undefined || output === tape.loss ? [] : [slot],
      )
      expect(used.map((slot) => gathered.get(outputs[slot]!))).toEqual(used.map((slot) => incoming[slot]))
      for (const { tensor, accumulated } of inputs) if (accumulated !== undefined) gathered.set(tensor, accumulated)
    }
  })

  it('names a layer and has a formula for each op', () => {
    const layers = new Set(
      trainer.built.model.namedChildren().map(([name, layer]) => `${name} ${layer.constructor.name}`),
    )
    for (const { module, primitive } of tape.ops) {
      expect(module === 'loss' || layers.has(module)).toBe(true)
      expect(formulaOf(primitive).result).not.toContain('…')
    }
  })

  it('leaves no gradients and no tape behind', () => {
    trainer.built.model.zeroGrad()
    recordTape(() => trainer.loss(trainer.nextBatch(), true), { ...trainer.built, roles: new Map() })
    expect(trainer.built.model.parameters().every(({ grad }) => grad === undefined)).toBe(true)
  })
})
