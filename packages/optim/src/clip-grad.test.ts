import { type Tensor, tensor } from '@metagrad/tensor'
import { expect, test } from 'vitest'
import { clipGradNorm_, clipGradValue_ } from './index.ts'

function withGrads(...gradients: number[][]): Tensor[] {
  return gradients.map((gradient) => {
    const param = tensor(gradient, { dtype: 'float64', requiresGrad: true })
    param.grad = tensor(gradient, { dtype: 'float64' })
    return param
  })
}

const gradsOf = (params: Tensor[]): number[] => params.flatMap(({ grad }) => Array.from(grad!.dataSync(), Number))

// norm(p) of [3, -4], [12] and what PyTorch's factor min(1, maxNorm / (norm + 1e-6)) makes of it.
test.each([
  [2, 13],
  [1, 19],
  [3, (27 + 64 + 1728) ** (1 / 3)],
  [Infinity, 12],
])('clipGradNorm_(params, maxNorm, { normType: %s }) scales all gradients together', (normType, norm) => {
  const params = withGrads([3, -4], [12])
  expect(clipGradNorm_(params, 1, { normType }).itemSync()).toBeCloseTo(norm, 12)
  const scale = 1 / (norm + 1e-6)
  gradsOf(params).forEach((value, i) => expect(value).toBeCloseTo([3, -4, 12][i]! * scale, 12))
})

test('clipGradNorm_(params, maxNorm) leaves small gradients and parameters without one', () => {
  const params = withGrads([3, -4])
  const frozen = tensor([1])
  expect(clipGradNorm_([...params, frozen], 100).itemSync()).toBe(5)
  expect(gradsOf(params)).toEqual([3, -4])
  expect(clipGradNorm_(frozen, 1).itemSync()).toBe(0)
})

test('clipGradNorm_(params, maxNorm) says what is wrong', () => {
  const params = withGrads([Infinity])
  expect(() => clipGradNorm_(params, -1)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: clipGradNorm_: maxNorm must be a number >= 0, got -1.]`,
  )
  expect(() => clipGradNorm_(params, 1, { normType: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: clipGradNorm_: normType must be a number > 0, got 0.]`,
  )
  expect(() => clipGradNorm_(params, 1, { errorIfNonfinite: true })).toThrowErrorMatchingInlineSnapshot(
    `[GradError: clipGradNorm_: the norm of the gradients is Infinity. Lower the learning rate.]`,
  )
})

test('clipGradValue_(params, clipValue) clamps each element', () => {
  const params = withGrads([3, -4], [0.5])
  clipGradValue_(params, 1)
  expect(gradsOf(params)).toEqual([1, -1, 0.5])
  expect(() => clipGradValue_(params, -1)).toThrowErrorMatchingInlineSnapshot(
    `[ArgumentError: clipGradValue_: clipValue must be a number >= 0, got -1.]`,
  )
})
