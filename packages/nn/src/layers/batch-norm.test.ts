import { Generator, ones, randn, tensor, zeros } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import * as nn from '../index.ts'

const images = randn([8, 3, 4, 5], { generator: new Generator(2) })
  .mul(3)
  .add(2)

describe('BatchNorm', () => {
  test('has the parameters, buffers and text of PyTorch', () => {
    const norm = new nn.BatchNorm2d(3)
    expect([...norm.stateDict()].map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight', [3]],
      ['bias', [3]],
      ['running_mean', [3]],
      ['running_var', [3]],
      ['num_batches_tracked', []],
    ])
    expect(norm.parameters().length).toBe(2)
    expect(String(norm)).toBe(
      'BatchNorm2d(numFeatures=3, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=true)',
    )
    expect(new nn.BatchNorm1d(3, { affine: false, trackRunningStats: false }).stateDict().size).toBe(0)
  })

  test('normalises by the batch in training and by the running statistics in evaluation', () => {
    const norm = new nn.BatchNorm2d(3, { momentum: 1 })
    const trained = norm.forward(images)
    expect(trained.mean([0, 2, 3]).abs().amax().itemSync()).toBeLessThan(1e-5)
    const unbiased = images.var([0, 2, 3])
    expect(norm.running_var!.sub(unbiased).abs().amax().itemSync()).toBeLessThan(1e-4)
    expect(norm.num_batches_tracked!.itemSync()).toBe(1)
    norm.eval()
    const evaluated = norm.forward(images)
    const ratio = unbiased
      .div(images.var([0, 2, 3], { correction: 0 }))
      .sqrt()
      .reshape([1, 3, 1, 1])
    expect(evaluated.mul(ratio).sub(trained).abs().amax().itemSync()).toBeLessThan(1e-4)
    expect(norm.num_batches_tracked!.itemSync()).toBe(1)
  })

  test("momentum 'cumulative' gives the mean over all batches", () => {
    const norm = new nn.BatchNorm1d(1, { momentum: 'cumulative' })
    for (const center of [1, 2, 6]) norm.forward(tensor([[center - 1], [center + 1]]))
    expect(norm.running_mean!.itemSync()).toBeCloseTo(3, 5)
    expect(norm.running_var!.itemSync()).toBeCloseTo(2, 5)
  })

  test('without running statistics batches are normalised by their own in evaluation too', () => {
    const norm = new nn.BatchNorm1d(3, { trackRunningStats: false })
    norm.eval()
    expect(norm.forward(images.select(-1, 0)).mean([0, 2]).abs().amax().itemSync()).toBeLessThan(1e-5)
  })

  test('other inputs and sizes are errors', () => {
    expect(() => new nn.BatchNorm1d(3).forward(zeros(2, 3, 4, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: BatchNorm1d: the input must have 2 or 3 dims, got [2, 3, 4, 5].]`,
    )
    expect(() => new nn.BatchNorm2d(3).forward(zeros(2, 4, 4, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: batchNorm: runningMean has the wrong shape: [3] vs [4].]`,
    )
    expect(() => new nn.BatchNorm3d(0)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: BatchNorm3d: numFeatures must be a whole number >= 1, got 0.]`,
    )
  })
})

describe('InstanceNorm', () => {
  test('normalises each channel of each item, with a batch or without', () => {
    const norm = new nn.InstanceNorm2d(3)
    const y = norm.forward(images)
    expect(y.mean([2, 3]).abs().amax().itemSync()).toBeLessThan(1e-5)
    expect(norm.forward(images.select(0, 1)).sub(y.select(0, 1)).abs().amax().itemSync()).toBeLessThan(1e-6)
    expect(norm.stateDict().size).toBe(0)
  })

  test('tracks statistics if asked, and evaluates by them', () => {
    const norm = new nn.InstanceNorm1d(2, { trackRunningStats: true, affine: true, momentum: 1 })
    norm.forward(
      tensor([
        [
          [1, 3],
          [5, 5],
        ],
      ]),
    )
    expect(norm.running_mean!.tolistSync()).toEqual([2, 5])
    norm.eval()
    expect(
      norm
        .forward(
          tensor([
            [
              [2, 2],
              [5, 5],
            ],
          ]),
        )
        .tolistSync(),
    ).toEqual(zeros(1, 2, 2).tolistSync())
  })

  test('other numbers of dims are errors', () => {
    expect(() => new nn.InstanceNorm3d(3).forward(images.select(0, 0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: InstanceNorm3d: the input must have 4 or 5 dims, got [3, 4, 5].]`,
    )
  })
})

describe('GroupNorm', () => {
  test('normalises groups of channels of each item', () => {
    const norm = new nn.GroupNorm(3, 6)
    expect(String(norm)).toBe('GroupNorm(numGroups=3, numChannels=6, eps=0.00001, affine=true)')
    const y = norm.forward(randn([2, 6, 5], { generator: new Generator(3) }).add(4))
    expect(y.reshape([2, 3, 10]).mean(-1).abs().amax().itemSync()).toBeLessThan(1e-5)
    y.sum().backward()
    expect(norm.bias!.grad!.tolistSync()).toEqual(ones(6).mul(10).tolistSync())
  })

  test('groups that do not divide the channels are an error', () => {
    expect(() => new nn.GroupNorm(4, 6)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: GroupNorm: the groups must divide the channels, got 4 for 6.]`,
    )
  })
})
