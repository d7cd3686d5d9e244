import { noGrad } from '@metagrad/autograd'
import { type Tensor, tensor } from '@metagrad/tensor'
import { expect, test } from 'vitest'
import { AveragedParameters, type Averaging, exponentialAverage } from './index.ts'

/** Averages of a parameter that takes the given values one after another. */
function averageOf(values: number[], averaging?: Averaging): [AveragedParameters, Tensor] {
  const param = tensor([-1], { dtype: 'float64', requiresGrad: true })
  const averaged = new AveragedParameters([param], averaging)
  for (const value of values) {
    noGrad(() => param.fill_(value))
    averaged.update()
  }
  return [averaged, param]
}

const valueOf = (averaged: AveragedParameters): number => averaged.averages[0]!.itemSync()

test('AveragedParameters(params) holds the mean of all values', () => {
  expect(valueOf(averageOf([1, 2, 6])[0])).toBeCloseTo(3, 14)
})

test('AveragedParameters(params, exponentialAverage(decay)) starts at the first value', () => {
  expect(valueOf(averageOf([4], exponentialAverage(0.9))[0])).toBe(4)
  expect(valueOf(averageOf([4, 2], exponentialAverage(0.9))[0])).toBeCloseTo(0.9 * 4 + 0.1 * 2, 14)
})

test('use(run) lends the averages to the parameters, also when run throws', () => {
  const [averaged, param] = averageOf([1, 2, 6])
  expect(averaged.use(() => param.itemSync())).toBeCloseTo(3, 14)
  expect(param.itemSync()).toBe(6)
  expect(() =>
    averaged.use(() => {
      throw new Error('stop')
    }),
  ).toThrow('stop')
  expect(param.itemSync()).toBe(6)
  expect(valueOf(averaged)).toBeCloseTo(3, 14)
  expect(() => averaged.use(async () => 1)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: AveragedParameters.use: the function must not be async. Use copyToParams().]`,
  )
  averaged.copyToParams()
  expect([param.itemSync(), param.requiresGrad]).toEqual([valueOf(averaged), true])
})

test('stateDict() lets another go on', () => {
  const [first, param] = averageOf([1, 2])
  const second = new AveragedParameters([param])
  second.loadStateDict(first.stateDict())
  noGrad(() => param.fill_(6))
  second.update()
  expect(valueOf(second)).toBeCloseTo(3, 14)
  expect(valueOf(first)).toBe(1.5)
})

test('AveragedParameters says what is wrong', () => {
  const [averaged] = averageOf([1])
  expect(() => exponentialAverage(1.1)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: exponentialAverage: decay must be a number in [0, 1], got 1.1.]`,
  )
  expect(() => averaged.loadStateDict({ nAveraged: 1, averages: [] })).toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: AveragedParameters.loadStateDict: number of averages differs: got 0 vs 1 here.]`,
  )
  expect(() => averaged.loadStateDict({ nAveraged: 1, averages: [tensor([1, 2])] })).toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: AveragedParameters.loadStateDict: average 0 must be a tensor of shape [1].]`,
  )
  expect(() => averaged.loadStateDict({ nAveraged: -1, averages: [tensor([1])] })).toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: AveragedParameters.loadStateDict: nAveraged must be a count, got -1.]`,
  )
})
