import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  baselineMetrics,
  classScorer,
  confusionMatrix,
  macroF1,
  numberScorer,
  predictedClasses,
  rocAuc,
} from './metrics.ts'

describe('predictedClasses(outputs, width)', () => {
  it('takes the sign of a single logit, 0 for class 0', () => {
    expect([...predictedClasses([-1, 0, 2], 1)]).toEqual([0, 0, 1])
  })
  it('takes the greatest of several logits, the first of equals', () => {
    expect([...predictedClasses([0, 2, 1, 3, 3, 1], 3)]).toEqual([1, 0])
  })
})

describe('classScorer(width)', () => {
  it('counts over batches of different sizes', () => {
    const scorer = classScorer(1)
    scorer.add([1, -1, 1], [1, 1, 1])
    scorer.add([-1], [0])
    expect(scorer.metrics()).toEqual({ accuracy: 0.75 })
  })
})

describe('numberScorer(scale)', () => {
  it('gives errors in the units of the target', () => {
    const scorer = numberScorer(10)
    scorer.add([1, 2], [2, 4])
    scorer.add([9], [6])
    const { mae, rmse, r2 } = scorer.metrics()
    expect(mae).toBeCloseTo(20)
    expect(rmse).toBeCloseTo(10 * Math.sqrt(14 / 3))
    expect(r2).toBeCloseTo(1 - 14 / 8)
  })
  it('has no r2 where all targets are equal', () => {
    const scorer = numberScorer(1)
    scorer.add([1, 2], [3, 3])
    expect(scorer.metrics()['r2']).toBeNaN()
  })
  it('keeps its r2 far from zero', () => {
    const scorer = numberScorer(1)
    scorer.add([1e9, 1e9 + 1, 1e9 + 2], [1e9, 1e9 + 1, 1e9 + 3])
    expect(scorer.metrics()['r2']).toBeCloseTo(1 - 1 / (14 / 3), 6)
  })
})

describe('confusionMatrix(predicted, actual, classCount) and macroF1(confusion)', () => {
  it('has actual classes in rows', () => {
    const confusion = confusionMatrix([0, 1, 1, 2, 0], [0, 1, 0, 2, 2], 3)
    expect(confusion).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 1],
    ])
    // sklearn.metrics.f1_score(..., average='macro')
    expect(macroF1(confusion)).toBeCloseTo((0.5 + 2 / 3 + 2 / 3) / 3)
  })
  it('a class that is nowhere counts 0', () => {
    expect(macroF1(confusionMatrix([0, 0], [0, 0], 2))).toBe(0.5)
  })
})

describe('rocAuc(scores, actual)', () => {
  it('is the share of pairs in the right order, ties half', () => {
    const pair = fc.record({ score: fc.integer({ min: 0, max: 5 }), actual: fc.integer({ min: 0, max: 1 }) })
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 20 }), (rows) => {
        const ones = rows.filter(({ actual }) => actual === 1)
        const zeros = rows.filter(({ actual }) => actual === 0)
        const scores = rows.map(({ score }) => score)
        const actual = rows.map((row) => row.actual)
        const right = ones.flatMap((one) =>
          zeros.map((zero) => (one.score > zero.score ? 1 : one.score === zero.score ? 0.5 : 0)),
        )
        const share = right.reduce((sum: number, value) => sum + value, 0) / right.length
        // Both are NaN where a class is missing.
        expect(rocAuc(scores, actual).toFixed(12)).toBe(share.toFixed(12))
      }),
    )
  })
})

describe('baselineMetrics(task, trainTargets, targets, scale)', () => {
  it('says the most frequent training class', () => {
    expect(baselineMetrics('multiclass', [2, 2, 1], [2, 1, 1, 0], 1)).toEqual({ accuracy: 0.25 })
  })
  it('says the mean of the training targets', () => {
    expect(baselineMetrics('regression', [1, 3], [2, 4], 1)).toMatchObject({ mae: 1 })
  })
})
