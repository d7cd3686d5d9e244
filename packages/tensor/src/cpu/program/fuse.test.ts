import { describe, expect, it } from 'vitest'
import { contiguousLayout } from '../../layout.ts'
import type { ComputePrimitive } from '../../primitives.ts'
import type { Program, ProgramSlot } from '../../program.ts'
import type { Kernels } from '../wasm/loader.ts'
import { arenaOf } from './arena.ts'
import type { Schedule, Unit } from './fuse.ts'
import { scheduleOf } from './fuse.ts'
import type { KernelCall } from './kernel-call.ts'

const n = 100

interface Line {
  readonly primitive: ComputePrimitive
  readonly name: keyof Kernels
  readonly to: readonly number[]
  readonly from: readonly number[]
  readonly mayRefuse?: boolean
}

const unary = (primitive: ComputePrimitive, to: number, from: number): Line => ({
  primitive,
  name: `${primitive}F32` as keyof Kernels,
  to: [to],
  from: [from],
})
const pair = (primitive: ComputePrimitive, to: number, a: number, b: number): Line => ({
  ...unary(primitive, to, a),
  from: [a, b],
})
/** The sum of a slot: no kernel of elements. */
const sum = (to: number, from: number): Line => unary('sum', to, from)

const withStrides = new Set(['add', 'mul'])

/** The schedule of steps of one call each, on slots of n elements of which the last ones are outer. */
function schedule(lines: readonly Line[], inner: number, outer: number): { program: Program; plan: Schedule } {
  const slot = (kind: ProgramSlot['kind']): ProgramSlot => ({ dtype: 'float32', length: n, kind })
  const slots = [
    ...Array.from({ length: inner }, () => slot('inner')),
    ...Array.from({ length: outer }, () => slot('outer')),
  ]
  const operand = (at: number) => ({ slot: at, layout: contiguousLayout([n]), dtype: 'float32' as const })
  const program: Program = {
    slots,
    steps: lines.map(({ primitive, to, from }) => ({
      primitive,
      outputs: to.map(operand),
      inputs: from.map(operand),
      params: {},
      isLate: false,
    })),
  }
  const planned = lines.map(({ primitive, name, to, from, mayRefuse = false }): KernelCall[] => {
    const places = [...to, ...from].map((area) => ({ area, offset: 0 }))
    const strides = withStrides.has(primitive) ? from.map(() => 1) : []
    return [{ name, args: [...places, n, ...strides], mayRefuse }]
  })
  const areas = slots.map(() => ({ bytes: 4 * n, words: undefined }))
  return { program, plan: scheduleOf(program, planned, areas, true) }
}

/** The steps in the order in which they run, those of a loop together. */
const orderOf = ({ units }: Schedule): number[][] => units.map(({ calls }) => calls.map(({ step }) => step))

describe('scheduleOf(program)', () => {
  it('joins calls that share operands; what lies between goes ahead of them if nothing keeps it', () => {
    const lines = [unary('neg', 0, 4), sum(1, 5), unary('abs', 2, 0), sum(3, 2)]
    expect(orderOf(schedule(lines, 4, 2).plan)).toEqual([[1], [0, 2], [3]])
  })

  it('puts what reads their results after them', () => {
    const lines = [unary('neg', 0, 4), sum(1, 0), unary('abs', 2, 0), sum(3, 2)]
    expect(orderOf(schedule(lines, 4, 2).plan)).toEqual([[0, 2], [1], [3]])
  })

  it('leaves apart what a call between them links', () => {
    const lines = [unary('neg', 0, 4), sum(1, 0), pair('mul', 2, 0, 1), sum(3, 2)]
    expect(orderOf(schedule(lines, 4, 2).plan)).toEqual([[0], [1], [2], [3]])
  })

  it('leaves apart what would write over what a call between them reads', () => {
    const lines = [unary('neg', 0, 4), sum(1, 0), pair('mul', 0, 0, 4), sum(3, 0)]
    expect(orderOf(schedule(lines, 4, 2).plan)).toEqual([[0], [1], [2], [3]])
  })

  it('knows that optimizers write their state', () => {
    const update: Line = { primitive: 'adamStep', name: 'adamF32', to: [4], from: [4, 5, 6, 7] }
    const lines = [unary('neg', 0, 7), update, pair('mul', 1, 0, 7), sum(2, 1)]
    expect(orderOf(schedule(lines, 4, 4).plan)).toEqual([[0], [1], [2], [3]])
  })

  it('lets nothing pass a call that may refuse', () => {
    const lines = [unary('neg', 0, 4), { ...sum(1, 5), mayRefuse: true }, unary('abs', 2, 0), sum(3, 2)]
    expect(orderOf(schedule(lines, 4, 2).plan)).toEqual([[0], [1], [2], [3]])
  })

  it('leaves alone what shares nothing', () => {
    const lines = [unary('neg', 0, 4), unary('abs', 1, 5), sum(2, 0), sum(3, 1)]
    expect(orderOf(schedule(lines, 4, 2).plan)).toEqual([[0], [1], [2], [3]])
  })

  it('joins two loops by what both lead to', () => {
    const lines = [unary('neg', 0, 4), unary('abs', 1, 5), pair('add', 2, 0, 1), sum(3, 2)]
    expect(orderOf(schedule(lines, 4, 2).plan)).toEqual([[0, 1, 2], [3]])
  })

  it('writes only what others read, and what is given to the run', () => {
    const lines = [unary('neg', 0, 4), unary('abs', 1, 0), pair('add', 5, 0, 1), sum(2, 1)]
    const [loop] = schedule(lines, 4, 2).plan.units
    expect(loop!.loop!.calls.map(({ isStored }) => isStored)).toEqual([false, true, true])
  })

  it('names the outer slots that must not be one: those that one call writes and another uses', () => {
    const lines = [unary('neg', 0, 4), pair('add', 5, 0, 6), sum(2, 5)]
    expect(schedule(lines, 4, 3).plan.apart).toEqual([[4, 5]])
  })
})

describe('arenaOf(units)', () => {
  it('keeps what a loop reads and writes apart all the time, and shares the room of what it does not write', () => {
    const lines = [sum(3, 4), unary('neg', 0, 3), unary('abs', 2, 0), sum(4, 2)]
    const { program, plan } = schedule(lines, 4, 1)
    expect(orderOf(plan)).toEqual([[0], [1, 2], [3]])
    const areas = program.slots.map(() => ({ bytes: 4 * n, words: undefined }))
    const placesOf = (units: readonly Unit[]) => arenaOf(program, units, areas, 0).places
    const oneByOne = plan.units.flatMap((unit) =>
      unit.calls.map((call): Unit => ({ ...unit, calls: [call], areas: [] })),
    )
    const [apart, together] = [placesOf(oneByOne), placesOf(plan.units)]
    expect(apart[2]).toBe(apart[3])
    expect(together[2]).not.toBe(together[3])
    expect(together[0]).not.toBe(together[3])
  })
})
