import { describe, expect, it } from 'vitest'
import { generateDataset } from './dataset.ts'
import type { Experiment } from './experiment.ts'
import { defaultData, defaultExperiment, generatorNames } from './experiment.ts'
import { extentOf, gridInputs, surfaceOf, unitSurfacesOf, linearValuesOf } from './frame.ts'
import { explainNonFinite } from './non-finite.ts'
import { Trainer } from './trainer.ts'

function trainerOf(change: Partial<Experiment> = {}): Trainer {
  const experiment = { ...defaultExperiment, ...change }
  const data = experiment.data.source === 'generator' ? experiment.data : defaultData
  return new Trainer(experiment, generateDataset(data, experiment.seed))
}

const losses = (trainer: Trainer, steps: number): number[] => Array.from({ length: steps }, () => trainer.step().loss)

describe('Trainer', () => {
  it('learns the moons', () => {
    const trainer = trainerOf()
    const before = trainer.evaluate(trainer.dataset.validation)
    losses(trainer, 400)
    const after = trainer.evaluate(trainer.dataset.validation)
    expect(after.loss).toBeLessThan(before.loss / 3)
    expect(after.score).toBeGreaterThan(0.95)
  })

  it('learns a surface', () => {
    const trainer = trainerOf({ data: { ...defaultData, generator: 'sine', noise: 0 }, lr: 0.03 })
    losses(trainer, 600)
    expect(trainer.evaluate(trainer.dataset.validation).score).toBeGreaterThan(0.9)
  })

  it('gives the same losses for the same seed, and others for another', () => {
    const block = { units: 4, activation: 'ReLU', norm: 'LayerNorm', dropout: 0.2 } as const
    const first = losses(trainerOf({ blocks: [block] }), 20)
    expect(losses(trainerOf({ blocks: [block] }), 20)).toEqual(first)
    expect(losses(trainerOf({ blocks: [block], seed: 2 }), 20)).not.toEqual(first)
  })

  it('counts steps and epochs', () => {
    const trainer = trainerOf({ batchSize: 100 })
    expect(trainer.stepsPerEpoch).toBe(3)
    expect([1, 2, 3, 4].map(() => trainer.step().endsEpoch)).toEqual([false, false, true, false])
    expect([trainer.stepCount, trainer.epoch]).toEqual([4, 2])
  })

  it('stops and names the op when numbers overflow', () => {
    const trainer = trainerOf({ data: { ...defaultData, generator: 'sine' }, optimizer: 'SGD', lr: 10, momentum: 0.99,
      blocks: [{ units: 8, activation: 'Identity', norm: 'none', dropout: 0 }] }) // prettier-ignore
    let fault
    for (let i = 0; i < 500 && fault === undefined; i++) fault = trainer.step().fault
    expect(fault?.op).toMatch(/\w/)
    expect(explainNonFinite(fault!, 10)).toContain('learning rate of 1 or below')
  })

  it('takes a weight set by hand', () => {
    const trainer = trainerOf()
    trainer.setParameter('0.weight', 3, 0.25)
    expect(linearValuesOf(trainer)[0]!.weight[3]).toBe(0.25)
  })
})

describe.each(generatorNames)('generator %s', (generator) => {
  it('gives rows of every class, the same for the same seed, apart in train and validation', () => {
    const spec = { ...defaultData, generator, classes: 5 }
    const dataset = generateDataset(spec, 7)
    expect(dataset).toEqual(generateDataset(spec, 7))
    expect([...dataset.train, ...dataset.validation].sort((a, b) => a - b)).toEqual(
      Array.from({ length: spec.samples }, (_, row) => row),
    )
    const classes = [...new Set(dataset.task === 'classification' ? dataset.targets : [])]
    expect(classes.sort((a, b) => a - b).map(String)).toEqual(dataset.classes)
  })
})

describe('surfaceOf(trainer, inputs, n)', () => {
  it('is what the model predicts at the centres of the cells', () => {
    const trainer = trainerOf({ data: { ...defaultData, generator: 'blobs', classes: 4 } })
    losses(trainer, 50)
    const extent = extentOf(trainer)
    const surface = surfaceOf(trainer, gridInputs(trainer, extent, 10), 10)
    const rows = Uint32Array.from(trainer.dataset.train.slice(0, 5))
    expect(surface.labels.length).toBe(100)
    expect(Math.max(...surface.labels)).toBeLessThan(4)
    const { inputs } = trainer.batchOf(rows)
    const labels = trainer.built.model.forward(inputs).argmax(1).dataSync()
    const answers = Array.from(rows, (row, i) => {
      const cell = (value: number, [low, high]: readonly [number, number]): number =>
        Math.floor((10 * (value - low)) / (high - low))
      const at = cell(trainer.dataset.y[row]!, extent.y) * 10 + cell(trainer.dataset.x[row]!, extent.x)
      return { isSure: surface.levels[at]! > 128, shown: surface.labels[at], own: Number(labels[i]) }
    })
    // A point and the centre of its cell may lie on two sides of a border, where the model is not sure.
    const sure = answers.filter(({ isSure }) => isSure)
    expect(sure.length).toBeGreaterThan(0)
    expect(sure.map(({ shown }) => shown)).toEqual(sure.map(({ own }) => own))
  })
})

describe('unitSurfacesOf(trainer, inputs, n)', () => {
  it('has a picture per unit of each block and of the output', () => {
    const trainer = trainerOf()
    const { layers } = unitSurfacesOf(trainer, gridInputs(trainer, extentOf(trainer), 6), 6)
    expect(layers.map(({ length }) => length / 36)).toEqual([8, 8, 2])
    expect(layers.every((layer) => layer.includes(254) || layer.includes(0))).toBe(true)
  })
})
