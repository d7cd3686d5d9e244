import { expect, test } from 'vitest'
import type { View } from '../../device.ts'
import { Layout, contiguousLayout } from '../../layout.ts'
import type { Program, ProgramOperand, ProgramStep } from '../../program.ts'
import { startEngine } from '../engine.ts'
import { fastKernels } from '../fast.ts'
import { cpu } from '../index.ts'
import { defaultSizes } from '../memory.ts'
import { CpuStorage } from '../storage.ts'
import { lowerProgram } from './lower.ts'

const [rows, columns] = [64, 65]
const length = rows * columns

const operandOf = (slot: number, layout: Layout): ProgramOperand => ({ slot, layout, dtype: 'float32' })

function readAll(storage: CpuStorage): ArrayLike<number | bigint> {
  return cpu.readSync!({ storage, dtype: 'float32', layout: contiguousLayout([storage.length]) })
}

test("a program's places stay while a kernel of the device brings in operands of its own", () => {
  // The heap has room for one of the tensors.
  startEngine({ ...defaultSizes, large: { first: 20 << 10, most: 20 << 10 } })
  const operand = (slot: number, layout = contiguousLayout([columns, rows])) => operandOf(slot, layout)
  const step = { params: {}, isLate: false }
  const program: Program = {
    slots: (['outer', 'inner', 'outer'] as const).map((kind) => ({ kind, length, dtype: 'float32' })),
    steps: [
      { ...step, primitive: 'neg', inputs: [operand(0)], outputs: [operand(1)] },
      // What is written across the rows goes by way of a tensor that is made for it.
      {
        ...step,
        primitive: 'abs',
        inputs: [operand(1)],
        outputs: [operand(1, new Layout([columns, rows], [1, columns], 0))],
      },
      { ...step, primitive: 'square', inputs: [operand(1)], outputs: [operand(2)] },
    ],
  }
  const [x, y, want] = [0, 1, 2].map(() => new CpuStorage(cpu, 'float32', length)) as [
    CpuStorage,
    CpuStorage,
    CpuStorage,
  ]
  cpu.write(
    x,
    Float32Array.from({ length }, (_, i) => i - 2000),
  )
  const lowered = lowerProgram(program, cpu, () => fastKernels)
  for (let run = 0; run < 4; run++)
    lowered.run({ storages: [x, undefined, y], offsets: [0, 0, 0], params: [{}, {}, {}] })
  const inner = new CpuStorage(cpu, 'float32', length)
  const storages = [x, inner, want]
  for (const { primitive, inputs, outputs } of program.steps) {
    const viewOf = ({ slot, layout, dtype }: (typeof inputs)[number]): View => ({
      storage: storages[slot]!,
      layout,
      dtype,
    })
    cpu.kernels[primitive](outputs.map(viewOf), inputs.map(viewOf), {} as never)
  }
  expect(readAll(y)).toEqual(readAll(want))
})

test('a late step that comes to call its kernel leaves the numbers of the next to that run', () => {
  startEngine(defaultSizes)
  const square = contiguousLayout([3, 3])
  const late = (primitive: 'softmax' | 'clamp', from: number, to: number, params: object) =>
    ({
      primitive,
      inputs: [operandOf(from, square)],
      outputs: [operandOf(to, square)],
      params,
      isLate: true,
    }) as ProgramStep
  const program: Program = {
    slots: [0, 1, 2].map(() => ({ kind: 'outer', length: 9, dtype: 'float32' })),
    steps: [late('softmax', 0, 1, { dim: 1 }), late('clamp', 0, 2, { min: 0, max: 1 })],
  }
  const storages = [0, 1, 2].map(() => new CpuStorage(cpu, 'float32', 9))
  cpu.write(
    storages[0]!,
    Float32Array.from({ length: 9 }, (_, i) => i),
  )
  const lowered = lowerProgram(program, cpu, () => fastKernels)
  const run = (dim: number, max: number): ArrayLike<number | bigint> => {
    lowered.run({ storages, offsets: [0, 0, 0], params: [{ dim }, { min: 0, max }] })
    return readAll(storages[2]!)
  }
  expect(run(1, 1)).toEqual(Float32Array.of(0, 1, 1, 1, 1, 1, 1, 1, 1))
  expect(run(0, 4)).toEqual(Float32Array.of(0, 1, 2, 3, 4, 4, 4, 4, 4))
  expect(lowered.explain().filter((line) => line.endsWith('by its kernel on views (late)'))).toHaveLength(1)
})
