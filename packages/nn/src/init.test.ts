import { Generator, empty, eye, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import { Linear, Parameter, init } from './index.ts'

describe('init', () => {
  test('fills parameters in place, without recording, and returns them', () => {
    const { weight } = new Linear(3, 2)
    expect(init.constant_(weight, 2)).toBe(weight)
    expect([weight.tolistSync(), weight.isLeaf, weight.requiresGrad]).toEqual([
      [
        [2, 2, 2],
        [2, 2, 2],
      ],
      true,
      true,
    ])
    expect(init.ones_(zeros(2)).tolistSync()).toEqual([1, 1])
    expect(init.zeros_(weight).any().itemSync()).toBe(0)
    expect(init.eye_(new Parameter(empty(2, 3))).tolistSync()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ])
  })

  test('a generator of its own makes draws repeatable', () => {
    const draw = (): unknown => init.kaimingNormal_(empty(3, 4), { generator: new Generator(4) }).tolistSync()
    expect(draw()).toEqual(draw())
  })

  test('orthogonal_(x) has orthogonal rows or columns', () => {
    const close = (a: ReturnType<typeof empty>): number =>
      a
        .sub(eye(a.size(0)))
        .abs()
        .amax()
        .itemSync()
    const tall = init.orthogonal_(empty(6, 3))
    const wide = init.orthogonal_(empty(3, 6))
    expect(close(tall.T.matmul(tall))).toBeLessThan(1e-6)
    expect(close(wide.matmul(wide.T))).toBeLessThan(1e-6)
  })

  test('truncNormal_(x) stays within its bounds', () => {
    const x = init.truncNormal_(empty(1000), { std: 5, a: -1, b: 2 })
    expect(x.amin().itemSync()).toBeGreaterThanOrEqual(-1)
    expect(x.amax().itemSync()).toBeLessThanOrEqual(2)
  })

  test('calculateGain(nonlinearity)', () => {
    const gains = (['linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'selu'] as const).map((name) =>
      init.calculateGain(name),
    )
    expect(gains).toEqual([1, 1, 5 / 3, Math.SQRT2, Math.sqrt(2 / 1.0001), 0.75])
    expect(init.calculateGain('leakyRelu', 1)).toBe(1)
  })

  test('bad arguments are errors', () => {
    expect(() => init.xavierUniform_(empty(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: xavierUniform_: needs a weight [out, in, ...], got [3]. Use uniform_ or normal_.]`,
    )
    expect(() => init.eye_(empty(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: eye_: needs a 2-d tensor, got [3].]`,
    )
    expect(() => init.orthogonal_(empty(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: orthogonal_: needs 2 dims or more, got [3].]`,
    )
    expect(() => init.truncNormal_(empty(3), { a: 1, b: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: truncNormal_: needs std > 0 and a < b, got 1, 1 and 1.]`,
    )
    expect(() => init.kaimingUniform_(empty(3, 3), { mode: 'fan_in' as 'fanIn' })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: kaimingUniform_: unknown mode "fan_in". Use one of "fanIn", "fanOut".]`,
    )
    expect(() => init.calculateGain('gelu' as 'relu')).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: calculateGain: unknown nonlinearity "gelu". Use one of "linear", "sigmoid", "tanh", "relu", "leakyRelu", "selu".]`,
    )
  })
})
