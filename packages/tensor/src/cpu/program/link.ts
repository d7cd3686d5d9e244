import type { Program } from '../../program.ts'
import type { Binding } from './binding.ts'
import type { Call, Task } from './emit.ts'
import type { Unit } from './fuse.ts'
import type { Argument, CallsByStep, KernelCall } from './kernel-call.ts'
import { isInverse, isPlace } from './kernel-call.ts'
import type { LateStep } from './late-numbers.ts'
import { isLateNumber } from './late-numbers.ts'
import type { Operand } from './operand-code.ts'

// From what was planned to what runs: areas become places of the arena or words of the table, units become stretches of tasks.

/** The calls of all steps, their arguments told by the base and the table. */
export function linkCalls(
  { steps }: Program,
  planned: CallsByStep<KernelCall>,
  late: readonly LateStep[],
  binding: Binding,
): (readonly Call[] | undefined)[] {
  const entryOf = new Map(late.map(({ step, entry }) => [step, entry]))
  let marks = 0
  return planned.map((calls, step) => {
    if (calls === undefined) return undefined
    const inverted = new Set(
      calls.flatMap(({ args }) => args.flatMap((arg) => (isInverse(arg) ? [arg.inverseOf] : []))),
    )
    const markOf = calls.map((_, i) => (inverted.has(i) ? marks++ : undefined))
    let entry = entryOf.get(step)
    const operand = (arg: Argument, at: number): Operand => {
      if (isPlace(arg)) return binding.operandAt(arg)
      if (isInverse(arg)) return { kind: 'inverse', mark: markOf[arg.inverseOf]! }
      if (entry === undefined || !isLateNumber(steps[step]!, at)) return { kind: 'number', value: arg }
      return { kind: 'late', entry: entry++ }
    }
    return calls.map(({ name, args, mayRefuse }, i) => ({
      name,
      args: args.map(operand),
      step,
      mayRefuse,
      mark: markOf[i],
    }))
  })
}

/** Tasks in a row that run as one, or one step that calls the device's kernel. */
export interface Stretch {
  /** The step that calls the device's kernel. */
  readonly step: number
  readonly tasks: readonly Task[] | undefined
}

/** Which tasks run as one. */
export function stretchesOf(units: readonly Unit[], calls: CallsByStep<Call>, binding: Binding): readonly Stretch[] {
  const taskOf = ({ calls: own, loop }: Unit): Task => ({
    calls: own.map(({ step, at }) => calls[step]![at]!),
    loop: loop && { ...loop, placeOf: (span) => binding.operandAt(span) },
  })
  const stretches: { step: number; tasks: Task[] | undefined }[] = []
  for (const unit of units) {
    const before = stretches.at(-1)
    const { step } = unit
    if (calls[step] === undefined) {
      // A step of several calls that came to call the device's kernel does so once.
      if (before === undefined || before.tasks !== undefined || before.step !== step) {
        stretches.push({ step, tasks: undefined })
      }
    } else if (before?.tasks === undefined) stretches.push({ step, tasks: [taskOf(unit)] })
    else before.tasks.push(taskOf(unit))
  }
  return stretches
}
