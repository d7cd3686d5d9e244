import { describe, expect, it } from 'vitest'
import { generateDataset } from '../model/dataset.ts'
import { defaultData, defaultExperiment } from '../model/experiment.ts'
import { Trainer } from '../model/trainer.ts'
import { momentsOf, progressAt } from './moments.ts'
import { recordTape } from './tape.ts'

const trainer = new Trainer(defaultExperiment, generateDataset(defaultData, 1))
const tape = recordTape(() => trainer.loss(trainer.nextBatch(), true), { ...trainer.built, roles: new Map() })
const moments = momentsOf(tape)

describe('momentsOf(tape)', () => {
  it('goes forward through all ops, then back from the loss', () => {
    expect(moments.slice(0, tape.ops.length).every(({ phase }) => phase === 'forward')).toBe(true)
    expect(moments[tape.ops.length]!.op.outputs).toContain(tape.loss)
  })
})

describe('progressAt(tape, position)', () => {
  it('has nothing at the start, all ops in the middle, all gradients at the end', () => {
    expect(progressAt(tape, 0)).toMatchObject({ current: undefined, gradients: new Map() })
    const middle = progressAt(tape, tape.ops.length)
    expect([middle.forward.size, middle.gradients.size]).toEqual([tape.ops.length, 0])
    const { gradients } = progressAt(tape, moments.length)
    const parameters = tape.tensors.filter(({ role }) => role === 'parameter')
    expect(parameters.map(({ id }) => gradients.get(id))).toEqual(parameters.map(({ grad }) => grad))
  })

  it('never takes a gradient back as it goes on', () => {
    const known = moments.map((_, i) => progressAt(tape, i + 1).gradients.size)
    expect(known).toEqual([...known].sort((a, b) => a - b))
  })
})
