import { describe, expect, it } from 'vitest'
import { probabilitiesOf } from './predict.ts'

describe('probabilitiesOf(outputs, width)', () => {
  it('is the sigmoid of single logits', () => {
    const [none, half, all] = probabilitiesOf([-800, 0, 800], 1)
    expect([none, half, all]).toEqual([0, 0.5, 1])
  })
  it('is the softmax of each row, also of large logits', () => {
    expect([...probabilitiesOf([1000, 1000, -1000, -1000], 2)]).toEqual([0.5, 0.5, 0.5, 0.5])
    const [a, b, c] = probabilitiesOf([0, Math.log(2), Math.log(5)], 3)
    expect([a, b, c].map((p) => p!.toFixed(6))).toEqual(['0.125000', '0.250000', '0.625000'])
  })
})
