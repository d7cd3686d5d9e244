import { expect, test } from 'vitest'

import { describeBuilds, differences, numbers } from '../../../tools/expect.ts'

const sizes: readonly (readonly [m: number, n: number, k: number])[] = [
  [0, 3, 4],
  [3, 0, 4],
  [3, 4, 0],
  [40, 40, 0],
  [1, 1, 1],
  [1, 1, 7],
  [7, 1, 5],
  [1, 7, 5],
  [1, 33, 16],
  [33, 1, 17],
  [1, 100, 3],
  [3, 4, 5],
  [4, 8, 16],
  [5, 9, 17],
  [16, 16, 16],
  [17, 15, 33],
  [99, 1, 2],
  [6, 1, 1],
  [13, 1, 3],
  [18, 1, 4],
  [100, 33, 7],
  [5, 40, 33],
  [64, 10, 100],
  [97, 65, 257],
  [100, 520, 5],
  [20, 600, 300],
  [193, 33, 300],
]

/** How A or B lies in memory: rows, columns (a transpose), every second element of wide rows. */
const layouts = {
  rows: (_rows: number, columns: number) => [columns, 1] as const,
  columns: (rows: number) => [1, rows] as const,
  sparse: (_rows: number, columns: number) => [2 * columns + 3, 2] as const,
}

describeBuilds(
  'matrix products',
  (arena) => {
    for (const [name, Type, tolerance] of [
      ['gemmF32', Float32Array, 1e-6],
      ['gemmF64', Float64Array, 1e-14],
    ] as const) {
      for (const [layoutA, stridesA] of Object.entries(layouts)) {
        for (const [layoutB, stridesB] of Object.entries(layouts)) {
          test(`${name}(c, a, b, m, n, k, ...) multiplies A in ${layoutA} by B in ${layoutB}, beta 0 and 1`, () => {
            for (const [m, n, k] of sizes) {
              for (const beta of [0, 1]) {
                arena.reset()
                const [rowA, columnA] = stridesA(m, k)
                const [rowB, columnB] = stridesB(k, n)
                const a = Type.from(numbers(rowA * m + columnA * k + 1, 1, 1))
                const b = Type.from(numbers(rowB * k + columnB * n + 1, 1, 2))
                const pitch = n + 3
                const before = Type.from(numbers(m * pitch, 1, 3))
                const c = arena.put(before)
                const scratch = arena.space(Uint8Array, arena.kernels.gemmScratchBytes())
                const [atA, atB] = [arena.put(a), arena.put(b)]
                arena.kernels[name](c, atA, atB, m, n, k, pitch, rowA, columnA, rowB, columnB, beta, scratch)
                const expected = Array.from(before, (old, at) => {
                  const [i, j] = [Math.floor(at / pitch), at % pitch]
                  if (j >= n) return old
                  let total = beta * old
                  for (let p = 0; p < k; p++)
                    total += (a[i * rowA + p * columnA] ?? 0) * (b[p * rowB + j * columnB] ?? 0)
                  return total
                })
                expect(
                  differences(arena.take(Type, c, before.length), expected, tolerance, tolerance * (10 + k)),
                ).toEqual([])
                expect(arena.damage()).toEqual([])
              }
            }
          })
        }
      }
    }

    test('gemmF32(c, a, b, ...) keeps an infinity and a NaN to their own row and column', () => {
      const [a, b] = [numbers(6 * 5), numbers(5 * 11)]
      a[7] = Infinity
      b[3] = NaN
      const c = arena.space(Float32Array, 66)
      const scratch = arena.space(Uint8Array, arena.kernels.gemmScratchBytes())
      arena.kernels.gemmF32(c, arena.put(a), arena.put(b), 6, 11, 5, 11, 5, 1, 11, 1, 0, scratch)
      const finite = [...arena.take(Float32Array, c, 66)].map((x) => Number.isFinite(x))
      expect(finite).toEqual(Array.from({ length: 66 }, (_, at) => Math.floor(at / 11) !== 1 && at % 11 !== 3))
    })
  },
  1 << 24,
)
