import type { Program } from '../../program.ts'
import type { CallsByStep, KernelCall } from './kernel-call.ts'

/** Drops the calls of steps whose results nobody reads: the value of a loss, for instance, of which only the gradient is used. */
export function withoutUnneeded({ slots, steps }: Program, planned: CallsByStep<KernelCall>): CallsByStep<KernelCall> {
  const needed = new Set<number>()
  return planned
    .map((calls, at) => ({ calls, step: steps[at]! }))
    .reverse()
    .map(({ calls, step: { inputs, outputs } }) => {
      const isNeeded =
        outputs.some(({ slot }) => slots[slot]!.kind === 'outer' || needed.has(slot)) ||
        calls === undefined ||
        calls.some(({ mayRefuse }) => mayRefuse)
      if (isNeeded) for (const { slot } of inputs) needed.add(slot)
      return isNeeded ? calls : []
    })
    .reverse()
}
