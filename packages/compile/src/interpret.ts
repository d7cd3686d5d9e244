import type { Device, LoweredProgram, Program, ProgramInputs, ProgramOperand, Storage, View } from '@metagrad/tensor'
import { shifted } from './recording.ts'

/** Runs steps of a program by the kernels of its device. @param made the storages that it made, by slot */
export function interpret(
  { slots, steps }: Program,
  device: Device,
  { storages, offsets, params }: ProgramInputs,
  made: (Storage | undefined)[],
  from: number,
  to: number,
): void {
  const viewOf = ({ slot, layout, dtype }: ProgramOperand): View => {
    const { dtype: held, length } = slots[slot]!
    const storage = storages[slot] ?? (made[slot] ??= device.allocate(held, length))
    return { storage, layout: shifted(layout, offsets[slot]!), dtype }
  }
  for (let at = from; at < to; at++) {
    const { primitive, outputs, inputs } = steps[at]!
    // The table types each row by its own parameters; the step was recorded from a call that fitted.
    device.kernels[primitive](outputs.map(viewOf), inputs.map(viewOf), params[at] as never)
  }
}

/** The form of a program on devices that have none of their own. */
export function interpreted(program: Program, device: Device): LoweredProgram {
  const made: (Storage | undefined)[] = []
  return {
    run: (inputs) => interpret(program, device, inputs, made, 0, program.steps.length),
    explain: () => program.steps.map(({ primitive }) => primitive),
  }
}
