import type { Device } from '../../device.ts'
import type { LoweredProgram, Program } from '../../program.ts'
import { cpuEngine } from '../engine.ts'
import { CpuProgram } from './cpu-program.ts'
import type { FastRows } from './plan.ts'

/**
 * A program in the form of the CPU, made anew where other kernels have come to serve.
 *
 * @param rowsNow the rows of the tables that serve at a time
 */
export function lowerProgram(program: Program, device: Device, rowsNow: () => FastRows): LoweredProgram {
  let lowered: CpuProgram | undefined
  let fuses = true
  const current = (): CpuProgram => {
    const { kernels } = device
    if (lowered === undefined || lowered.table !== kernels || lowered.kernels !== cpuEngine().kernels) {
      lowered = new CpuProgram(program, device, rowsNow(), fuses)
    }
    return lowered
  }
  return {
    run(inputs) {
      if (current().run(inputs)) return
      // Storages are one that were apart. That is rare, so the order of the program serves from here on.
      fuses = false
      lowered = undefined
      current().run(inputs)
    },
    explain: () => current().explain(),
  }
}
