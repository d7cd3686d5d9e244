import type { Program } from '../../program.ts'
import type { Call } from './emit.ts'
import type { Unit } from './fuse.ts'
import type { CallsByStep } from './kernel-call.ts'
import { namesOf } from './kernel-call.ts'
import { courseOf } from './loop/course.ts'
import type { LoopPlan } from './loop/loop-plan.ts'
import { trafficOf } from './loop/loop-plan.ts'

/** Loops and steps of a program, line by line, for people. */
export function explainUnits({ steps }: Program, units: readonly Unit[], callsByStep: CallsByStep<Call>): string[] {
  const loops = units.flatMap(({ calls, loop }) => (loop === undefined ? [] : [{ calls, loop }]))
  const loopOf = new Map(loops.flatMap(({ calls }, i) => calls.map(({ step }) => [step, i] as const)))
  const lines = steps.map(({ primitive, outputs, isLate }, at) => {
    const shapes = outputs.map(({ layout, dtype }) => `${dtype}[${layout.shape.join(', ')}]`).join(', ')
    const calls = callsByStep[at]
    const how = calls === undefined ? 'by its kernel on views' : namesOf(calls) || 'not needed'
    const loop = loopOf.get(at)
    return `${primitive} -> ${shapes}: ${how}${loop === undefined ? '' : `, in loop ${loop}`}${isLate ? ' (late)' : ''}`
  })
  return [...loops.map(({ loop }, i) => `loop ${i}: ${explainLoop(loop)}`), ...lines]
}

/** What a loop joins, and what that saves. */
function explainLoop(loop: LoopPlan): string {
  const { sizes, calls } = loop
  const { region, strip } = courseOf(sizes, calls)
  const { apart, together } = trafficOf(loop)
  const strips = strip < region ? ` in strips of ${strip}` : ''
  return `${namesOf(calls)} over ${sizes.join(' x ')} elements${strips}, ${together} bytes of memory traffic for ${apart}`
}

/** What runs the calls of a program. @param functions how many its module has; 0 if there is none */
export function explainForm(functions: number, moduleBytes: number, runs: number): string {
  if (functions > 0) {
    return `${functions} ${functions === 1 ? 'function' : 'functions'} of a WebAssembly module of ${moduleBytes} bytes`
  }
  return runs > 1 ? 'calls from JavaScript' : 'calls from JavaScript, until the second run makes a WebAssembly module'
}
