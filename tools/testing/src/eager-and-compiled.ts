import { compile } from '@metagrad/compile'
import { Tensor, manualSeed, observe } from '@metagrad/tensor'
import { expect } from 'vitest'

/** What is done to a function before it is called: nothing, or compiling. */
export type Wrap = <Args extends unknown[], Result>(fn: (...args: Args) => Result) => (...args: Args) => Result

const asItIs: Wrap = (fn) => fn

/** Each backward walks its tape, as it does while somebody looks on: else those of small tapes that were seen before are programs. */
const walking: Wrap =
  (fn) =>
  (...args) => {
    const stop = observe(() => undefined)
    try {
      return fn(...args)
    } finally {
      stop()
    }
  }

/** How often programs were replayed, over all functions that were compiled by it. */
function compiling(): { readonly wrap: Wrap; readonly replays: () => number } {
  const explanations: (() => { readonly programs: readonly { readonly calls: number }[] })[] = []
  return {
    wrap: (fn) => {
      const compiled = compile(fn)
      explanations.push(() => compiled.explain())
      return compiled
    },
    replays: () => explanations.flatMap((explain) => explain().programs).reduce((sum, { calls }) => sum + calls, 0),
  }
}

/** A state as plain data that compares bit for bit: tensors become their shape, dtype and numbers; NaN and -0 count. */
export function bits(value: unknown): unknown {
  if (value instanceof Tensor) {
    return { shape: value.shape, dtype: value.dtype, numbers: [...value.detach().contiguous().dataSync()] }
  }
  if (Array.isArray(value)) return value.map(bits)
  if (value instanceof Map) return [...value].map(bits)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, bits(item)]))
}

/** Runs training op by op, as it is written and compiled, from one seed, and compares all that came of it, bit for bit. */
export function expectSame(train: (wrap: Wrap) => unknown): void {
  const { wrap, replays } = compiling()
  const [walked, eager, compiled] = [walking, asItIs, wrap].map((each) => {
    manualSeed(23)
    return train(each)
  })
  expect(eager).toEqual(walked)
  expect(compiled).toEqual(eager)
  expect(replays()).toBeGreaterThan(2)
}
