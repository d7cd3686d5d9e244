import type { Tensor } from '@metagrad/tensor'
import { ones, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import { functional as F } from '../index.ts'

const long = (data: number[] | number[][] | number): Tensor => tensor(data, { dtype: 'int64' })

describe('large inputs', () => {
  const far = tensor([-1e30, -1000, 1000, 1e30])
  const finite = (f: (x: Tensor) => Tensor): boolean => {
    const x = far.clone().requiresGrad_()
    const y = f(x)
    y.sum().backward()
    return y.isfinite().all().itemSync() === 1 && x.grad!.isfinite().all().itemSync() === 1
  }

  test.each<[string, (x: Tensor) => Tensor]>([
    ['elu', F.elu],
    ['selu', F.selu],
    ['gelu', F.gelu],
    ['silu', F.silu],
    ['mish', F.mish],
    ['softplus', F.softplus],
    ['logSigmoid', F.logSigmoid],
    ['softsign', F.softsign],
    ['softmax', (x) => F.softmax(x, 0)],
    ['logSoftmax', (x) => F.logSoftmax(x, 0)],
    ['binaryCrossEntropyWithLogits', (x) => F.binaryCrossEntropyWithLogits(x, ones(4))],
    [
      'binaryCrossEntropyWithLogits posWeight',
      (x) => F.binaryCrossEntropyWithLogits(x, ones(4), { posWeight: tensor(2) }),
    ],
    ['softMarginLoss', (x) => F.softMarginLoss(x, ones(4))],
    ['crossEntropy', (x) => F.crossEntropy(x, long(1))],
    ['huberLoss', (x) => F.huberLoss(x.div(1e15), zeros(4))],
  ])('%s(x) stays finite in value and gradient', (_, f) => {
    expect(finite(f)).toBe(true)
  })

  test('softplus and logSigmoid have the derivative 1/2 at 0', () => {
    const x = tensor([0], { requiresGrad: true })
    F.softplus(x).add(F.logSigmoid(x)).sum().backward()
    expect(x.grad!.tolistSync()).toEqual([1])
  })

  test('gelu(x) keeps its digits far to the left', () => {
    // -10 times the normal distribution function at -10, 7.61985302416053e-24.
    expect(F.gelu(tensor([-10], { dtype: 'float64' })).itemSync() / -7.61985302416053e-23).toBeCloseTo(1, 12)
  })
})

describe('crossEntropy', () => {
  const logits = zeros(2, 3)

  test('class indices and their one-hot probabilities cost the same', () => {
    const x = tensor([
      [1, 2, 3],
      [0, -1, 4],
    ])
    const y = long([2, 0])
    const probabilities = F.oneHot(y, 3).float()
    expect(F.crossEntropy(x, y).itemSync()).toBeCloseTo(F.crossEntropy(x, probabilities).itemSync(), 6)
  })

  test('int32 and uint8 indices are indices too', () => {
    for (const dtype of ['int32', 'uint8'] as const) {
      expect(F.crossEntropy(logits, tensor([1, 2], { dtype })).itemSync()).toBeCloseTo(Math.log(3), 6)
    }
  })

  test('the mean of nothing is NaN, as in PyTorch', () => {
    expect(F.crossEntropy(logits, long([-100, -100])).itemSync()).toBeNaN()
  })

  test('bad arguments are errors', () => {
    const loss =
      (...args: unknown[]) =>
      () =>
        Reflect.apply(F.crossEntropy, undefined, args)
    expect(loss(logits, tensor([0, 1]))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: crossEntropy: class indices must be ints, got float32. Use x.long(), or tensor(data, { dtype: 'int64' }).]`,
    )
    expect(loss(logits, long([0, 1, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: targets do not fit: got [3] vs [2] for input [2, 3].]`,
    )
    expect(loss(logits, long([0, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: crossEntropy: class 3 is out of range: expected 0 to 2.]`,
    )
    expect(
      loss(
        logits,
        long([
          [0, 1, 0],
          [1, 0, 0],
        ]),
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: crossEntropy: targets shaped like the input are probabilities and must be floats, got int64. Use y.float().]`,
    )
    expect(loss(logits, long([0, 1]), { weight: ones(2) })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: weight must have one factor per class: got [2] vs [3].]`,
    )
    expect(loss(logits, long([0, 1]), { reduction: 'average' })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: crossEntropy: unknown reduction "average". Use one of "mean", "sum", "none".]`,
    )
    expect(loss(logits, long([0, 1]), { labelSmoothing: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: crossEntropy: labelSmoothing must be from 0 to 1, got 2.]`,
    )
    expect(loss(logits, logits, { ignoreIndex: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: crossEntropy: ignoreIndex has no meaning for targets that are probabilities. Leave it out.]`,
    )
    expect(loss(zeros([]), long(0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: crossEntropy: the input must be [C] or [N, C, ...], got [].]`,
    )
  })
})

describe('losses check what they get', () => {
  test('shapes that would broadcast are refused', () => {
    expect(() => F.mseLoss(zeros(4, 1), zeros(4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: mseLoss: input and target must have the same shape: got [4, 1] vs [4]. Use reshape or expand.]`,
    )
    expect(() => F.tripletMarginLoss(zeros(4), zeros(4), zeros(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tripletMarginLoss: anchor and negative must have the same shape: got [4] vs [3]. Use reshape or expand.]`,
    )
    expect(() => F.cosineEmbeddingLoss(zeros(4, 2), zeros(4, 2), ones(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: cosineEmbeddingLoss: needs inputs [N, D] and targets [N]: got [4, 2] and [3].]`,
    )
    expect(() => F.gaussianNllLoss(zeros(4, 2), zeros(4, 2), ones(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gaussianNllLoss: the variance does not fit: got [3] vs [4, 2].]`,
    )
  })

  test('values out of range are refused', () => {
    expect(() => F.binaryCrossEntropy(tensor([0.5, 1.5]), zeros(2))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: binaryCrossEntropy: the input must be probabilities from 0 to 1, got 1.5. Use binaryCrossEntropyWithLogits for logits.]`,
    )
    expect(() => F.gaussianNllLoss(zeros(2), zeros(2), tensor([1, -1]))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gaussianNllLoss: variances must be >= 0, got -1. Use softplus or exp.]`,
    )
    expect(() => F.huberLoss(zeros(2), zeros(2), { delta: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: huberLoss: delta must be > 0, got 0.]`,
    )
  })

  test('binaryCrossEntropy of a certain and right prediction is 0, with a finite gradient', () => {
    const p = tensor([0, 1], { requiresGrad: true })
    const loss = F.binaryCrossEntropy(p, tensor([0, 1]), { reduction: 'sum' })
    expect(loss.itemSync()).toBe(0)
    loss.backward()
    expect(p.grad!.tolistSync()).toEqual([1, -1])
  })
})

describe('oneHot', () => {
  test('oneHot(indices, numClasses) adds a dim', () => {
    expect(
      F.oneHot(
        long([
          [0, 1],
          [2, 0],
        ]),
        3,
      ).tolistSync(),
    ).toEqual([
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      [
        [0, 0, 1],
        [1, 0, 0],
      ],
    ])
    expect(F.oneHot(long([1, 3])).shape).toEqual([2, 4])
    expect(F.oneHot(long([1])).dtype).toBe('int64')
  })

  test('oneHot refuses floats and indices beyond the classes', () => {
    expect(() => F.oneHot(tensor([1]))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: oneHot: indices must be ints, got float32. Use x.long(), or tensor(data, { dtype: 'int64' }).]`,
    )
    expect(() => F.oneHot(long([3]), 3)).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: oneHot: index 3 is out of range: expected 0 to 2.]`,
    )
    expect(() => F.oneHot(long([]))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: oneHot: numClasses must be a whole number >= 1, got 0.]`,
    )
  })
})

describe('activations check what they get', () => {
  test('glu, hardtanh, gelu and gumbelSoftmax', () => {
    expect(() => F.glu(zeros(2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: glu: dim -1 must have an even size, got 3.]`,
    )
    expect(() => F.hardtanh(zeros(1), 1, 1)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: hardtanh: needs min < max, got 1 and 1.]`,
    )
    expect(() => F.gelu(zeros(1), 'fast' as 'tanh')).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gelu: unknown approximate "fast". Use one of "none", "tanh".]`,
    )
    expect(() => F.gumbelSoftmax(zeros(1), { tau: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gumbelSoftmax: tau must be > 0, got 0.]`,
    )
  })

  test('NaN stays NaN', () => {
    const nan = tensor([NaN])
    for (const f of [
      F.relu,
      F.relu6,
      F.leakyRelu,
      F.elu,
      F.hardtanh,
      F.hardsigmoid,
      F.hardswish,
      F.softplus,
      F.hardshrink,
      F.softshrink,
    ]) {
      expect(f(nan).itemSync()).toBeNaN()
    }
    expect(F.threshold(nan, 1, 2).itemSync()).toBeNaN()
  })
})
