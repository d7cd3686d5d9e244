import type { Tensor } from '@metagrad/tensor'
import { Generator, manualSeed, ones, rand, randn, tensor, zeros } from '@metagrad/tensor'
import { gradcheck } from '@metagrad/autograd'
import { describe, expect, test } from 'vitest'
import * as nn from '../index.ts'

const F = nn.functional
const long = (data: number[] | number[][]): Tensor => tensor(data, { dtype: 'int64' })

describe('activation layers', () => {
  const x = randn([3, 4], { generator: new Generator(1) }).mul(3)

  test.each<[string, nn.Activation, Tensor]>([
    ['CELU(alpha=2)', new nn.CELU(2), F.celu(x, 2)],
    ['ELU(alpha=1)', new nn.ELU(), F.elu(x)],
    ['GELU(approximate=none)', new nn.GELU(), F.gelu(x)],
    ['GELU(approximate=tanh)', new nn.GELU('tanh'), F.gelu(x, 'tanh')],
    ['GLU(dim=1)', new nn.GLU(1), F.glu(x, 1)],
    ['Hardshrink(lambda=0.5)', new nn.Hardshrink(), F.hardshrink(x)],
    ['Hardsigmoid()', new nn.Hardsigmoid(), F.hardsigmoid(x)],
    ['Hardswish()', new nn.Hardswish(), F.hardswish(x)],
    ['Hardtanh(min=-2, max=1)', new nn.Hardtanh(-2), F.hardtanh(x, -2)],
    ['LeakyReLU(negativeSlope=0.2)', new nn.LeakyReLU(0.2), F.leakyRelu(x, 0.2)],
    ['LogSigmoid()', new nn.LogSigmoid(), F.logSigmoid(x)],
    ['LogSoftmax(dim=1)', new nn.LogSoftmax(1), F.logSoftmax(x, 1)],
    ['Mish()', new nn.Mish(), F.mish(x)],
    ['ReLU()', new nn.ReLU(), F.relu(x)],
    ['ReLU6()', new nn.ReLU6(), F.relu6(x)],
    ['SELU()', new nn.SELU(), F.selu(x)],
    ['SiLU()', new nn.SiLU(), F.silu(x)],
    ['Sigmoid()', new nn.Sigmoid(), F.sigmoid(x)],
    ['Softmax(dim=0)', new nn.Softmax(0), F.softmax(x, 0)],
    ['Softmin(dim=-1)', new nn.Softmin(-1), F.softmin(x, -1)],
    ['Softplus(beta=2, limit=20)', new nn.Softplus(2), F.softplus(x, 2)],
    ['Softshrink(lambda=1)', new nn.Softshrink(1), F.softshrink(x, 1)],
    ['Softsign()', new nn.Softsign(), F.softsign(x)],
    ['Tanh()', new nn.Tanh(), F.tanh(x)],
    ['Tanhshrink()', new nn.Tanhshrink(), F.tanhshrink(x)],
    ['Threshold(threshold=0.5, value=-1)', new nn.Threshold(0.5, -1), F.threshold(x, 0.5, -1)],
  ])('%s is its function, and prints so', (printed, layer, expected) => {
    expect(layer.toString()).toBe(printed)
    expect(layer.forward(x).tolistSync()).toEqual(expected.tolistSync())
    expect(layer.parameters()).toEqual([])
  })

  test('a setting without default must be given', () => {
    const Softmax = nn.Softmax as new () => nn.Activation
    expect(() => new Softmax()).toThrowErrorMatchingInlineSnapshot(`[ArgumentError: Softmax: dim is missing.]`)
  })

  test('PReLU learns its slope', () => {
    const prelu = new nn.PReLU(2)
    expect(prelu.toString()).toBe('PReLU(numParameters=2)')
    prelu
      .forward(
        tensor([
          [-4, -2],
          [1, -3],
        ]),
      )
      .sum()
      .backward()
    expect(prelu.weight.grad!.tolistSync()).toEqual([-4, -5])
    expect(() => prelu.forward(zeros(2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: prelu: needs one weight, or one per channel: got 2 for 3 channels.]`,
    )
  })
})

describe('loss layers', () => {
  const [x, y] = [rand([4, 3], { generator: new Generator(1) }), rand([4, 3], { generator: new Generator(2) })]
  const [classes, signs] = [long([0, 2, 1, 1]), tensor([1, -1, 1, -1])]
  const sum = { reduction: 'sum' } as const
  const weight = tensor([1, 2, 3])

  test.each<[string, () => Tensor, Tensor]>([
    ['MSELoss', () => new nn.MSELoss(sum).forward(x, y), F.mseLoss(x, y, sum)],
    ['L1Loss', () => new nn.L1Loss().forward(x, y), F.l1Loss(x, y)],
    ['SmoothL1Loss', () => new nn.SmoothL1Loss({ beta: 0.2 }).forward(x, y), F.smoothL1Loss(x, y, { beta: 0.2 })],
    ['HuberLoss', () => new nn.HuberLoss({ delta: 0.2 }).forward(x, y), F.huberLoss(x, y, { delta: 0.2 })],
    ['BCELoss', () => new nn.BCELoss({ weight }).forward(x, y), F.binaryCrossEntropy(x, y, { weight })],
    [
      'BCEWithLogitsLoss',
      () => new nn.BCEWithLogitsLoss({ posWeight: weight }).forward(x, y),
      F.binaryCrossEntropyWithLogits(x, y, { posWeight: weight }),
    ],
    ['SoftMarginLoss', () => new nn.SoftMarginLoss().forward(x, y.sign()), F.softMarginLoss(x, y.sign())],
    [
      'MultiLabelSoftMarginLoss',
      () => new nn.MultiLabelSoftMarginLoss().forward(x, y),
      F.multilabelSoftMarginLoss(x, y),
    ],
    [
      'CrossEntropyLoss',
      () => new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1, ignoreIndex: 2 }).forward(x, classes),
      F.crossEntropy(x, classes, { weight, labelSmoothing: 0.1, ignoreIndex: 2 }),
    ],
    ['NLLLoss', () => new nn.NLLLoss({ weight }).forward(x, classes), F.nllLoss(x, classes, { weight })],
    [
      'MultiMarginLoss',
      () => new nn.MultiMarginLoss({ p: 2 }).forward(x, classes),
      F.multiMarginLoss(x, classes, { p: 2 }),
    ],
    [
      'KLDivLoss',
      () => new nn.KLDivLoss({ reduction: 'batchmean' }).forward(x, y),
      F.klDiv(x, y, { reduction: 'batchmean' }),
    ],
    [
      'PoissonNLLLoss',
      () => new nn.PoissonNLLLoss({ full: true }).forward(x, y),
      F.poissonNllLoss(x, y, { full: true }),
    ],
    ['GaussianNLLLoss', () => new nn.GaussianNLLLoss().forward(x, y, y), F.gaussianNllLoss(x, y, y)],
    ['HingeEmbeddingLoss', () => new nn.HingeEmbeddingLoss().forward(x, x.sign()), F.hingeEmbeddingLoss(x, x.sign())],
    [
      'MarginRankingLoss',
      () => new nn.MarginRankingLoss({ margin: 1 }).forward(x, y, x),
      F.marginRankingLoss(x, y, x, { margin: 1 }),
    ],
    [
      'CosineEmbeddingLoss',
      () => new nn.CosineEmbeddingLoss().forward(x, y, signs),
      F.cosineEmbeddingLoss(x, y, signs),
    ],
    [
      'TripletMarginLoss',
      () => new nn.TripletMarginLoss({ swap: true }).forward(x, y, x),
      F.tripletMarginLoss(x, y, x, { swap: true }),
    ],
  ])('%s is its function', (_, computed, expected) => {
    expect(computed().tolistSync()).toEqual(expected.tolistSync())
  })

  test('weights are buffers: they move with the loss', () => {
    const loss = new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1 })
    expect(loss.toString()).toBe('CrossEntropyLoss(labelSmoothing=0.1)')
    expect([...loss.stateDict().keys()]).toEqual(['weight'])
    loss.double()
    expect(loss.forward(x.double(), classes).dtype).toBe('float64')
  })
})

describe('Linear', () => {
  test('forward(x) takes any leading dims', () => {
    const linear = new nn.Linear(3, 2)
    expect([linear.forward(zeros(3)).shape, linear.forward(zeros(4, 5, 3)).shape]).toEqual([[2], [4, 5, 2]])
    expect(linear.toString()).toBe('Linear(inFeatures=3, outFeatures=2, bias=true)')
  })

  test("init 'metagrad' is normal with standard deviation sqrt(2 / in) and bias 0, 'zeros' is 0", () => {
    const linear = new nn.Linear(50, 400, { init: 'metagrad', generator: new Generator(3) })
    expect(linear.weight.std().itemSync()).toBeCloseTo(0.2, 2)
    expect(linear.bias!.abs().sum().itemSync()).toBe(0)
    const zero = new nn.Linear(2, 2, { init: 'zeros' })
    expect([zero.weight.any().itemSync(), zero.bias!.any().itemSync()]).toEqual([0, 0])
  })

  test('options: dtype, and a generator of its own', () => {
    const make = (): nn.Linear => new nn.Linear(3, 2, { dtype: 'float64', generator: new Generator(5) })
    expect(make().weight.dtype).toBe('float64')
    expect(make().weight.tolistSync()).toEqual(make().weight.tolistSync())
    expect(make().bias!.tolistSync()).toEqual(make().bias!.tolistSync())
  })

  test('bad arguments are errors', () => {
    const make =
      (...args: unknown[]) =>
      () =>
        Reflect.construct(nn.Linear, args) as nn.Linear
    expect(make(0, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Linear: inFeatures must be a whole number >= 1, got 0.]`,
    )
    expect(make(2)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Linear: outFeatures must be a whole number >= 1, got undefined.]`,
    )
    expect(make(2, 2, { init: 'xavier' })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Linear: unknown init "xavier". Use one of "pytorch", "metagrad", "zeros".]`,
    )
    expect(() => new nn.Linear(3, 2).forward(zeros(2, 4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: linear: the last dim of the input must be 3: got [2, 4] for weight [2, 3].]`,
    )
    expect(() => new nn.Bilinear(3, 2, 1).forward(zeros(2, 4), zeros(2, 2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: bilinear: last dims do not fit: [2, 4] and [2, 2] for weight [1, 3, 2].]`,
    )
  })
})

describe('Embedding', () => {
  test('the padding row begins as 0 and gets no gradient', () => {
    const embedding = new nn.Embedding(4, 2, { paddingIdx: -1 })
    expect(embedding.toString()).toBe('Embedding(numEmbeddings=4, embeddingDim=2, paddingIdx=3)')
    expect(embedding.weight.select(0, 3).tolistSync()).toEqual([0, 0])
    embedding
      .forward(
        long([
          [0, 3],
          [0, 1],
        ]),
      )
      .sum()
      .backward()
    expect(embedding.weight.grad!.tolistSync()).toEqual([
      [2, 2],
      [1, 1],
      [0, 0],
      [0, 0],
    ])
  })

  test('fromPretrained(weight) keeps the rows and freezes them', () => {
    const weight = tensor([
      [1, 2],
      [3, 4],
    ])
    const embedding = nn.Embedding.fromPretrained(weight)
    expect(embedding.forward(long([1])).tolistSync()).toEqual([[3, 4]])
    expect([embedding.weight.requiresGrad, embedding.parameters().length]).toEqual([false, 1])
    expect(nn.Embedding.fromPretrained(weight, { freeze: false, paddingIdx: 0 }).weight.tolistSync()).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  test('fromPretrained(weight) draws nothing', () => {
    manualSeed(1)
    const expected = rand(1).itemSync()
    manualSeed(1)
    nn.Embedding.fromPretrained(zeros(3, 3))
    expect(rand(1).itemSync()).toBe(expected)
  })

  test('bad indices are errors', () => {
    const embedding = new nn.Embedding(4, 2)
    expect(() => embedding.forward(tensor([1, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: embedding: indices must be ints, got float32. Use x.long(), or tensor(data, { dtype: 'int64' }).]`,
    )
    expect(() => embedding.forward(long([0, -1]))).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: embedding: index -1 is out of range: expected 0 to 3.]`,
    )
    expect(() => embedding.forward(long([4]))).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: embedding: index 4 is out of range: expected 0 to 3.]`,
    )
    expect(() => new nn.Embedding(4, 2, { paddingIdx: 4 })).toThrowErrorMatchingInlineSnapshot(
      `[IndexError: Embedding: paddingIdx 4 is out of range for 4 rows.]`,
    )
  })
})

describe('Dropout', () => {
  test('forward(x) drops in training only, and keeps the mean', () => {
    const dropout = new nn.Dropout(0.25, { generator: new Generator(1) })
    const x = ones(4000)
    const dropped = dropout.forward(x)
    expect(dropped.mean().itemSync()).toBeCloseTo(1, 1)
    expect(new Set(dropped.dataSync() as Float32Array)).toEqual(new Set([0, Math.fround(4 / 3)]))
    expect(dropout.eval().forward(x)).toBe(x)
  })

  test('p of 0 and 1 draw nothing', () => {
    const x = ones(3)
    expect(new nn.Dropout(0).forward(x)).toBe(x)
    expect(new nn.Dropout(1).forward(x).tolistSync()).toEqual([0, 0, 0])
    expect(() => new nn.Dropout(1.5)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Dropout: p must be a probability from 0 to 1, got 1.5.]`,
    )
  })

  test('the gradient passes where the value does', () => {
    const x = ones(20).requiresGrad_()
    const y = new nn.Dropout(0.5).forward(x)
    y.sum().backward()
    expect(x.grad!.tolistSync()).toEqual(y.tolistSync())
  })

  test('what is dropped is multiplied: NaN and infinities show', () => {
    const x = tensor([NaN, Infinity, -Infinity, 1]).expand(50, 4)
    const y = nn.functional.dropout(x, 0.5, { generator: new Generator(3) })
    const seen = y.unbind(1).map((column) => new Set(column.dataSync() as Float32Array))
    expect(seen).toEqual([new Set([NaN]), new Set([NaN, Infinity]), new Set([NaN, -Infinity]), new Set([0, 2])])
  })

  test('alpha dropout keeps the mean and the variance, and its gradient scales what stays', () => {
    const x = randn([100, 50], { generator: new Generator(4) }).requiresGrad_()
    const y = new nn.AlphaDropout(0.3, { generator: new Generator(5) }).forward(x)
    expect(Math.abs(y.mean().itemSync())).toBeLessThan(0.05)
    expect(Math.abs(y.var().itemSync() - 1)).toBeLessThan(0.05)
    y.sum().backward()
    const dropped = x.grad!.eq(0)
    expect(dropped.float().mean().itemSync()).toBeCloseTo(0.3, 1)
    expect(new Set(y.maskedSelect(dropped).dataSync() as Float32Array).size).toBe(1)
    expect(new Set(x.grad!.dataSync() as Float32Array).size).toBe(2)
  })

  test.each([
    ['dropout1d', [3, 4]],
    ['dropout3d', [3, 2, 2, 2]],
  ] as const)('%s takes an item without the dim N', (name, shape) => {
    const drop = (x: Tensor): Tensor => nn.functional[name](x, 0.5, { generator: new Generator(1) })
    expect(drop(ones(shape)).tolistSync()).toEqual(
      drop(ones([1, ...shape]))
        .squeeze(0)
        .tolistSync(),
    )
    expect(() => drop(ones(3))).toThrow(`${name}: the input must have`)
  })

  test('Dropout2d drops whole channels', () => {
    const y = new nn.Dropout2d(0.5, { generator: new Generator(2) }).forward(ones(4, 8, 3, 3))
    expect(y.amax([2, 3]).tolistSync()).toEqual(y.amin([2, 3]).tolistSync())
    expect(new Set(y.dataSync() as Float32Array)).toEqual(new Set([0, 2]))
    expect(() => new nn.Dropout2d().forward(ones(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: dropout2d: needs [N, C, ...], got [3].]`,
    )
  })
})

describe('LayerNorm and RMSNorm', () => {
  test('normalise the last dims and learn factors', () => {
    const norm = new nn.LayerNorm([2, 3])
    expect(norm.toString()).toBe('LayerNorm(normalizedShape=[2, 3], eps=0.00001, elementwiseAffine=true)')
    const y = norm.forward(
      randn([4, 2, 3], { generator: new Generator(1) })
        .mul(5)
        .add(100),
    )
    expect(y.mean([1, 2]).abs().amax().itemSync()).toBeLessThan(1e-4)
    expect(y.var([1, 2], { correction: 0 }).sub(1).abs().amax().itemSync()).toBeLessThan(1e-3)
    expect(norm.namedParameters().map(([name]) => name)).toEqual(['weight', 'bias'])
    expect(new nn.LayerNorm(3, { bias: false }).parameters().length).toBe(1)
    expect(new nn.LayerNorm(3, { elementwiseAffine: false }).parameters().length).toBe(0)
    expect(new nn.RMSNorm(4).toString()).toBe('RMSNorm(normalizedShape=[4], elementwiseAffine=true)')
    expect(new nn.RMSNorm(4).forward(ones(2, 4).mul(3)).tolistSync()).toEqual(ones(2, 4).tolistSync())
  })

  test('other shapes are errors', () => {
    expect(() => new nn.LayerNorm([2, 3]).forward(zeros(3, 2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: layerNorm: the input must end with [2, 3], got [3, 2].]`,
    )
    expect(() => new nn.RMSNorm([])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: RMSNorm: normalizedShape must have a dim or more, got [].]`,
    )
    expect(() => new nn.LayerNorm(-1)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: LayerNorm: normalizedShape[0] must be a whole number >= 1, got -1.]`,
    )
  })
})

describe('shapes', () => {
  test('Flatten, Unflatten and Identity', () => {
    const x = zeros(2, 3, 4)
    expect(new nn.Flatten().forward(x).shape).toEqual([2, 12])
    expect(new nn.Flatten(0, 1).forward(x).shape).toEqual([6, 4])
    expect(new nn.Unflatten(1, [3, -1]).forward(zeros(2, 12)).shape).toEqual([2, 3, 4])
    expect(new nn.Identity().forward(x)).toBe(x)
    expect(new nn.Unflatten(1, [3, 4]).toString()).toBe('Unflatten(dim=1, sizes=[3, 4])')
  })
})

test('layers pass gradcheck with their parameters', () => {
  manualSeed(0)
  const options = { dtype: 'float64' } as const
  const x = randn([3, 4], options).requiresGrad_()
  const layers = [
    new nn.Linear(4, 2, options),
    new nn.LayerNorm(4, options),
    new nn.RMSNorm(4, options),
    new nn.PReLU(4, options),
    new nn.Sequential(new nn.Linear(4, 3, options), new nn.Tanh(), new nn.Linear(3, 1, options)),
  ]
  for (const layer of layers) {
    const parameters = layer.parameters()
    const f = (input: Tensor, ...values: Tensor[]): Tensor => {
      // Finite differences move copies: the layer must compute with them.
      const own = parameters.map((parameter) => parameter.detach())
      if (values.some((value, i) => value !== parameters[i]))
        parameters.forEach((parameter, i) => parameter.setData(values[i]!))
      const y = layer.forward(input)
      parameters.forEach((parameter, i) => parameter.setData(own[i]!))
      return y
    }
    expect(gradcheck(f, [x, ...parameters]).error).toBeLessThan(1e-6)
  }
})

test('a small network learns', () => {
  manualSeed(0)
  const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1))
  const x = tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])
  const y = tensor([[0], [1], [1], [0]])
  const loss = new nn.BCEWithLogitsLoss()
  const value = (): Tensor => loss.forward(model.forward(x), y)
  for (let step = 0; step < 300; step++) {
    model.zeroGrad()
    value().backward()
    for (const parameter of model.parameters()) parameter.setData(parameter.detach().sub(parameter.grad!))
  }
  expect(value().itemSync()).toBeLessThan(0.05)
})
