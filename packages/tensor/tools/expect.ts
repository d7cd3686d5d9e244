import { afterEach, beforeEach, describe, expect } from 'vitest'

import { type KernelBuild, supportsBuild } from '../src/cpu/wasm/loader.ts'
import { type Arena, openArena } from './arena.ts'

/** Lengths around the borders of one vector, of four, and of a block. */
export const lengths: readonly number[] = [0, 1, 3, 4, 5, 7, 15, 16, 17, 33, 100, 1025]

/** Runs a suite on each build that the engine supports, with an arena that is emptied and checked for stray writes. */
export function describeBuilds(name: string, suite: (arena: Arena) => void, bytes = 1 << 24): void {
  for (const build of ['simd128', 'relaxed'] satisfies KernelBuild[]) {
    if (!supportsBuild(build)) {
      console.warn(`${name}: the ${build} build is not tested, this engine (${process.version}) does not validate it.`)
      continue
    }
    const arena = openArena(build, bytes)
    describe(`${name}, ${build}`, () => {
      beforeEach(() => arena.reset())
      afterEach(() => expect(arena.damage(), 'bytes written beside the operands').toEqual([]))
      suite(arena)
    })
  }
}

/** A fixed sequence of numbers in [-scale, scale), from a linear congruence. */
export function numbers(length: number, scale = 4, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed * 2_654_435_761
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state / 2 ** 31 - 1) * scale
  })
}

const largestFloat = 3.4028234663852886e38

/** Where float32 numbers differ by more than `relative` or `absolute` from the expected ones; NaN and infinities must be alike. */
export function differences(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative: number,
  absolute = 2 ** -149,
): string[] {
  if (actual.length !== expected.length) return [`length is ${actual.length} but should be ${expected.length}`]
  const wrong: string[] = []
  for (let i = 0; i < expected.length; i++) {
    const [is, should] = [actual[i] ?? 0, expected[i] ?? 0]
    const rounded = Math.fround(should)
    const isFine = Number.isFinite(rounded)
      ? Math.abs(is - should) <= Math.abs(should) * relative + absolute
      : Object.is(is, rounded) || is === Math.sign(should) * largestFloat
    if (!isFine) wrong.push(`[${i}] is ${is} but should be ${should}`)
  }
  return wrong.slice(0, 5)
}
