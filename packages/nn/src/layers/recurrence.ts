import type { Tensor } from '@metagrad/tensor'
import { cat } from '@metagrad/tensor'
import type { RecurrentCore, RecurrentState, RecurrentWeights } from '../functional/recurrent.ts'
import { recurrentStep } from '../functional/recurrent.ts'

/** What one direction of one layer reads: rows [b, features] per step, where sequences that end leave from the bottom. */
export type Steps = readonly Tensor[]

/**
 * Runs one direction of one layer over all steps.
 *
 * @param initial [batch, hidden] each
 * @returns the hidden state after each step, in the order of `steps`, and the last state of each sequence
 */
export function recur(
  core: RecurrentCore,
  steps: Steps,
  initial: RecurrentState,
  weights: RecurrentWeights,
  reverse: boolean,
): { readonly outputs: Tensor[]; readonly last: Tensor[] } {
  const ordered = reverse ? steps.toReversed() : steps
  const outputs: Tensor[] = []
  const ended: RecurrentState[] = []
  let state = rowsFrom(initial, 0, ordered[0]!.size(0))
  for (const x of ordered) {
    const [rows, running] = [x.size(0), state[0]!.size(0)]
    if (rows < running) {
      ended.unshift(rowsFrom(state, rows, running))
      state = rowsFrom(state, 0, rows)
    } else if (rows > running) {
      // Backwards, shorter sequences begin later.
      state = below([state, rowsFrom(initial, running, rows)])
    }
    state = recurrentStep(core, x, state, weights)
    outputs.push(state[0]!)
  }
  return { outputs: reverse ? outputs.toReversed() : outputs, last: below([state, ...ended]) }
}

function rowsFrom(state: RecurrentState, start: number, end: number): Tensor[] {
  return state.map((x) => (start === 0 && end === x.size(0) ? x : x.narrow(0, start, end - start)))
}

function below(states: readonly RecurrentState[]): Tensor[] {
  return states.length === 1 ? [...states[0]!] : states[0]!.map((_, i) => cat(states.map((state) => state[i]!)))
}
