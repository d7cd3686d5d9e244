import type { Tensor } from '@metagrad/tensor'
import { currentTrace, setTrace } from '@metagrad/tensor'
import { difference, sameSignature } from './agree.ts'
import { CompileError } from './errors.ts'
import type { Explanation } from './explain.ts'
import { explain } from './explain.ts'
import type { Recording } from './recording.ts'
import { Recorder } from './recording.ts'
import { Replay } from './replay.ts'
import { build } from './tree.ts'

export interface CompileOptions {
  /** How many programs one function may become, one per signature of its arguments. Default 8. */
  readonly maxPrograms?: number
}

/** What a compiled function has besides being called. */
export interface CompiledControls {
  /** What was compiled, for people and as data. */
  explain(): Explanation
  /** Forgets all programs: the next calls are recorded anew. */
  reset(): void
}

/** A function that was compiled. */
export type Compiled<Args extends readonly unknown[], Result> = ((...args: Args) => Result) & CompiledControls

/** Runs of one signature that may differ before they must agree: optimizers make their state in the first. */
const patience = 5

/**
 * A function that does the same, faster: it runs as it is until two runs have done the same ops, then replays them as one program.
 *
 * For training steps (forward, backward, optimizer, scheduler) and for inference. Programs are kept by the signature of the
 * arguments: structure, shapes, dtypes, plain values. Optimizer and scheduler steps run their own code at each call, so
 * rates and step counts stay right; random draws come from their generators, as they would without compiling. Other code of the function
 * runs only while it is recorded: what changes from call to call must be a tensor argument, and what is needed later a result.
 * Results have no history.
 *
 * @throws CompileError when called, if the function is async, reads values, or does something else at each call
 * @example
 * ```ts
 * const w = tensor([1, 2], { requiresGrad: true })
 * const step = compile((x: Tensor) => x.mul(w).sum())
 * const sums = [1, 2, 3, 4].map((x) => step(tensor([x, x])).itemSync())
 * sums // -> [3, 6, 9, 12]
 * ```
 */
export function compile<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  options: CompileOptions = {},
): Compiled<Args, Result> {
  const compiler = new Compiler(fn, options)
  const call = (...args: Args): Result => compiler.call(args)
  return Object.assign(call, { explain: () => compiler.explain(), reset: () => compiler.reset() })
}

/** The programs of one function. */
class Compiler<Args extends readonly unknown[], Result> {
  readonly #fn: (...args: Args) => Result
  readonly #maxPrograms: number
  #replays: Replay[] = []
  /** Recorded runs that no other has agreed with yet. */
  #pending: { readonly recording: Recording; readonly runs: number }[] = []
  #known = new Set<Tensor>()
  #withLines = false
  #reasons: string[] = []

  constructor(fn: (...args: Args) => Result, { maxPrograms = 8 }: CompileOptions) {
    if (typeof fn !== 'function') throw new CompileError(`compile: needs a function, got ${typeof fn}.`)
    if (!Number.isInteger(maxPrograms) || maxPrograms < 1) {
      throw new CompileError(`compile: maxPrograms must be a whole number >= 1, got ${maxPrograms}.`)
    }
    this.#fn = fn
    this.#maxPrograms = maxPrograms
  }

  call(args: Args): Result {
    // Inside of another compiled function it is a part of that.
    if (currentTrace() !== undefined) return this.#fn(...args)
    let unproven: Replay | undefined
    for (let i = 0; i < this.#replays.length; i++) {
      const replay = this.#replays[i]!
      const leaves: Tensor[] = []
      const verdict = replay.accepts(args, leaves)
      if (verdict === 'yes') return this.#replay(replay, leaves)
      if (verdict === 'unproven') unproven ??= replay
    }
    return this.#record(args, unproven)
  }

  reset(): void {
    this.#replays = []
    this.#pending = []
    this.#known = new Set()
    this.#withLines = false
    this.#reasons = []
  }

  explain(): Explanation {
    return explain(this.#replays, this.#pending.length, this.#reasons)
  }

  #replay(replay: Replay, leaves: readonly Tensor[]): Result {
    const missedBefore = replay.miss !== undefined
    // The tree of a recorded result, with the tensors of this call.
    const result = replay.run(leaves) as Result
    if (replay.miss !== undefined && missedBefore) {
      this.#replays = this.#replays.filter((other) => other !== replay)
      this.#reasons.push(`a late section changed: ${replay.miss}`)
    }
    return result
  }

  #record(args: Args, unproven: Replay | undefined): Result {
    const recorder = new Recorder(args, { known: this.#known, withLines: this.#withLines })
    const before = setTrace(recorder)
    let value: Result
    try {
      value = this.#fn(...args)
    } finally {
      setTrace(before)
    }
    if (value instanceof Promise) {
      throw new CompileError(
        'compile: the function must not be async: a program is computed at once. Await its result outside.',
        'ASYNC',
      )
    }
    const recording = recorder.finish(value)
    // Arguments are met anew at each call.
    this.#known = new Set(recording.seen.keys())
    for (const leaf of recording.leaves) this.#known.delete(leaf)
    this.#settle(recording, unproven)
    const tensors = recording.results.map(({ tensor }) => withoutHistory(tensor))
    return build(recording.result, tensors) as Result
  }

  /** Makes a program if the run agrees with an earlier one. @throws CompileError if runs go on to differ */
  #settle(recording: Recording, unproven: Replay | undefined): void {
    if (unproven !== undefined && difference(unproven.recording, recording) === undefined) {
      unproven.prove(recording.leaves)
      return
    }
    const at = this.#pending.findIndex((earlier) => sameSignature(earlier.recording, recording))
    if (at < 0) {
      this.#checkCount(this.#pending.length + this.#replays.length, 2 * this.#maxPrograms)
      this.#pending.push({ recording, runs: 1 })
      return
    }
    const { recording: earlier, runs } = this.#pending[at]!
    const found = difference(earlier, recording)
    this.#withLines = runs >= 2
    if (found !== undefined) {
      this.#reasons.push(found)
      this.#pending[at] = { recording, runs: runs + 1 }
      if (runs + 1 >= patience) throw this.#unlike(found, runs + 1)
      return
    }
    this.#checkCount(this.#replays.length, this.#maxPrograms)
    this.#pending.splice(at, 1)
    // What computes nothing has no program: it stays as it is.
    if (recording.device !== undefined) this.#replays.unshift(new Replay(earlier, recording, recording.device))
  }

  #unlike(found: string, runs: number): CompileError {
    this.#pending = []
    return new CompileError(`compile: ${runs} runs in a row did something else each time: ${found}.`, 'UNLIKE_RUNS')
  }

  #checkCount(count: number, limit: number): void {
    if (count < limit) return
    throw new CompileError(
      `compile: the arguments had ${count} different signatures (structure, shapes, dtypes, plain values), more than maxPrograms = ${this.#maxPrograms} allows. Pad to fewer shapes, pass numbers that change as tensors, or raise maxPrograms.`,
      'TOO_MANY_PROGRAMS',
    )
  }
}

function withoutHistory(tensor: Tensor): Tensor {
  return tensor.source === undefined ? tensor : tensor.detach()
}
