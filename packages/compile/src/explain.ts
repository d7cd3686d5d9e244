import type { Replay } from './replay.ts'
import { formatShape } from '@metagrad/tensor'

/** One program of a compiled function. */
export interface ProgramExplanation {
  /** Shapes and dtypes of the tensors among the arguments. */
  readonly signature: readonly string[]
  /** Recorded ops. */
  readonly ops: number
  /** What runs instead, line by line. */
  readonly lines: readonly string[]
  /** Tensors from outside that each call reads or writes. */
  readonly externals: readonly string[]
  /** Ops whose numbers come from optimizer and scheduler steps, anew at each call. */
  readonly lateOps: readonly string[]
  /** Gradients that are written into the place of the last, unless somebody has looked at that. */
  readonly gradsInPlace: number
  /** Calls that it stood for. */
  readonly calls: number
  /** Calls in which an optimizer step did other ops than were recorded. */
  readonly misses: number
}

/** What a function was compiled to. `String(explanation)` is for people. */
export interface Explanation {
  readonly programs: readonly ProgramExplanation[]
  /** Recorded runs that no other has agreed with yet. */
  readonly pending: number
  /** Why runs did not agree, or programs were dropped, in order. */
  readonly reasons: readonly string[]
  toString(): string
}

export function explain(replays: readonly Replay[], pending: number, reasons: readonly string[]): Explanation {
  const programs = replays.map(explainProgram)
  return { programs, pending, reasons: [...reasons], toString: () => text(programs, pending, reasons) }
}

function explainProgram({ recording, lowered, gradsInPlace, calls, misses }: Replay): ProgramExplanation {
  const late = recording.steps.filter(({ isLate }) => isLate)
  return {
    signature: recording.leaves.map(({ shape, dtype }) => `${dtype}${formatShape(shape)}`),
    ops: recording.steps.length,
    lines: lowered.explain(),
    externals: recording.slots
      .filter(({ origin }) => origin === 'outside' || origin === 'grad')
      .map(
        ({ origin, dtype, length, writes }) => `${origin} ${dtype}, ${length} elements${writes > 0 ? ', written' : ''}`,
      ),
    lateOps: late.map(({ primitive }) => primitive),
    gradsInPlace,
    calls,
    misses,
  }
}

function text(programs: readonly ProgramExplanation[], pending: number, reasons: readonly string[]): string {
  const parts = programs.map(({ signature, ops, lines, externals, lateOps, gradsInPlace, calls, misses }, i) =>
    [
      `program ${i}: (${signature.join(', ')}), ${calls} calls, ${misses} of them with another optimizer step`,
      `  ${ops} ops, ${lateOps.length} of them late, ${externals.length} tensors from outside, ${gradsInPlace} gradients in the place of the last unless somebody looked`,
      ...lines.map((line) => `  ${line}`),
    ].join('\n'),
  )
  return [
    ...parts,
    `${pending} recorded runs wait for one that agrees`,
    ...reasons.map((reason) => `note: ${reason}`),
  ].join('\n')
}
