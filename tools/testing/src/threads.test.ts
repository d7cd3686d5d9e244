import { compile } from '@metagrad/compile'
import { grad } from '@metagrad/autograd'
import * as nn from '@metagrad/nn'
import { Adam } from '@metagrad/optim'
import type { Tensor } from '@metagrad/tensor'
import { cpu, fromData, manualSeed, randint, randn, useThreads } from '@metagrad/tensor'
import { afterEach, describe, expect, it } from 'vitest'
import { bits } from './eager-and-compiled.ts'
import { optimizerRows } from './rows/optimizers.ts'
import { families } from './samples/index.ts'
import type { Sample } from './samples/sample.ts'
import { caseKey, makeInputs, outputsOf, seedGradient } from './samples/sample.ts'

/** All work that can be split is. */
const finest = { products: 1, elements: 1 }

/** What comes of a computation with one, two and three threads. */
function withEach(compute: () => unknown): unknown[] {
  return [1, 2, 3].map((threads) => {
    useThreads(threads, finest)
    manualSeed(23)
    return compute()
  })
}

function expectSame(compute: () => unknown): void {
  const [one, two, three] = withEach(compute)
  expect(two).toEqual(one)
  expect(three).toEqual(one)
}

afterEach(() => void cpu({ threads: 1 }))

/** The outputs of one case, and its gradients. */
function valuesOf(sample: Sample, at: number): unknown {
  const [dtype] = sample.dtypes ?? (['float32'] as const)
  const isLearned = sample.differentiable ?? true
  const inputs = makeInputs(sample, at, dtype!, isLearned)
  const outputs = outputsOf(sample, inputs)
  const live = outputs.filter(({ requiresGrad }) => requiresGrad)
  const wanted = inputs.filter(({ requiresGrad }) => requiresGrad)
  if (live.length === 0 || wanted.length === 0) return bits(outputs)
  const gradOutputs = live.map((y) => fromData(seedGradient(y.numel), y.shape, 'float64').to(y.dtype))
  return bits([outputs, grad(live, wanted, { gradOutputs, allowUnused: true })])
}

describe('threads give the bits of one', () => {
  it.each(Object.entries(families))('in the samples of %s', (_, samples) => {
    const named = samples.flatMap((sample) => sample.cases.map((_case, at) => [sample, at] as const))
    const [one, ...others] = withEach(() => named.map(([sample, at]) => valuesOf(sample, at)))
    for (const other of others) {
      named.forEach(([sample, at], i) =>
        expect((other as unknown[])[i], caseKey(sample, at, 'float32')).toEqual((one as unknown[])[i]),
      )
    }
  })

  it.each(Object.entries(optimizerRows))('in the training of a network by %s', (_, row) => {
    expectSame(() => {
      const model = new nn.Sequential(new nn.Linear(40, 70), new nn.Tanh(), new nn.Dropout(0.2), new nn.Linear(70, 40))
      const { update, optimizer } = row(model.parameters())
      const losses = Array.from({ length: 4 }, () => {
        optimizer.zeroGrad()
        const loss = model.forward(randn(130, 40)).sub(randn(130, 40)).square().mean()
        loss.backward()
        update()
        return loss
      })
      return bits([losses, model.stateDict(), optimizer.stateDict()])
    })
  })

  it.each([
    ['op by op', false],
    ['compiled', true],
  ])('in the training of a convolutional network, %s, while the threads come and go', (_, isCompiled) => {
    const train = (threadsOf: (step: number) => number): unknown => {
      manualSeed(5)
      const model = new nn.Sequential(
        new nn.Conv2d(3, 16, 3, { padding: 1 }),
        new nn.BatchNorm2d(16),
        new nn.ReLU(),
        new nn.MaxPool2d(2),
        new nn.Conv2d(16, 24, 3),
        new nn.GELU(),
        new nn.Flatten(),
        new nn.Linear(24 * 4 * 4, 10),
      )
      const optimizer = new Adam(model.parameters(), { lr: 1e-3, weightDecay: 0.01 })
      const step = (x: Tensor, y: Tensor): Tensor => {
        optimizer.zeroGrad()
        const loss = nn.functional.crossEntropy(model.forward(x), y)
        loss.backward()
        optimizer.step()
        return loss
      }
      const stepped = isCompiled ? compile(step) : step
      const losses = Array.from({ length: 9 }, (_step, i) => {
        useThreads(threadsOf(i), finest)
        return stepped(randn(16, 3, 12, 12), randint(0, 10, [16]))
      })
      return bits([losses, model.stateDict(), optimizer.stateDict()])
    }
    const one = train(() => 1)
    expect(train(() => 3)).toEqual(one)
    expect(train((step) => 1 + ((step >> 1) % 3))).toEqual(one)
  })
})
