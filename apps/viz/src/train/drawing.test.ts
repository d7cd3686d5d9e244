import { parseCsv } from '@metagrad/data'
import { describe, expect, it } from 'vitest'
import type { Setup } from '../worker/protocol.ts'
import { chooseTarget } from '../worker/read-table.ts'
import type { Mark } from './drawing.ts'
import { csvOfMarks, drawnColumns, erased, marksOf } from './drawing.ts'

const setupOf = (change: Partial<Setup>): Setup => ({
  name: 'moons',
  task: 'classification',
  features: ['x', 'y'],
  target: 'class',
  classes: ['0', '1'],
  points: { x: Float64Array.of(1), y: Float64Array.of(2), targets: Float64Array.of(1), held: Uint8Array.of(0) },
  extent: { x: [0, 10], y: [0, 100] },
  widths: [2, 2],
  parameterCount: 6,
  stepsPerEpoch: 1,
  rows: { train: 1, validation: 0, dropped: 0, surplus: 0 },
  explanation: '',
  ...change,
})

const marks: readonly Mark[] = Array.from({ length: 20 }, (_, i) => ({ x: i / 2, y: i, target: i % 2 }))
const values: readonly Mark[] = marks.map((mark, i) => ({ ...mark, target: Math.sin(i) }))

describe('csvOfMarks(marks, setup)', () => {
  it.each([
    ['classes that are numbers', {}, ['class 0', 'class 1']],
    ['classes with commas and quotes', { classes: ['a,b', 'say "c"'] }, ['a,b', 'say "c"']],
    ['columns of one name', { features: ['v', 'v'] as const }, ['class 0', 'class 1']],
    ['values', { task: 'regression' as const, classes: [] }, []],
  ])('is read back: %s', (_, change, classes) => {
    const setup = setupOf(change)
    const table = parseCsv(csvOfMarks(setup.classes.length === 0 ? values : marks, setup))
    const [x, y, target] = drawnColumns(setup)
    expect(table.columns.map(({ name }) => name)).toEqual([x, y, target])
    expect(table.columns[0]).toMatchObject({ kind: 'number' })
    expect(table.rowCount).toBe(20)
    expect(chooseTarget(table, target).classes).toEqual(classes)
  })
})

describe('erased(marks, at, extent, radius)', () => {
  it('takes what is near, as the picture shows it', () => {
    const left = erased(marks, { x: 5, y: 10 }, setupOf({}).extent, 0.06)
    expect(marks.filter((mark) => !left.includes(mark))).toEqual([marks[9], marks[10], marks[11]])
  })
})

describe('marksOf(points)', () => {
  it('has one mark per point', () => {
    expect(marksOf(setupOf({}).points)).toEqual([{ x: 1, y: 2, target: 1 }])
  })
})
