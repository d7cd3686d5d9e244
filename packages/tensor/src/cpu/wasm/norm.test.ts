import { expect, test } from 'vitest'

import { describeBuilds, differences, lengths, numbers } from '../../../tools/expect.ts'

const eps = 1e-5
const mean = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0) / values.length
const variance = (values: readonly number[]): number => mean(values.map((x) => (x - mean(values)) ** 2))
const at = (values: ArrayLike<number>, i: number): number => values[i] ?? 0

/** Gradient of h = (x - mean) / sqrt(var + eps) over one group, for the gradient d of h. */
function backward(x: readonly number[], d: readonly number[]): { dx: number[]; h: number[] } {
  const rstd = 1 / Math.sqrt(variance(x) + eps)
  const h = x.map((value) => (value - mean(x)) * rstd)
  const meanDH = mean(d.map((value, i) => value * at(h, i)))
  return { dx: d.map((value, i) => rstd * (value - mean(d) - at(h, i) * meanDH)), h }
}

describeBuilds('norms', (arena) => {
  for (const isAffine of [true, false]) {
    test(`layerNormF32 and its gradient ${isAffine ? 'with' : 'without'} gamma and beta`, () => {
      for (const n of lengths.filter((width) => width > 0)) {
        arena.reset()
        const rows = 3
        const [x, g] = [numbers(rows * n).map((value) => value + 10), numbers(rows * n, 1, 2)]
        const [gammas, betas] = [numbers(n, 1, 3), numbers(n, 1, 4)]
        const gamma = (j: number): number => (isAffine ? at(gammas, j) : 1)
        const beta = (j: number): number => (isAffine ? at(betas, j) : 0)
        const [out, means, rstds] = [rows * n, rows, rows].map((length) => arena.space(Float32Array, length))
        const [dx, dgamma, dbeta] = [
          arena.space(Float32Array, rows * n),
          arena.put(new Float32Array(n)),
          arena.put(new Float32Array(n)),
        ]
        const [atX, atG, atGamma] = [arena.put(x), arena.put(g), isAffine ? arena.put(gammas) : 0]
        const saved = [means ?? 0, rstds ?? 0] as const
        arena.kernels.layerNormF32(out ?? 0, ...saved, atX, atGamma, isAffine ? arena.put(betas) : 0, rows, n, eps)
        const deltas = isAffine ? ([dgamma, dbeta] as const) : ([0, 0] as const)
        arena.kernels.layerNormBackwardF32(dx, ...deltas, atG, atX, ...saved, atGamma, rows, n)

        const groups = Array.from({ length: rows }, (_, i) => {
          const row = [...x.subarray(i * n, i * n + n)]
          const upstream = [...g.subarray(i * n, i * n + n)]
          return {
            upstream,
            ...backward(
              row,
              upstream.map((value, j) => value * gamma(j)),
            ),
          }
        })
        const expected = groups.flatMap(({ h }) => h.map((value, j) => value * gamma(j) + beta(j)))
        expect(differences(arena.take(Float32Array, out ?? 0, rows * n), expected, 1e-5, 1e-5)).toEqual([])
        const slack = n < 4 ? 1e-2 : 2e-5
        expect(
          differences(
            arena.take(Float32Array, dx, rows * n),
            groups.flatMap((group) => group.dx),
            1e-4,
            slack,
          ),
        ).toEqual([])
        const columns = Array.from({ length: n }, (_, j) => j)
        const expectedGamma = columns.map((j) =>
          isAffine ? 3 * mean(groups.map(({ upstream, h }) => at(upstream, j) * at(h, j))) : 0,
        )
        const expectedBeta = columns.map((j) =>
          isAffine ? 3 * mean(groups.map(({ upstream }) => at(upstream, j))) : 0,
        )
        expect(differences(arena.take(Float32Array, dgamma, n), expectedGamma, 1e-4, 2e-5)).toEqual([])
        expect(differences(arena.take(Float32Array, dbeta, n), expectedBeta, 1e-5, 1e-5)).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    })

    test(`batch norm ${isAffine ? 'with' : 'without'} gamma and beta: statistics, application, gradient`, () => {
      for (const [batch, channels, length] of [
        [9, 5, 1],
        [70, 8, 1],
        [3, 13, 1],
        [40, 1, 1],
        [4, 3, 7],
        [2, 1, 100],
        [3, 2, 33],
      ] as const) {
        arena.reset()
        const size = batch * channels * length
        const [x, g] = [numbers(size).map((value) => value + 10), numbers(size, 1, 2)]
        const [gammas, betas] = [numbers(channels, 1, 3), numbers(channels, 1, 4)]
        const [out, dx, means, variances, dgamma, dbeta] = [size, size, channels, channels, channels, channels].map(
          (count) => arena.space(Float32Array, count),
        ) as [number, number, number, number, number, number]
        const [atX, atG] = [arena.put(x), arena.put(g)]
        const [atGamma, atBeta] = isAffine ? [arena.put(gammas), arena.put(betas)] : [0, 0]
        const shape = [batch, channels, length] as const
        const room = arena.space(Float32Array, 3 * channels)
        if (length === 1) {
          arena.kernels.batchNormColumnStatisticsF32(means, variances, atX, batch, channels)
          const columns = [batch, channels, eps] as const
          arena.kernels.batchNormApplyColumnsF32(out, room, atX, means, variances, atGamma, atBeta, ...columns)
          arena.kernels.batchNormBackwardColumnsF32(
            ...([dx, dgamma, dbeta, room, atG, atX, means, variances, atGamma, ...columns] as const),
          )
        } else {
          arena.kernels.batchNormStatisticsF32(means, variances, atX, ...shape)
          arena.kernels.batchNormApplyF32(out, atX, means, variances, atGamma, atBeta, ...shape, eps)
          arena.kernels.batchNormBackwardF32(dx, dgamma, dbeta, atG, atX, means, variances, atGamma, ...shape, eps)
        }

        const places = Array.from({ length: channels }, (_, c) =>
          Array.from(
            { length: batch * length },
            (__, i) => (Math.floor(i / length) * channels + c) * length + (i % length),
          ),
        )
        const [expectedOut, expectedDx] = [new Float64Array(size), new Float64Array(size)]
        const [expectedGamma, expectedBeta]: [number[], number[]] = [[], []]
        places.forEach((place, c) => {
          const gamma = isAffine ? at(gammas, c) : 1
          const upstream = place.map((i) => at(g, i))
          const group = backward(
            place.map((i) => at(x, i)),
            upstream.map((value) => value * gamma),
          )
          place.forEach((i, k) => {
            expectedOut[i] = at(group.h, k) * gamma + (isAffine ? at(betas, c) : 0)
            expectedDx[i] = at(group.dx, k)
          })
          expectedGamma.push(mean(upstream.map((value, k) => value * at(group.h, k))) * place.length)
          expectedBeta.push(mean(upstream) * place.length)
        })
        const groups = places.map((place) => place.map((i) => at(x, i)))
        expect(differences(arena.take(Float32Array, means, channels), groups.map(mean), 2e-7)).toEqual([])
        expect(differences(arena.take(Float32Array, variances, channels), groups.map(variance), 1e-6)).toEqual([])
        expect(differences(arena.take(Float32Array, out, size), expectedOut, 1e-6, 2e-6)).toEqual([])
        expect(differences(arena.take(Float32Array, dx, size), expectedDx, 1e-5, 2e-6)).toEqual([])
        expect(differences(arena.take(Float32Array, dgamma, channels), expectedGamma, 1e-5, 1e-5)).toEqual([])
        expect(differences(arena.take(Float32Array, dbeta, channels), expectedBeta, 1e-5, 1e-5)).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    })
  }
})
