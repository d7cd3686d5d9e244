import { cpuEngine } from './engine.ts'
import type { MemoryUsage } from './memory.ts'

/**
 * What lives where in the CPU's memory now. Nothing is ever freed by hand: a loop may run for ever, and `total` stays.
 *
 * @example
 * const { small, medium, large, total } = memory()
 * small + medium + large < total // -> true
 */
export function memory(): MemoryUsage {
  return cpuEngine().memory.usage()
}
