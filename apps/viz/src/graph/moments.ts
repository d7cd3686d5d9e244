import type { Preview, Tape, TapeOp } from './tape.ts'

/** A moment of a step: an op going forward, or backward passing it. */
export interface Moment {
  readonly phase: 'forward' | 'backward'
  readonly op: TapeOp
}

/** All moments of a step in order. */
export function momentsOf(tape: Tape): Moment[] {
  return [
    ...tape.ops.map((op): Moment => ({ phase: 'forward', op })),
    ...tape.backward.map((id): Moment => ({ phase: 'backward', op: tape.ops[id]! })),
  ]
}

/** What a picture of the tape shows after `position` moments. */
export interface Progress {
  /** The moment done last. */
  readonly current: Moment | undefined
  /** Ops that went forward, and ops that backward passed. */
  readonly forward: ReadonlySet<number>
  readonly backward: ReadonlySet<number>
  /** Gradient so far by id of tensor. */
  readonly gradients: ReadonlyMap<number, Preview>
}

export function progressAt(tape: Tape, position: number): Progress {
  const done = momentsOf(tape).slice(0, position)
  const gradients = new Map<number, Preview>()
  for (const { phase, op } of done) {
    if (phase === 'forward') continue
    op.outputs.forEach((output, slot) => {
      const incoming = op.incoming[slot]
      if (incoming !== undefined) gradients.set(output, incoming)
    })
    for (const { tensor, accumulated } of op.inputs) if (accumulated !== undefined) gradients.set(tensor, accumulated)
  }
  const ids = (phase: Moment['phase']): Set<number> =>
    new Set(done.filter((moment) => moment.phase === phase).map(({ op }) => op.id))
  return { current: done.at(-1), forward: ids('forward'), backward: ids('backward'), gradients }
}
