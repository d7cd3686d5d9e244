import type { Code } from '../wasm/bytecode.ts'
import { constant, integer, list, op, set, sized, text, toFloat64, typeOf, unsigned } from '../wasm/bytecode.ts'
import { when } from '../wasm/function-code.ts'
import type { Kernels } from '../wasm/loader.ts'
import type { Signature } from '../wasm/signatures.ts'
import { valueType } from '../wasm/signatures.ts'
import { loopFunction } from './loop/emit-loop.ts'
import type { Loop } from './loop/loop-operands.ts'
import type { Operand } from './operand-code.ts'
import { argument, base, markLocal } from './operand-code.ts'

// A program's calls as one WebAssembly module, so that a run of many kernels is one call from JavaScript.

export interface Call {
  readonly name: keyof Kernels
  readonly args: readonly Operand[]
  /** The step that it belongs to. */
  readonly step: number
  /** Whether a result of 0 or more ends the run, for another kernel to serve the step. */
  readonly mayRefuse: boolean
  /** A number of its own, if others take what it returns. */
  readonly mark: number | undefined
}

/** What runs as one: a call, or several as a loop. */
export interface Task {
  /** In order, as they run where there is no module. */
  readonly calls: readonly Call[]
  readonly loop: Loop | undefined
}

/** A run of tasks: takes the base, returns the step that refused, or -1. */
export type Run = (base: number) => number

/** What becomes of a call's result. */
function afterwards({ mark, mayRefuse, step }: Call, [result]: readonly number[]): Code {
  if (result === undefined) return []
  if (mark !== undefined) return [...toFloat64(result), ...set(markLocal(mark))]
  if (!mayRefuse) return [op.drop]
  return when([...integer(0), op.i32GeS], [...integer(step), op.return])
}

/**
 * The module that makes calls: run i is exported under the name `i`. It imports the memory and the kernels that are called from
 * the module `env`; each loop is a function of its own.
 */
export function emitModule(runs: readonly (readonly Task[])[], signatures: ReadonlyMap<string, Signature>): Uint8Array {
  const tasks = runs.flat()
  const loops = tasks.flatMap(({ loop }) => (loop === undefined ? [] : [loop]))
  const calls = tasks.flatMap((task) => (task.loop === undefined ? task.calls : []))
  const names = [...new Set(calls.map(({ name }) => name))]
  const marks = calls.filter(({ mark }) => mark !== undefined).length
  const functionOf = (name: keyof Kernels): number => {
    if (!names.includes(name)) names.push(name)
    return names.indexOf(name)
  }
  // First of all: they name further kernels, and functions are counted behind the imported ones.
  const bodiesOfLoops = loops.map((loop) => {
    const { locals, code } = loopFunction(loop, functionOf)
    return [...list(locals.map((type) => [1, type])), ...code]
  })
  const loopType = typeOf({ params: [valueType.i32], results: [] })
  const runType = typeOf({ params: [valueType.i32], results: [valueType.i32] })

  const codeOf = (call: Call): Code => {
    const { params, results } = signatures.get(call.name)!
    const args = call.args.flatMap((arg, at) => argument(arg, params[at]!))
    return [...args, op.call, ...unsigned(functionOf(call.name)), ...afterwards(call, results)]
  }
  const taskOf = ({ loop, calls: own }: Task): Code =>
    loop === undefined ? own.flatMap(codeOf) : [...base, op.call, ...unsigned(names.length + loops.indexOf(loop))]
  const bodyOf = (run: readonly Task[]): Code => [
    ...list([[...unsigned(marks), valueType.f64]]),
    ...run.flatMap(taskOf),
    ...constant(-1, valueType.i32),
    op.end,
  ]

  const env = text('env')
  const [ofLoops, ofRuns] = [0, 1]
  const sections: readonly (readonly [id: number, items: readonly Code[]])[] = [
    [1, [loopType, runType, ...names.map((name) => typeOf(signatures.get(name)!))]],
    [
      2,
      [...names.map((name, i) => [...env, ...text(name), 0, ...unsigned(2 + i)]), [...env, ...text('memory'), 2, 0, 0]],
    ],
    [3, [...loops.map(() => [ofLoops]), ...runs.map(() => [ofRuns])]],
    [7, runs.map((_, i) => [...text(`${i}`), 0, ...unsigned(names.length + loops.length + i)])],
    [10, [...bodiesOfLoops.map(sized), ...runs.map((run) => sized(bodyOf(run)))]],
  ]
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  return Uint8Array.from([...header, ...sections.flatMap(([id, items]) => [id, ...sized(list(items))])])
}
