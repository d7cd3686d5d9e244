import { describe, expect, it } from 'vitest'

import { Generator } from '../../random/index.ts'
import type { Elementary } from './elementary.ts'
import { elementary } from './elementary.ts'

const ranges: { readonly [name in keyof Elementary]?: readonly [number, number] } = {
  asin: [-1, 1],
  acos: [-1, 1],
  atanh: [-1, 1],
  acosh: [1, 1000],
  log: [0, 1e6],
  log1p: [-1, 1e6],
  log2: [0, 1e6],
  log10: [0, 1e6],
  exp: [-700, 700],
  pow: [0, 20],
}
const edges = [0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, 5e-324, -5e-324, 2.3e-308, 1.7e308, 709.9, -745.2]
const tolerance = 2 ** -50

/** Relative where the engine's own result is ordinary, else the difference of two things that must be the same. */
function errorOf(got: number, want: number): number {
  if (Object.is(got, want) || Number.isNaN(got) !== Number.isNaN(want)) return Object.is(got, want) ? 0 : Infinity
  return Math.abs(got - want) / Math.max(Math.abs(want), 2 ** -1022)
}

describe.each(Object.keys(elementary) as (keyof Elementary)[])('elementary.%s', (name) => {
  const [ours, host] = [elementary[name], Math[name]] as ((x: number, y: number) => number)[]

  it('is within units in the last place of what the engine has', () => {
    const random = new Generator(3)
    const [low, high] = ranges[name] ?? [-10, 10]
    let worst = 0
    for (let i = 0; i < 20_000; i++) {
      const x = low + (high - low) * random.uniform53()
      const y = 10 * random.uniform53() - 5
      worst = Math.max(worst, errorOf(ours!(x, y), host!(x, y)))
    }
    expect(worst).toBeLessThan(tolerance)
  })

  it('has the same values at zeros, infinities, NaN and the ends of the range', () => {
    for (const x of edges)
      for (const y of edges) expect(errorOf(ours!(x, y), host!(x, y)), `${x}, ${y}`).toBeLessThan(tolerance)
  })
})
