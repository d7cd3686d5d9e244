import { noGrad } from '@metagrad/autograd'
import { arange, manualSeed, ones, randn } from '@metagrad/tensor'
import { describe, expect, test } from 'vitest'
import {
  AdaptiveAvgPool2d, AvgPool2d, Conv1d, Conv2d, Conv3d, ConvTranspose2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, functional as F,
} from '../index.ts' // prettier-ignore

describe('convolution layers', () => {
  test('Conv2d.forward(x) is the functional form with its weight, bias and options', () => {
    const layer = new Conv2d(4, 6, [3, 2], { stride: [2, 1], padding: 1, dilation: 2, groups: 2 })
    const x = randn(2, 4, 9, 8)
    const { weight, bias } = layer
    const want = F.conv2d(x, weight, { bias, stride: [2, 1], padding: 1, dilation: 2, groups: 2 })
    expect(layer.forward(x).equal(want)).toBe(true)
    expect(new Conv1d(2, 3, 4, { padding: 'same' }).forward(randn(2, 11)).shape).toEqual([3, 11])
  })

  test('ConvTranspose2d.forward(x) is the functional form with its weight, bias and options', () => {
    const layer = new ConvTranspose2d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 })
    const x = randn(2, 4, 5, 4)
    const { weight, bias } = layer
    const want = F.convTranspose2d(x, weight, { bias, stride: 2, padding: 1, outputPadding: 1, groups: 2 })
    expect(layer.forward(x).equal(want)).toBe(true)
    expect(want.shape).toEqual([2, 6, 10, 8])
  })

  test('print their settings', () => {
    expect(String(new Conv2d(1, 8, 3, { padding: 'same', bias: false }))).toMatchInlineSnapshot(
      `"Conv2d(inChannels=1, outChannels=8, kernelSize=[3, 3], groups=1, stride=[1, 1], padding=same, dilation=[1, 1], bias=false)"`,
    )
    expect(String(new MaxPool2d(2))).toMatchInlineSnapshot(
      `"MaxPool2d(kernelSize=2, stride=2, padding=0, dilation=1, ceilMode=false)"`,
    )
  })

  test('say what is wrong with their sizes', () => {
    expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Conv2d: channels must be divisible by groups 2: got 3 in and 4 out.]`,
    )
    expect(() => new Conv3d(3, 4, [3, 3])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Conv3d: kernelSize must be a whole number >= 1, or 3 of them, got [3, 3].]`,
    )
    expect(() => new Conv1d(0, 4, 3)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Conv1d: inChannels must be a whole number >= 1, got 0.]`,
    )
  })

  test('learn together: a small network of them fits what it sees', () => {
    manualSeed(0)
    const model = new Sequential(
      new Conv2d(1, 8, 3, { padding: 1 }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(8, 8, 3, { padding: 1 }),
      new ReLU(),
      new AdaptiveAvgPool2d(2),
      new Flatten(),
      new Linear(32, 2),
    )
    const x = randn(16, 1, 8, 8)
    const classes = arange(16).remainder(2).long()
    const loss = (): number => F.crossEntropy(model.forward(x), classes).itemSync()
    const before = loss()
    for (let step = 0; step < 60; step++) {
      model.zeroGrad()
      F.crossEntropy(model.forward(x), classes).backward()
      noGrad(() => {
        for (const p of model.parameters()) p.sub_(p.grad!.mul(0.3))
      })
    }
    expect(loss()).toBeLessThan(before / 4)
  })
})

test('AvgPool2d.forward(x) is the functional form with its options', () => {
  const x = randn(1, 2, 6, 5)
  const options = { stride: 1, padding: 1, ceilMode: true, countIncludePad: false }
  expect(new AvgPool2d([3, 2], options).forward(x).equal(F.avgPool2d(x, [3, 2], options))).toBe(true)
  expect(new AvgPool2d(2).forward(ones(1, 4, 4)).tolistSync()).toEqual([
    [
      [1, 1],
      [1, 1],
    ],
  ])
})
