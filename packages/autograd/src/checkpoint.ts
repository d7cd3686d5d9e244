import type { Tensor } from '@metagrad/tensor'
import { defaultGenerator, isRecording, record } from '@metagrad/tensor'
import { grad } from './backward.ts'
import { leavesOf } from './engine.ts'
import { enableGrad, noGrad } from './modes.ts'
import type { CustomBackward } from './rules/index.ts'

/** Copies that gradients stop at, so that a segment of the tape can be run by itself. */
function cutOff(inputs: readonly Tensor[]): Tensor[] {
  return inputs.map((x) => {
    const copy = x.detach()
    if (x.requiresGrad) copy.requiresGrad = true
    return copy
  })
}

/**
 * Runs `f` without keeping its intermediate results; backward runs it once more to have them again. Memory for time.
 *
 * Parameters that `f` uses get their gradients too. Random ops draw the same numbers both times.
 * @see https://pytorch.org/docs/stable/checkpoint.html; T. Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016
 */
export function checkpoint<Result extends Tensor | readonly Tensor[]>(
  f: (...inputs: Tensor[]) => Result,
  ...inputs: readonly Tensor[]
): Result {
  if (!isRecording()) return f(...inputs)
  const state = defaultGenerator.getState()
  const copies = cutOff(inputs)
  const result = f(...copies)
  const results = [result].flat()
  const parameters = leavesOf(results).filter((leaf) => !copies.includes(leaf))
  const outputs = results.map((output) => output.detach())
  const backward: CustomBackward = (gs) => {
    const after = defaultGenerator.getState()
    defaultGenerator.setState(state)
    const again = cutOff(inputs)
    const recomputed = enableGrad(() => [f(...again)].flat())
    defaultGenerator.setState(after)
    const used = recomputed
      .map((output, i) => ({ output, g: gs[i] }))
      .filter(({ output, g }) => output.requiresGrad && g !== undefined)
    const wanted = [...again, ...parameters]
    const live = wanted.filter((x) => x.requiresGrad)
    const found = noGrad(() =>
      grad(
        used.map(({ output }) => output),
        live,
        { gradOutputs: used.map(({ g }) => g), allowUnused: true },
      ),
    )
    return wanted.map((x) => (x.requiresGrad ? found[live.indexOf(x)] : undefined))
  }
  record('custom', [...inputs, ...parameters], { name: 'checkpoint', backward }, outputs)
  return (Array.isArray(result) ? outputs : outputs[0]) as Result
}
