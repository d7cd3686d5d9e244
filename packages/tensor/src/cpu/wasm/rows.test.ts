import { expect, test } from 'vitest'

import { describeBuilds, differences, lengths, numbers } from '../../../tools/expect.ts'

const rows = 3
const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0)
const logSumExp = (row: readonly number[]): number => {
  const largest = Math.max(...row)
  return largest + Math.log(sum(row.map((x) => Math.exp(x - largest))))
}
const softmax = (row: readonly number[]): number[] => row.map((x) => Math.exp(x - logSumExp(row)))
const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))

/** Applies `row` to each row of [rows, n] and joins the results. */
function perRow(n: number, operands: readonly ArrayLike<number>[], row: (...rows: number[][]) => number[]): number[] {
  return Array.from({ length: rows }, (_, i) =>
    row(...operands.map((values) => Array.from(values).slice(i * n, i * n + n))),
  ).flat()
}

const widths = lengths.filter((n) => n > 0)

describeBuilds('functions of rows', (arena) => {
  test('softmaxF32(out, a, rows, n) sums to 1 and survives large logits', () => {
    for (const n of widths) {
      for (const scale of [2, 500]) {
        arena.reset()
        const a = numbers(rows * n, scale)
        const out = arena.space(Float32Array, rows * n)
        arena.kernels.softmaxF32(out, arena.put(a), rows, n)
        expect(differences(arena.take(Float32Array, out, rows * n), perRow(n, [a], softmax), 5e-7, 1e-44)).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    }
  })

  test('softmaxF32(out, a, rows, n) gives -Infinity no weight, and NaN where no sum exists', () => {
    const a = arena.put(Float32Array.of(0, -Infinity, 0, -Infinity, -Infinity, -Infinity, 1, NaN, 2))
    arena.kernels.softmaxF32(a, a, 3, 3)
    expect([...arena.take(Float32Array, a, 9)]).toEqual([0.5, 0, 0.5, NaN, NaN, NaN, NaN, NaN, NaN])
  })

  test('logSoftmaxF32(out, a, rows, n) is a - log sum e^a', () => {
    for (const n of widths) {
      for (const scale of [2, 500]) {
        arena.reset()
        const a = numbers(rows * n, scale)
        const out = arena.space(Float32Array, rows * n)
        arena.kernels.logSoftmaxF32(out, arena.put(a), rows, n)
        const expected = perRow(n, [a], (row) => row.map((x) => x - logSumExp(row)))
        expect(differences(arena.take(Float32Array, out, rows * n), expected, 2e-7, 2e-7 * (scale + 8))).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    }
  })

  test('softmaxBackwardF32 and logSoftmaxBackwardF32(dx, g, y, rows, n) give the gradient of their function, in place too', () => {
    for (const n of widths) {
      arena.reset()
      const g = numbers(rows * n, 1, 2)
      const y = Float32Array.from(perRow(n, [numbers(rows * n)], softmax))
      const logY = y.map(Math.log)
      const dx = arena.space(Float32Array, rows * n)
      arena.kernels.softmaxBackwardF32(dx, arena.put(g), arena.put(y), rows, n)
      const expected = perRow(n, [g, y], (gRow, yRow) => {
        const dot = sum(gRow.map((x, j) => x * (yRow[j] ?? 0)))
        return yRow.map((p, j) => p * ((gRow[j] ?? 0) - dot))
      })
      expect(differences(arena.take(Float32Array, dx, rows * n), expected, 1e-6, 2e-7)).toEqual([])

      const inPlace = arena.put(g)
      arena.kernels.logSoftmaxBackwardF32(inPlace, inPlace, arena.put(logY), rows, n)
      const expectedLog = perRow(n, [g, logY], (gRow, yRow) =>
        gRow.map((x, j) => x - Math.exp(yRow[j] ?? 0) * sum(gRow)),
      )
      expect(differences(arena.take(Float32Array, inPlace, rows * n), expectedLog, 1e-6, 1e-6)).toEqual([])
      expect(arena.damage()).toEqual([])
    }
  })

  test('crossEntropyF32 and its gradient follow int32 and int64 targets and skip the ignored', () => {
    for (const n of widths.filter((width) => width > 2)) {
      for (const [targets, shift] of [
        [Int32Array.of(n - 1, -100, 1), 2],
        [BigInt64Array.of(BigInt(n - 1), -100n, 1n), 3],
      ] as const) {
        arena.reset()
        const a = numbers(rows * n)
        const [losses, totals] = [arena.space(Float32Array, rows), arena.space(Float32Array, rows)]
        const [logits, at] = [arena.put(a), arena.put(targets)]
        expect(arena.kernels.countIndices(at, rows, shift, -100)).toBe(2)
        expect(arena.kernels.crossEntropyF32(losses, totals, logits, at, rows, n, shift, -100)).toBe(-1)
        let row = 0
        const expected = perRow(n, [a], (logitRow) => {
          const target = Number(targets[row++])
          return [target < 0 ? 0 : logSumExp(logitRow) - (logitRow[target] ?? 0)]
        })
        expect(differences(arena.take(Float32Array, losses, rows), expected, 1e-6, 1e-6)).toEqual([])

        const g = numbers(rows, 1, 3)
        for (const strideG of [0, 1]) {
          const dx = arena.space(Float32Array, rows * n)
          arena.kernels.crossEntropyBackwardF32(
            dx,
            logits,
            totals,
            at,
            rows,
            n,
            shift,
            -100,
            arena.put(g),
            strideG,
            0.5,
          )
          row = 0
          const gradient = perRow(n, [a], (logitRow) => {
            const target = Number(targets[row])
            const factor = target < 0 ? 0 : (g[strideG * row] ?? 0) / 2
            row++
            return softmax(logitRow).map((p, j) => (p - Number(j === target)) * factor)
          })
          expect(differences(arena.take(Float32Array, dx, rows * n), gradient, 2e-6, 1e-7)).toEqual([])
        }
        expect(arena.damage()).toEqual([])
      }
    }
  })

  test('crossEntropyF32(...) names the first row whose target is out of range', () => {
    const operands = [arena.space(Float32Array, 3), arena.space(Float32Array, 3), arena.put(numbers(12))] as const
    expect(arena.kernels.crossEntropyF32(...operands, arena.put(Int32Array.of(3, 4, 0)), 3, 4, 2, -100)).toBe(1)
    expect(arena.kernels.crossEntropyF32(...operands, arena.put(Int32Array.of(3, 0, -1)), 3, 4, 2, -100)).toBe(2)
  })

  test('bceWithLogitsF32, its sum and its gradient match their formulas, for logits of every size', () => {
    const loss = (x: number, z: number): number => Math.max(x, 0) - x * z + Math.log1p(Math.exp(-Math.abs(x)))
    for (const n of lengths) {
      for (const scale of [3, 90]) {
        arena.reset()
        const x = numbers(n, scale)
        const z = Float32Array.from(x, (_, i) => (i % 3) / 2)
        const g = numbers(n + 1, 1, 5)
        const expected = Array.from(x, (value, i) => loss(value, z[i] ?? 0))
        const operands = [arena.put(x), arena.put(z), n] as const
        const [out, total, dx] = [
          arena.space(Float32Array, n),
          arena.space(Float32Array, 1),
          arena.space(Float32Array, n),
        ]
        arena.kernels.bceWithLogitsF32(out, ...operands)
        expect(differences(arena.take(Float32Array, out, n), expected, 3e-7, 1e-6)).toEqual([])
        arena.kernels.bceWithLogitsSumF32(total, ...operands, 1 / 7)
        expect(differences(arena.take(Float32Array, total, 1), [sum(expected) / 7], 5e-7)).toEqual([])
        for (const strideG of [0, 1]) {
          arena.kernels.bceWithLogitsBackwardF32(dx, ...operands, arena.put(g), strideG, 0.5)
          const gradient = Array.from(x, (value, i) => ((sigmoid(value) - (z[i] ?? 0)) * (g[strideG * i] ?? 0)) / 2)
          expect(differences(arena.take(Float32Array, dx, n), gradient, 1e-6, 1e-7)).toEqual([])
        }
        expect(arena.damage()).toEqual([])
      }
    }
  })
})
