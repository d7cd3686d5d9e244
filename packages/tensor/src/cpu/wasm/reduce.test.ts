import { describe, expect, test } from 'vitest'

import { describeBuilds, differences, lengths, numbers } from '../../../tools/expect.ts'

type Reduce = (values: number[]) => number

/** What a reduction of [outer, n, inner] over n gives by its definition. */
function reduced(
  values: ArrayLike<number>,
  [outer, n, inner]: readonly [number, number, number],
  reduce: Reduce,
): number[] {
  return Array.from({ length: outer * inner }, (_, at) => {
    const [o, j] = [Math.floor(at / inner), at % inner]
    return reduce(Array.from({ length: n }, (__, i) => values[(o * n + i) * inner + j] ?? 0))
  })
}

const sum: Reduce = (values) => values.reduce((total, x) => total + x, 0)
const largest: Reduce = (values) => Math.max(...values)
const smallest: Reduce = (values) => Math.min(...values)
const indexOf =
  (reduce: Reduce): Reduce =>
  (values) =>
    values.findIndex((x) => Object.is(x + 0, reduce(values) + 0))

const shapes = [
  ...lengths.map((n) => [2, n, 1] as const),
  ...lengths.map((inner) => [2, 5, inner] as const),
  [1, 70, 3] as const,
  [3, 129, 21] as const,
]

describeBuilds(
  'reductions',
  (arena) => {
    test('sumF32(out, a, outer, n, inner, scale) sums rows and columns', () => {
      for (const shape of shapes) {
        arena.reset()
        const [outer, n, inner] = shape
        const values = numbers(outer * n * inner)
        const out = arena.space(Float32Array, outer * inner)
        arena.kernels.sumF32(out, arena.put(values), outer, n, inner, 0.5)
        const expected = reduced(values, shape, (row) => sum(row) / 2)
        expect(differences(arena.take(Float32Array, out, outer * inner), expected, 1e-6, 1e-5)).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    })

    test('sumF32(out, a, 1, 10^7, 1, 1) loses nothing to its length', () => {
      const length = 10_000_000
      const values = numbers(length, 0.5).map((x) => x + 0.6)
      const out = arena.space(Float32Array, 1)
      arena.kernels.sumF32(out, arena.put(values), 1, length, 1, 1)
      expect(differences(arena.take(Float32Array, out, 1), [values.reduce((total, x) => total + x, 0)], 2e-7)).toEqual(
        [],
      )
    })

    test('addToSumF32(totals, a, n) goes on in blocks with the bits of the whole sum', () => {
      for (const [first, rest] of [
        [512, 1],
        [1024, 511],
        [512, 700],
      ] as const) {
        arena.reset()
        const a = arena.put(numbers(first + rest))
        const [whole, totals] = [arena.space(Float32Array, 1), arena.put(new Float64Array(2))]
        arena.kernels.sumF32(whole, a, 1, first + rest, 1, 1)
        arena.kernels.addToSumF32(totals, a, first)
        arena.kernels.addToSumF32(totals, a + 4 * first, rest)
        const [left, right] = arena.take(Float64Array, totals, 2)
        expect(Math.fround(left! + right!)).toBe(arena.take(Float32Array, whole, 1)[0])
      }
    })

    test('sumF64(out, a, outer, n, inner, scale) sums in float64', () => {
      for (const shape of shapes) {
        arena.reset()
        const [outer, n, inner] = shape
        const values = Float64Array.from(numbers(outer * n * inner), (x) => x / 3)
        const out = arena.space(Float64Array, outer * inner)
        arena.kernels.sumF64(out, arena.put(values), outer, n, inner, 1)
        expect(
          differences(arena.take(Float64Array, out, outer * inner), reduced(values, shape, sum), 1e-13, 1e-12),
        ).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    })

    const extremes = { maxF32: largest, minF32: smallest } as const
    const indices = { argmaxF32: indexOf(largest), argminF32: indexOf(smallest) } as const
    for (const [key, reference] of Object.entries({ ...extremes, ...indices })) {
      describe(`${key}`, () => {
        const run = (values: Float32Array, [outer, n, inner]: readonly [number, number, number]): number[] => {
          const Type = key in extremes ? Float32Array : BigInt64Array
          const out = arena.space(Type, outer * inner)
          arena.kernels[key as 'maxF32'](out, arena.put(values), outer, n, inner)
          return Array.from(arena.take(Type, out, outer * inner), Number)
        }

        test(`${key}(out, a, outer, n, inner) goes over rows and columns`, () => {
          for (const shape of shapes.filter(([, n]) => n > 0)) {
            arena.reset()
            const values = numbers(shape[0] * shape[1] * shape[2]).map((x) => Math.round(x * 8))
            expect(run(values, shape)).toEqual(reduced(values, shape, reference))
            expect(arena.damage()).toEqual([])
          }
        })

        test(`${key}(out, a, outer, n, inner) finds the first NaN wherever it is`, () => {
          for (const inner of [1, 6]) {
            for (const at of [0, 1, 6, 16, 36]) {
              const values = numbers(37 * inner)
              for (let j = 0; j < inner; j++) for (const i of [at, 36]) values[i * inner + j] = NaN
              const expected = key in extremes ? NaN : at
              expect(run(values, [1, 37, inner])).toEqual(Array.from({ length: inner }, () => expected))
            }
          }
        })
      })
    }

    test('maxF32(out, a, outer, n, inner) of nothing but -Infinity is -Infinity', () => {
      const out = arena.space(Float32Array, 1)
      arena.kernels.maxF32(out, arena.put(new Float32Array(5).fill(-Infinity)), 1, 5, 1)
      expect([...arena.take(Float32Array, out, 1)]).toEqual([-Infinity])
    })

    test('cumsumF32(out, a, outer, n, inner) adds up along n', () => {
      for (const [outer, n, inner] of shapes) {
        arena.reset()
        const values = numbers(outer * n * inner)
        const out = arena.space(Float32Array, values.length)
        arena.kernels.cumsumF32(out, arena.put(values), outer, n, inner)
        const expected = Array.from(values, (_, at) => {
          const [o, i, j] = [Math.floor(at / n / inner), Math.floor(at / inner) % n, at % inner]
          return sum(Array.from({ length: i + 1 }, (__, step) => values[(o * n + step) * inner + j] ?? 0))
        })
        expect(differences(arena.take(Float32Array, out, values.length), expected, 6e-8, 1e-12)).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    })
  },
  1 << 26,
)
