import type { ComputePrimitive } from '../../primitives.ts'
import type { Program, ProgramStep } from '../../program.ts'
import type { UpdateNumbers } from '../updates.ts'
import { updateNumbers } from '../updates.ts'
import type { Call } from './emit.ts'
import type { CallsByStep, KernelCall } from './kernel-call.ts'
import { namesOf } from './kernel-call.ts'
import type { Noted } from './plan.ts'

// The numbers of late steps, such as learning rates: the program reads them in its table, and each run writes them there.

type Params = ProgramStep['params']

/** A step whose numbers come with each run. */
export interface LateStep {
  readonly step: number
  /** Where the first of them stands in the table. */
  readonly entry: number
  /** Writes them, where it is known how the kernel takes them; other steps are planned again. */
  readonly write: UpdateNumbers['write'] | undefined
  /** Those of the last run. */
  params: Params
}

/** The late steps that have numbers and kernels to take them, and all these numbers in the order of the table, as they were planned with. */
export function lateSteps(
  { steps }: Program,
  planned: CallsByStep<KernelCall>,
): { readonly late: readonly LateStep[]; readonly numbers: readonly number[] } {
  const numbers: number[] = []
  const late = steps.flatMap(({ primitive, params, isLate }, step): LateStep[] => {
    const calls = planned[step]
    if (!isLate || calls === undefined || calls.length === 0 || Object.keys(params).length === 0) return []
    const entry = numbers.length
    const row = updateRowOf(primitive)
    const args = calls.flatMap((call) => call.args)
    const own = row === undefined ? args : args.slice(row.first, row.first + row.count)
    numbers.push(...own.filter((arg) => typeof arg === 'number'))
    return [{ step, entry, write: row?.write, params }]
  })
  return { late, numbers }
}

/** Whether a plain number among the arguments of a late step's kernel is one of those that come with each run. */
export function isLateNumber({ primitive }: ProgramStep, at: number): boolean {
  const row = updateRowOf(primitive)
  return row === undefined || (at >= row.first && at < row.first + row.count)
}

function updateRowOf(primitive: ComputePrimitive): UpdateNumbers | undefined {
  const rows: { readonly [name: string]: UpdateNumbers | undefined } = updateNumbers
  return rows[primitive]
}

/** Whether two sets of parameters hold the same plain values. */
export function isSameParams(a: Params, b: Params): boolean {
  if (a === b) return true
  const [left, right] = [a as { readonly [name: string]: unknown }, b as { readonly [name: string]: unknown }]
  for (const name in right) if (!Object.is(left[name], right[name])) return false
  return true
}

/** Takes over the numbers that a late step was planned with anew, if its calls are of the same kernels: tells whether they are. */
export function renumber(calls: readonly Call[], planned: readonly Readonly<Noted>[], table: Float64Array): boolean {
  if (namesOf(planned) !== namesOf(calls)) return false
  calls.forEach(({ args }, i) =>
    args.forEach((arg, at) => {
      if (arg.kind === 'late') table[arg.entry] = planned[i]!.args[at]!
    }),
  )
  return true
}
