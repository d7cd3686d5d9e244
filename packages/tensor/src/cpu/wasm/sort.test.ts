import { expect, test } from 'vitest'

import { describeBuilds, lengths, numbers } from '../../../tools/expect.ts'

describeBuilds('sorts', (arena) => {
  test('sortF32(values, indices, a, scratch, outer, n, inner, isDescending) sorts rows and columns', () => {
    for (const n of [...lengths, 63, 64, 65]) {
      for (const inner of [1, 3]) {
        arena.reset()
        const numel = 2 * n * inner
        const x = numbers(numel).map(Math.round)
        const [values, indices] = [arena.space(Float32Array, numel), arena.space(BigInt64Array, numel)]
        const scratch = arena.space(Int32Array, 4 * n + 1024)
        arena.kernels.sortF32(values, indices, arena.put(x), scratch, 2, n, inner, false)
        const [sorted, from] = [arena.take(Float32Array, values, numel), arena.take(BigInt64Array, indices, numel)]
        for (let line = 0; line < 2 * inner; line++) {
          const start = Math.floor(line / inner) * n * inner + (line % inner)
          const places = Array.from({ length: n }, (_, i) => start + i * inner)
          const order = places.map((_, i) => i).sort((i, j) => x[places[i]!]! - x[places[j]!]! || i - j)
          expect(places.map((at) => Number(from[at]))).toEqual(order)
          expect(places.map((at) => sorted[at])).toEqual(order.map((i) => x[places[i]!]))
        }
        expect(arena.damage()).toEqual([])
      }
    }
  })
})
