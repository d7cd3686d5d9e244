import { describe, expect, it } from 'vitest'
import { generateDataset } from '../model/dataset.ts'
import { defaultData, defaultExperiment } from '../model/experiment.ts'
import { Trainer } from '../model/trainer.ts'
import { layOutTape } from './layout.ts'
import type { Box } from './layout.ts'
import { recordTape } from './tape.ts'

const trainer = new Trainer(defaultExperiment, generateDataset(defaultData, 1))
const { model } = trainer.built
const tape = recordTape(() => trainer.loss(trainer.nextBatch(), true), { ...trainer.built, roles: new Map() })
const layout = layOutTape(tape)

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
const holds = (a: Box, b: Box): boolean =>
  a.x <= b.x && a.y <= b.y && a.x + a.width >= b.x + b.width && a.y + a.height >= b.y + b.height

describe('layOutTape(tape)', () => {
  it('has a box per op and per parameter, none over another', () => {
    const { nodes } = layout
    expect(nodes.filter(({ kind }) => kind === 'op').map(({ index }) => index)).toEqual(tape.ops.map(({ id }) => id))
    expect(nodes.filter(({ kind }) => kind === 'parameter')).toHaveLength(model.parameters().length)
    const pairs = nodes.flatMap((a, i) => nodes.slice(i + 1).map((b) => [a, b] as const))
    expect(pairs.filter(([a, b]) => overlap(a, b))).toEqual([])
  })

  it('puts the ops of a layer inside its box, and inputs above what takes them', () => {
    for (const op of tape.ops) {
      const node = layout.nodes.find(({ id }) => id === `op ${op.id}`)!
      expect(
        holds(
          layout.groups.find(({ label }) => label === op.module)!,
          node,
        ),
      ).toBe(true)
    }
    for (const { points } of layout.edges) expect(points[0]![1]).toBeLessThan(points.at(-1)![1])
  })

  it('draws an edge for each input', () => {
    expect(layout.edges).toHaveLength(tape.ops.reduce((sum, { inputs }) => sum + inputs.length, 0))
  })
})
